# Source: WindowsIdentity.Name and .User, WindowsPrincipal.IsInRole (learn.microsoft.com, System.Security.Principal).
$env:COMPUTERNAME = 'DC-01'
$Stand.identity = @{ account = 'CONTOSO\ctpat-scan'; sid = 'S-1-5-21-1004336348-1177238915-682003330-1612'; administrator = $true }
