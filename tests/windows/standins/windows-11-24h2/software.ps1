# Source: SoftwareLicensingProduct (learn.microsoft.com)
$Stand.cim['SoftwareLicensingProduct'] = @([pscustomobject]@{ Name = 'Windows(R), Professional edition'; LicenseStatus = 1; GracePeriodRemaining = 0; LicenseIsAddon = $false })
# Source: Uninstall Registry Key (learn.microsoft.com)
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{23170F69-40C1-2702-2409-000001000000}'] += @{ 'DisplayName' = '7-Zip 24.09 (x64 edition)'; 'DisplayVersion' = '24.09.00.0'; 'Publisher' = 'Igor Pavlov'; 'InstallDate' = '20250301' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{90160000-007E-0000-1000-0000000FF1CE}'] += @{ 'DisplayName' = 'Office 16 Click-to-Run Licensing Component'; 'DisplayVersion' = '16.0.17932.20114'; 'Publisher' = 'Microsoft Corporation'; 'InstallDate' = '20250312' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Connection Manager'] += @{ }
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1001\Software\Microsoft\Windows\CurrentVersion\Uninstall\OneDriveSetup.exe'] += @{ 'DisplayName' = 'Microsoft OneDrive'; 'DisplayVersion' = '25.010.0114.0003'; 'Publisher' = 'Microsoft Corporation' }
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1001\Software\Microsoft\Windows\CurrentVersion\Uninstall\ZoomUMX'] += @{ 'DisplayName' = 'Zoom Workplace'; 'DisplayVersion' = '6.3.6 (56144)'; 'Publisher' = 'Zoom Video Communications, Inc.'; 'InstallDate' = '20250401' }
