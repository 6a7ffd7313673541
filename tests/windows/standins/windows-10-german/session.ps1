# Source: WindowsIdentity.Name and .User, WindowsPrincipal.IsInRole (learn.microsoft.com, System.Security.Principal).
$env:COMPUTERNAME = 'BUERO-04'
$Stand.identity = @{ account = 'BUERO-04\scan'; sid = 'S-1-5-21-1214440339-484763869-725345543-1005'; administrator = $true }
