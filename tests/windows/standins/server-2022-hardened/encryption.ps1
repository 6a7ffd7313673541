# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod
$Stand.cim['Win32_EncryptableVolume'] = @(
    [pscustomobject]@{ DriveLetter = 'C:'; VolumeType = 0; ProtectionStatus = 1; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 1 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 7 } },
    [pscustomobject]@{ DriveLetter = 'D:'; VolumeType = 1; ProtectionStatus = 1; GetConversionStatus = [pscustomobject]@{ ReturnValue = 0; ConversionStatus = 1 }; GetEncryptionMethod = [pscustomobject]@{ ReturnValue = 0; EncryptionMethod = 7 } }
)
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecureBoot\State'] += @{ 'UEFISecureBootEnabled' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client'] += @{ 'Enabled' = 0; 'DisabledByDefault' = 1 }
