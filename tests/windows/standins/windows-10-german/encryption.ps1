# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod, GetKeyProtectors, GetKeyProtectorType
$Stand.cim['Win32_EncryptableVolume'] = @(
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a30-0000-0000-0000-100000000000}\'; DriveLetter = 'C:'; VolumeType = 0; ProtectionStatus = 0; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 0 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 0 }; GetKeyProtectors = [pscustomobject]@{ ReturnValue = 2150694920; VolumeKeyProtectorID = $null } }
)
# Source: Win32_Volume: DeviceID, Name (learn.microsoft.com)
$Stand.cim['Win32_Volume'] = @(
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a30-0000-0000-0000-100000000000}\'; Name = 'C:\' }
)
# Source: Win32_Tpm: IsEnabled_InitialValue, IsActivated_InitialValue, SpecVersion (learn.microsoft.com)
$Stand.cim['Win32_Tpm'] = @(
    [pscustomobject]@{ IsEnabled_InitialValue = $false; IsActivated_InitialValue = $false; SpecVersion = '1.2, 2, 3' }
)
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecureBoot\State'] += @{ 'UEFISecureBootEnabled' = 0 }
