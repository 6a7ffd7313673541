# Takes back what prepare.ps1 did.
$ErrorActionPreference = 'Continue'
Remove-LocalUser -Name 'ctpatscan'
Remove-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' -Name LocalAccountTokenFilterPolicy
Get-ChildItem 'WSMan:\localhost\Listener' | Where-Object { $_.Keys -contains 'Transport=HTTPS' } | Remove-Item -Recurse
exit 0
