# --- Seams: the only places that touch Windows other than by a cmdlet. A stand-in replaces them by name.
function Read-OpenKey($Key, $Names) {
    if ($null -eq $Key) { return @{ exists = $false } }
    $values = @{}
    foreach ($name in $Names) {
        $value = $Key.GetValue($name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
        if ($null -eq $value) { continue }
        $kind = [string]$Key.GetValueKind($name)
        if ($value -is [byte[]]) { $value = [BitConverter]::ToString($value).Replace('-', '') }
        $values[$name] = @{ kind = $kind; value = $value }
    }
    $Key.Close()
    return @{ exists = $true; values = $values }
}
function Open-Hive($Hive) { return [Microsoft.Win32.RegistryKey]::OpenBaseKey([Microsoft.Win32.RegistryHive]$Hive, [Microsoft.Win32.RegistryView]::Registry64) }
function Read-Registry($Path, $Names) { return Read-OpenKey ((Open-Hive 'LocalMachine').OpenSubKey($Path)) $Names }
function Read-Subkeys($Key) {
    if ($null -eq $Key) { return @{ exists = $false } }
    return @{ exists = $true; names = @($Key.GetSubKeyNames()) }
}
function Read-RegistrySubkeys($Path) { return Read-Subkeys ((Open-Hive 'LocalMachine').OpenSubKey($Path)) }
function Read-UserRegistry($Sid, $Path, $Names) { return Read-OpenKey ((Open-Hive 'Users').OpenSubKey("$Sid\$Path")) $Names }
function Read-UserRegistrySubkeys($Sid, $Path) { return Read-Subkeys ((Open-Hive 'Users').OpenSubKey("$Sid\$Path")) }
function Read-LoadedHives { return @((Open-Hive 'Users').GetSubKeyNames() | Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' }) }
function Open-Adsi($Path) { return [ADSI]$Path }
function Resolve-SidName($Sid) { return (New-Object System.Security.Principal.SecurityIdentifier($Sid)).Translate([System.Security.Principal.NTAccount]).Value }
function Resolve-NameSid($Name) { return (New-Object System.Security.Principal.NTAccount($Name)).Translate([System.Security.Principal.SecurityIdentifier]).Value }
function Convert-SidBytes($Bytes) { return (New-Object System.Security.Principal.SecurityIdentifier($Bytes, 0)).Value }
function New-ComSeam($ProgId) { return New-Object -ComObject $ProgId }
function Search-Updates($Criteria, $TimeoutMs) {
    # In a runspace of its own, since a search has no limit of its own. It asks no network and installs nothing.
    $search = {
        param($Criteria)
        $ErrorActionPreference = 'Stop'
        $searcher = (New-Object -ComObject 'Microsoft.Update.Session').CreateUpdateSearcher()
        $searcher.Online = $false
        return $searcher.Search($Criteria)
    }
    $shell = [System.Management.Automation.PowerShell]::Create()
    $running = $shell.AddScript([string]$search).AddArgument($Criteria).BeginInvoke()
    if (-not $running.AsyncWaitHandle.WaitOne($TimeoutMs)) { [void]$shell.BeginStop($null, $null); throw (New-Object System.TimeoutException("the search for updates ran past $TimeoutMs ms")) }
    return $shell.EndInvoke($running)
}
function Wait-Milliseconds($Count) { [System.Threading.Thread]::Sleep($Count) }
function Test-AdministratorToken {
    $principal = New-Object System.Security.Principal.WindowsPrincipal([System.Security.Principal.WindowsIdentity]::GetCurrent())
    return $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}
function Read-Identity {
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    return @{ account = [string]$identity.Name; sid = [string]$identity.User.Value }
}
function Read-Clock { return [DateTime]::UtcNow }
function Read-TextFile($Path, $MaxBytes) {
    try { $file = [System.IO.File]::Open($Path, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, [System.IO.FileShare]::ReadWrite) }
    catch [System.IO.FileNotFoundException], [System.IO.DirectoryNotFoundException] { return @{ exists = $false } }
    try {
        $buffer = New-Object byte[] ([int]$MaxBytes)
        $count = $file.Read($buffer, 0, $buffer.Length)
        $reader = New-Object System.IO.StreamReader((New-Object System.IO.MemoryStream($buffer, 0, $count)), $true)
        return @{ exists = $true; text = $reader.ReadToEnd() }
    }
    finally { $file.Close() }
}
function Invoke-Native($File, $Arguments, $TimeoutMs) {
    $info = New-Object System.Diagnostics.ProcessStartInfo
    $info.FileName = Join-Path ([Environment]::SystemDirectory) $File
    $info.Arguments = $Arguments
    $info.UseShellExecute = $false
    $info.CreateNoWindow = $true
    $info.RedirectStandardInput = $true
    $info.RedirectStandardOutput = $true
    $info.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($info)
    $process.StandardInput.Close()
    $output = $process.StandardOutput.ReadToEndAsync()
    $problem = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit($TimeoutMs)) { $process.Kill(); throw (New-Object System.TimeoutException("$File ran past $TimeoutMs ms")) }
    return @{ exit = $process.ExitCode; out = $output.Result; err = $problem.Result }
}
function Read-NativeExport($File, $Arguments) {
    $export = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "ctpat-$([Guid]::NewGuid().ToString('N'))")
    try {
        $result = Invoke-Native $File ($Arguments.Replace('EXPORT', $export)) 20000
        # The status as HRESULT_FROM_WIN32: auditpol ends with Windows' own error number.
        if ($result.exit -ne 0) { throw (New-Object System.IO.IOException("$File ended with status $($result.exit)", (-2147024896 + ($result.exit -band 0xFFFF)))) }
        return [System.IO.File]::ReadAllText($export)
    }
    finally {
        [System.IO.File]::Delete($export)
        [System.IO.File]::Delete("$export.log")
    }
}
function Read-Template($Areas) { return Read-NativeExport 'secedit.exe' "/export /cfg `"EXPORT`" /areas $Areas /log `"EXPORT.log`" /quiet" }
function Read-AuditBackup { return Read-NativeExport 'auditpol.exe' '/backup /file:"EXPORT"' }
