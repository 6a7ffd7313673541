# Source: WindowsIdentity.Name and .User, WindowsPrincipal.IsInRole (learn.microsoft.com, System.Security.Principal).
$env:COMPUTERNAME = 'LAPTOP-A1B2C3D'
$Stand.identity = @{ account = 'LAPTOP-A1B2C3D\scan'; sid = 'S-1-5-21-3623811015-3361044348-30300820-1004'; administrator = $true }
