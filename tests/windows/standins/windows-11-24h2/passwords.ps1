# Source: ADSI user properties and security template keys (learn.microsoft.com, MS-GPSB 2.2.1); CIS and Microsoft baselines, AD defaults, KB5020282; registry values of the security options and of Winlogon (learn.microsoft.com); learn.microsoft.com, OpenSSH Server configuration for Windows; sshd_config_default of PowerShell/openssh-portable.
$Stand.texts.template = @('[System Access]', 'MinimumPasswordAge = 0', 'MaximumPasswordAge = 42', 'MinimumPasswordLength = 0', 'PasswordComplexity = 0', 'PasswordHistorySize = 0', 'LockoutBadCount = 10', 'ResetLockoutCount = 10', 'LockoutDuration = 10', 'AllowAdministratorLockout = 1', 'ClearTextPassword = 0', 'EnableGuestAccount = 0') -join "`r`n"
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ NoLMHash = 1; LimitBlankPasswordUse = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'] += @{ AutoAdminLogon = '0' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ fDenyTSConnections = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\Netlogon\Parameters'] += @{ RequireSignOrSeal = 1 }
