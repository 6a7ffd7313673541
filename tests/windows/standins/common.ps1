# Source: the seams of the collector, and the errors that Windows answers with (winerror.h, WMI Error Constants).
# All of it stands in one variable, whose name no probe uses: a function sees the variables of whoever calls it.
$Stand = @{
    registry = @{}
    denied = @()
    hives = @()
    cim = @{}
    adsi = @{}
    names = @{}
    native = @{}
    com = @{}
    offers = $null
    files = @{}
    texts = @{}
    events = @()
    logs = @{}
    identity = @{}
}
$env:ProgramData = 'C:\ProgramData'
$env:SystemRoot = 'C:\Windows'
$env:SystemDrive = 'C:'
$env:ProgramFiles = 'C:\Program Files'
function Stop-With($Cause, $Id, $Category) { throw (New-Object System.Management.Automation.ErrorRecord($Cause, $Id, $Category, $null)) }
function Stop-Cim($Code, $Text, $Category) {
    Stop-With (New-Object System.Exception($Text)) "HRESULT $Code,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand" $Category
}
function Stop-Denied { throw (New-Object System.UnauthorizedAccessException('Access is denied.')) }
function Stop-Com($Code, $Text) { throw (New-Object System.Runtime.InteropServices.COMException($Text, $Code)) }
function Find-Kind($Value) {
    if ($Value -is [array]) { return 'MultiString' }
    if ($Value -is [long]) { return 'QWord' }
    if ($Value -is [int]) { return 'DWord' }
    return 'String'
}
function Read-Registry($Path, $Names) {
    if ($Stand.denied -contains $Path) { throw (New-Object System.Security.SecurityException('Requested registry access is not allowed.')) }
    if (-not $Stand.registry.ContainsKey($Path)) { return @{ exists = $false } }
    $values = @{}
    foreach ($name in $Names) {
        if (-not $Stand.registry[$Path].ContainsKey($name)) { continue }
        $value = $Stand.registry[$Path][$name]
        if ($value -is [hashtable]) { $values[$name] = $value } else { $values[$name] = @{ kind = Find-Kind $value; value = $value } }
    }
    return @{ exists = $true; values = $values }
}
function Read-RegistrySubkeys($Path) {
    if ($Stand.denied -contains $Path) { throw (New-Object System.Security.SecurityException('Requested registry access is not allowed.')) }
    $below = @(foreach ($key in $Stand.registry.Keys) { if ($key -like "$Path\*") { $key.Substring($Path.Length + 1).Split('\')[0] } })
    if (($below.Count -eq 0) -and (-not $Stand.registry.ContainsKey($Path))) { return @{ exists = $false } }
    return @{ exists = $true; names = @($below | Sort-Object -Unique) }
}
function Read-UserRegistry($Sid, $Path, $Names) { return Read-Registry "HKU\$Sid\$Path" $Names }
function Read-UserRegistrySubkeys($Sid, $Path) { return Read-RegistrySubkeys "HKU\$Sid\$Path" }
function Read-LoadedHives { return $Stand.hives }
function New-Adsi($Path, $Class, $Values, $Members) {
    $object = New-Object psobject -Property @{ Path = $Path; SchemaClassName = $Class; MemberList = $Members }
    foreach ($name in $Values.Keys) { $object | Add-Member -MemberType NoteProperty -Name $name -Value ([pscustomobject]@{ Value = $Values[$name] }) }
    $object | Add-Member -MemberType ScriptMethod -Name 'Members' -Value { return $this.MemberList }
    return $object
}
function Open-Adsi($Path) {
    if ($Path -isnot [string]) { return $Path }
    if (-not $Stand.adsi.ContainsKey($Path)) { Stop-Com -2147022675 'The user name could not be found.' }
    return $Stand.adsi[$Path]
}
function Resolve-SidName($Sid) {
    if (-not $Stand.names.ContainsKey($Sid)) { throw (New-Object System.ArgumentException('Some or all identity references could not be translated.')) }
    return $Stand.names[$Sid]
}
function Resolve-NameSid($Name) {
    foreach ($sid in $Stand.names.Keys) { if ($Stand.names[$sid] -eq $Name) { return $sid } }
    throw (New-Object System.ArgumentException('Some or all identity references could not be translated.'))
}
function Convert-SidBytes($Bytes) { return $Bytes }
function New-ComSeam($ProgId) {
    if (-not $Stand.com.ContainsKey($ProgId)) { Stop-Com -2147221164 'Class not registered' }
    return $Stand.com[$ProgId]
}
function Search-Updates($Criteria, $TimeoutMs) {
    if ($null -eq $Stand.offers) { Stop-Com -2147221164 'Class not registered' }
    if ($Stand.offers -is [scriptblock]) { return & $Stand.offers }
    return [pscustomobject]@{ ResultCode = 2; Updates = $Stand.offers }
}
function Wait-Milliseconds($Count) { return }
function Invoke-Native($File, $Arguments, $TimeoutMs) {
    if (-not $Stand.native.ContainsKey("$File $Arguments")) { throw (New-Object System.ComponentModel.Win32Exception(2)) }
    return $Stand.native["$File $Arguments"]
}
function Read-TextFile($Path, $MaxBytes) {
    if (-not $Stand.files.ContainsKey($Path)) { return @{ exists = $false } }
    return @{ exists = $true; text = $Stand.files[$Path] }
}
function Read-Export($Text) {
    if ($null -eq $Text) { throw (New-Object System.IO.IOException('The export ended with status 1314', -2147023582)) }
    return $Text
}
function Read-Template($Areas) { return Read-Export $Stand.texts.template }
function Read-AuditBackup { return Read-Export $Stand.texts.audit }
function Test-AdministratorToken { return $Stand.identity.administrator }
function Read-Identity { return @{ account = $Stand.identity.account; sid = $Stand.identity.sid } }
function Read-Clock { return (New-Object System.DateTime(2026, 11, 20, 10, 0, 0, [System.DateTimeKind]::Utc)) }
function Get-CimInstance($ClassName, $Namespace, $Filter, $Query, $Property, $OperationTimeoutSec) {
    if ($Query -match 'from\s+(\w+)') { $ClassName = $Matches[1] }
    if (-not $Stand.cim.ContainsKey($ClassName)) { Stop-Cim '0x80041010' 'Invalid class' 'MetadataError' }
    $answer = $Stand.cim[$ClassName]
    if ($answer -is [scriptblock]) { return & $answer }
    $names = @([regex]::Matches("$Query $Filter", "\bName\s*=\s*'([^']+)'") | ForEach-Object { $_.Groups[1].Value })
    if ($names.Count -gt 0) { return @($answer | Where-Object { $names -contains $_.Name }) }
    return $answer
}
function Invoke-CimMethod($InputObject, $MethodName, $Arguments, $OperationTimeoutSec) {
    $answer = $InputObject.$MethodName
    if ($answer -is [hashtable]) { foreach ($given in $Arguments.Values) { return $answer[$given] } }
    return $answer
}
function Get-WinEvent($FilterHashtable, $MaxEvents, $ListLog) {
    if ($ListLog) {
        if (-not $Stand.logs.ContainsKey($ListLog)) { Stop-With (New-Object System.Exception('There is no such event log.')) 'NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand' 'ObjectNotFound' }
        return $Stand.logs[$ListLog]
    }
    $found = @(foreach ($record in $Stand.events) {
        $fits = $true
        foreach ($name in 'LogName', 'ProviderName', 'Id') {
            if ($FilterHashtable.ContainsKey($name) -and (@($FilterHashtable[$name]) -notcontains $record.$name)) { $fits = $false }
        }
        if ($fits) { $record }
    })
    if ($found.Count -eq 0) { Stop-With (New-Object System.Exception('No events were found.')) 'NoMatchingEventsFound,Microsoft.PowerShell.Commands.GetWinEventCommand' 'ObjectNotFound' }
    if ($MaxEvents) { return @($found)[0..([Math]::Min($MaxEvents, $found.Count) - 1)] }
    return $found
}
