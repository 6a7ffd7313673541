# Scans this runner over WinRM, keeps the recording, and writes down what Windows says of itself by other means.
$ErrorActionPreference = 'Stop'
python -m scanner scan --target winrms://localhost --user ctpatscan --password env:CTPAT_PASSWORD `
    --certificate "SHA256:$env:CTPAT_CERTIFICATE" --record recording -o html=report.html -o json=run.json
# 1 and 3 say that criteria are not fully evidenced: the expected answer of a runner.
if (@(0, 1, 3) -notcontains $LASTEXITCODE) { exit $LASTEXITCODE }

# Text of these tools is English on a runner; the scanner itself reads none of it.
function Read-Number($Lines, $Label) { [int](($Lines | Select-String -SimpleMatch $Label).Line -replace '\D', '') }
$accounts = net accounts
$firewall = netsh advfirewall show allprofiles state
$logging = netsh advfirewall show allprofiles logging
$logons = auditpol /get '/subcategory:{0CCE9215-69AE-11D9-BED3-505054503030}' /r | Where-Object { $_ } | ConvertFrom-Csv
$firmware = Get-ItemProperty -Path 'HKLM:\HARDWARE\DESCRIPTION\System\BIOS'
$disks = [ordered]@{}
foreach ($drive in [System.IO.DriveInfo]::GetDrives()) {
    if ($drive.DriveType -eq 'Fixed' -and $drive.IsReady) { $disks[$drive.Name.TrimEnd('\')] = $drive.TotalSize }
}
$secureBoot = try { Confirm-SecureBootUEFI } catch [System.PlatformNotSupportedException] { $false }
Add-Type -AssemblyName 'Microsoft.VisualBasic'
$version = (cmd /c ver) -join ''
$own = [ordered]@{
    hostname = [System.Net.Dns]::GetHostName()
    build = [string][Environment]::OSVersion.Version.Build
    revision = [int]([regex]::Match($version, '\d+\.\d+\.\d+\.(\d+)').Groups[1].Value)
    is_server = (Get-ComputerInfo -Property WindowsInstallationType).WindowsInstallationType -like 'Server*'
    minimum_length = Read-Number $accounts 'Minimum password length'
    history = [string](($accounts | Select-String -SimpleMatch 'Length of password history').Line -replace '^.*:\s*', '')
    lockout_threshold = [string](($accounts | Select-String -SimpleMatch 'Lockout threshold').Line -replace '^.*:\s*', '')
    firewall_on = @($firewall | Select-String -CaseSensitive -Pattern '^State\s+ON').Count
    local_users = @(Get-LocalUser | ForEach-Object { $_.SID.Value })
    administrators = @(Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { $_.SID.Value })
    built_in = (Get-LocalUser | Where-Object { $_.SID.Value -like '*-500' }).Name
    real_time = [bool](Get-MpComputerStatus).RealTimeProtectionEnabled
    dropped_logged = @($logging | Select-String -Pattern '^LogDroppedConnections\s+Enable').Count
    log_sizes = @($logging | Select-String -Pattern '^MaxFileSize\s+(\d+)' | ForEach-Object { [int]$_.Matches[0].Groups[1].Value })
    smb1_client = @(sc.exe qc mrxsmb10 | Select-String -Pattern 'START_TYPE\s+:\s+[0-3]\b').Count -gt 0
    tpm = [bool](Get-Tpm).TpmPresent
    secure_boot = [bool]$secureBoot
    manufacturer = [string]$firmware.SystemManufacturer
    model = [string]$firmware.SystemProductName
    memory = (New-Object -TypeName 'Microsoft.VisualBasic.Devices.ComputerInfo').TotalPhysicalMemory
    disks = $disks
    logons = [string]$logons.'Inclusion Setting'
    security_log = [long](([xml](wevtutil gl Security /f:xml)).channel.logging.maxSize)
    remote_desktop = [bool](Get-CimInstance -Namespace 'root/cimv2/TerminalServices' -ClassName 'Win32_TerminalServiceSetting').AllowTSConnections
    listens_on_5986 = @(Get-NetTCPConnection -State Listen -LocalPort 5986 -ErrorAction SilentlyContinue).Count -gt 0
}
ConvertTo-Json -InputObject $own | Out-File -FilePath own.json -Encoding utf8
exit 0
