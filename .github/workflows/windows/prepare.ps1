# Turns on WinRM over https on this runner and makes a local administrator for the scan. Windows PowerShell 5.1.
$ErrorActionPreference = 'Stop'
Enable-PSRemoting -SkipNetworkProfileCheck -Force | Out-Null
$certificate = New-SelfSignedCertificate -DnsName 'localhost' -CertStoreLocation 'Cert:\LocalMachine\My'
New-Item -Path 'WSMan:\localhost\Listener' -Transport HTTPS -Address '*' -CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null

# The account is gone with the runner; its password is never printed.
$bytes = New-Object byte[] 24
[System.Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
$password = 'Aa1!' + [Convert]::ToBase64String($bytes)
Write-Output "::add-mask::$password"
New-LocalUser -Name 'ctpatscan' -Password (ConvertTo-SecureString $password -AsPlainText -Force) | Out-Null
Add-LocalGroupMember -SID 'S-1-5-32-544' -Member 'ctpatscan'
# Without it a local administrator's network logon has no administrator's token (KB951016).
Set-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' -Name LocalAccountTokenFilterPolicy -Value 1 -Type DWord

$hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash($certificate.RawData)
"CTPAT_PASSWORD=$password" | Out-File -FilePath $env:GITHUB_ENV -Append -Encoding utf8
"CTPAT_CERTIFICATE=" + (($hash | ForEach-Object { $_.ToString('x2') }) -join '') | Out-File -FilePath $env:GITHUB_ENV -Append -Encoding utf8
