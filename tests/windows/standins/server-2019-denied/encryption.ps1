# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod
$Stand.cim['Win32_EncryptableVolume'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
# Source: Win32_Tpm: IsEnabled_InitialValue, IsActivated_InitialValue, SpecVersion (learn.microsoft.com)
$Stand.cim['Win32_Tpm'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
$Stand.denied += @('SYSTEM\CurrentControlSet\Control\SecureBoot\State')
