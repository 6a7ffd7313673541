# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod, GetKeyProtectors, GetKeyProtectorType
$Stand.cim['Win32_EncryptableVolume'] = @(
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a30-0000-0000-0000-100000000000}\'; DriveLetter = 'C:'; VolumeType = 0; ProtectionStatus = 1; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 1 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 6 }; GetKeyProtectors = [pscustomobject]@{ ReturnValue = 0; VolumeKeyProtectorID = @('{0F2A6E11-5B7C-4D1E-9A3B-7C1D2E3F4A51}', '{1A3B7F22-6C8D-4E2F-8B4C-8D2E3F4A5B62}') }; GetKeyProtectorType = @{ '{0F2A6E11-5B7C-4D1E-9A3B-7C1D2E3F4A51}' = [pscustomobject]@{ ReturnValue = 0; KeyProtectorType = 4 }; '{1A3B7F22-6C8D-4E2F-8B4C-8D2E3F4A5B62}' = [pscustomobject]@{ ReturnValue = 0; KeyProtectorType = 3 } } },
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a31-0000-0000-0000-100000000001}\'; DriveLetter = 'D:'; VolumeType = 1; ProtectionStatus = 1; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 2 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 6 }; GetKeyProtectors = [pscustomobject]@{ ReturnValue = 0; VolumeKeyProtectorID = @('{0F2A6E11-5B7C-4D1E-9A3B-7C1D2E3F4A51}', '{1A3B7F22-6C8D-4E2F-8B4C-8D2E3F4A5B62}') }; GetKeyProtectorType = @{ '{0F2A6E11-5B7C-4D1E-9A3B-7C1D2E3F4A51}' = [pscustomobject]@{ ReturnValue = 0; KeyProtectorType = 8 }; '{1A3B7F22-6C8D-4E2F-8B4C-8D2E3F4A5B62}' = [pscustomobject]@{ ReturnValue = 0; KeyProtectorType = 3 } } }
)
# Source: Win32_Volume: DeviceID, Name (learn.microsoft.com)
$Stand.cim['Win32_Volume'] = @(
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a30-0000-0000-0000-100000000000}\'; Name = 'C:\' },
    [pscustomobject]@{ DeviceID = '\\?\Volume{6f1d2a31-0000-0000-0000-100000000001}\'; Name = 'D:\' }
)
# Source: Win32_Tpm: IsEnabled_InitialValue, IsActivated_InitialValue, SpecVersion (learn.microsoft.com)
$Stand.cim['Win32_Tpm'] = @(
    [pscustomobject]@{ IsEnabled_InitialValue = $true; IsActivated_InitialValue = $true; SpecVersion = '2.0, 0, 1.59' }
)
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecureBoot\State'] += @{ 'UEFISecureBootEnabled' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
