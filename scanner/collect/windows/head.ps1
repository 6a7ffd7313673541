param($Nonce)
# ctpat-scanner, collector for Windows: reads security settings and prints them; changes no setting and installs nothing.
# The only files it writes are the exports of secedit and auditpol, which it removes again.
# Delivered as plain text: on standard input of powershell -NoProfile -NonInteractive -Command -, or as an endpoint's function.
# Grammar of PowerShell 3.0, readable by 2.0. It decides nothing: what the values mean is judged where they are stored.
if ([string]$ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Write-Output "ctpat:${Nonce}:0:mode:$($ExecutionContext.SessionState.LanguageMode):$($PSVersionTable.PSVersion)"
    return
}
if ($PSVersionTable.PSVersion.Major -lt 3) {
    Write-Output '{"ps":2}'
    return
}
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$version = '@VERSION@'
$budgetMs = 90000
$flushMs = 10000
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$state = @{ seq = 0; sent = 0; pending = (New-Object System.Collections.ArrayList) }
