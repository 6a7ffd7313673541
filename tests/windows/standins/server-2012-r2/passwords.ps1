# Source: ADSI user properties and security template keys (learn.microsoft.com, MS-GPSB 2.2.1); CIS and Microsoft baselines, AD defaults, KB5020282; registry values of the security options and of Winlogon (learn.microsoft.com); learn.microsoft.com, OpenSSH Server configuration for Windows; sshd_config_default of PowerShell/openssh-portable.
$Stand.texts.template = @('[System Access]', 'MinimumPasswordAge = 0', 'MaximumPasswordAge = -1', 'MinimumPasswordLength = 8', 'PasswordComplexity = 0', 'PasswordHistorySize = 3', 'LockoutBadCount = 0', 'ClearTextPassword = 1', 'EnableGuestAccount = 1') -join "`r`n"
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ NoLMHash = 0; LimitBlankPasswordUse = 0 }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'] += @{ AutoAdminLogon = '1'; DefaultPassword = 'stand-in' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ fDenyTSConnections = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\Netlogon\Parameters'] += @{ RequireSignOrSeal = 0 }
