# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod
$Stand.cim['Win32_EncryptableVolume'] = @(
    [pscustomobject]@{ DriveLetter = 'C:'; VolumeType = 0; ProtectionStatus = 0; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 0 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 0 } }
)
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecureBoot\State'] += @{ 'UEFISecureBootEnabled' = 0 }
