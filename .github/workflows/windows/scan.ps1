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
    listens_on_5986 = @(Get-NetTCPConnection -State Listen -LocalPort 5986 -ErrorAction SilentlyContinue).Count -gt 0
}
ConvertTo-Json -InputObject $own | Out-File -FilePath own.json -Encoding utf8
exit 0
