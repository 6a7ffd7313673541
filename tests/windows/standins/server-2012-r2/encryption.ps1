# Source: Win32_EncryptableVolume: ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod
$Stand.cim['Win32_EncryptableVolume'] = { Stop-Cim '0x8004100e' 'Invalid namespace' 'ObjectNotFound' }
# Source: Win32_Tpm: IsEnabled_InitialValue, IsActivated_InitialValue, SpecVersion (learn.microsoft.com)
$Stand.cim['Win32_Tpm'] = @()
# Source: Secure Boot (learn.microsoft.com): UEFISecureBootEnabled of its state in the registry
# Source: Transport Layer Security (TLS) registry settings; Protocols in TLS/SSL (Schannel SSP)
