# --- Frame: numbered blocks of entries; a lost connection loses only what was not yet flushed.
function Write-Line($Text) {
    # A remoting session has no console: there, and only there, the lines go down the pipeline.
    if ($Host.Name -eq 'ServerRemoteHost') { Write-Output $Text } else { [Console]::Out.WriteLine($Text) }
}
function Send-Pending {
    if ($state.pending.Count -eq 0) { return }
    $bytes = [System.Text.Encoding]::UTF8.GetBytes('[' + [string]::Join(',', $state.pending.ToArray()) + ']')
    $state.pending.Clear()
    $buffer = New-Object System.IO.MemoryStream
    $zip = New-Object System.IO.Compression.GZipStream($buffer, [System.IO.Compression.CompressionMode]::Compress)
    $zip.Write($bytes, 0, $bytes.Length)
    $zip.Close()
    $state.seq++
    Write-Line "ctpat:${Nonce}:$($state.seq):begin"
    Write-Line ([Convert]::ToBase64String($buffer.ToArray(), [Base64FormattingOptions]::InsertLineBreaks))
    Write-Line "ctpat:${Nonce}:$($state.seq):end"
    $state.sent = $clock.ElapsedMilliseconds
}
function Add-Entry($Entry) { [void]$state.pending.Add((ConvertTo-Json -InputObject $Entry -Depth 8 -Compress)) }
function Convert-Failure($Record) {
    $cause = $Record.Exception
    while ($null -ne $cause.InnerException) { $cause = $cause.InnerException }
    return [ordered]@{
        type = $cause.GetType().FullName
        hresult = $cause.HResult
        code = [string]$cause.MessageId
        fqid = [string]$Record.FullyQualifiedErrorId
        category = [string]$Record.CategoryInfo.Category
        text = [string]$cause.Message
        line = $Record.InvocationInfo.ScriptLineNumber
    }
}
# The time as UTC text, null for null.
function Convert-Time($Time) {
    if ($null -eq $Time) { return $null }
    return ([datetime]$Time).ToUniversalTime().ToString('o')
}
# What a part of a fact returns, or its error, so that it fails alone. A list has to leave the part as ,@( ).
function Read-Part($Body) {
    try { $part = & $Body }
    catch { return @{ err = (Convert-Failure $_) } }
    return , $part
}
function Read-Fact($Name, $Body) {
    if ($clock.ElapsedMilliseconds -gt $budgetMs) { Add-Entry ([ordered]@{ name = $Name; skipped = 'budget' }); return }
    $started = $clock.ElapsedMilliseconds
    try {
        $fact = & $Body
        Add-Entry ([ordered]@{ name = $Name; ok = $true; v = $fact; ms = $clock.ElapsedMilliseconds - $started })
    }
    catch { Add-Entry ([ordered]@{ name = $Name; ok = $false; ms = $clock.ElapsedMilliseconds - $started; err = (Convert-Failure $_) }) }
    if ($clock.ElapsedMilliseconds - $state.sent -gt $flushMs) { Send-Pending }
}
Read-Fact 'session' {
    [ordered]@{
        version = $version
        powershell = [string]$PSVersionTable.PSVersion
        language_mode = [string]$ExecutionContext.SessionState.LanguageMode
        process_64 = [Environment]::Is64BitProcess
        administrator = Read-Part { Test-AdministratorToken }
        account = Read-Part { (Read-Identity).account }
        sid = Read-Part { (Read-Identity).sid }
        clock = Read-Part { Convert-Time (Read-Clock) }
    }
}
