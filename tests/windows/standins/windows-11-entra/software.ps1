# Source: SoftwareLicensingProduct (learn.microsoft.com)
$Stand.cim['SoftwareLicensingProduct'] = @([pscustomobject]@{ Name = 'Windows(R), Enterprise edition'; LicenseStatus = 1; GracePeriodRemaining = 0; LicenseIsAddon = $false })
# Source: Uninstall Registry Key (learn.microsoft.com)
