# Source: WindowsIdentity.Name and .User, WindowsPrincipal.IsInRole (learn.microsoft.com, System.Security.Principal).
$env:COMPUTERNAME = 'DESKTOP-7Q3K2LM'
$Stand.identity = @{ account = 'DESKTOP-7Q3K2LM\scan'; sid = 'S-1-5-21-2127521184-1604012920-1887927527-1003'; administrator = $true }
