# Source: SoftwareLicensingProduct (learn.microsoft.com)
$Stand.cim['SoftwareLicensingProduct'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
# Source: Uninstall Registry Key (learn.microsoft.com)
$Stand.denied += @('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
