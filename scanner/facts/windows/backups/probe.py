"""What a Windows host is asked about its backups: the summary of its own, the logs in which products end their runs."""

from __future__ import annotations

from scanner.facts.base import Access, Probe

BACKUPS = Probe(
    name="backups",
    why="which backups ran, when the last one ended well, and where it was written to",
    script=r"""
$ids = @(190, 102, 105, 108, 4098, 4103, 5633, 5634, 5635)
@{
    summary = Read-Part {
        $summary = Get-WBSummary
        @{
            last_success = Convert-Time $summary.LastSuccessfulBackupTime
            last_attempt = Convert-Time $summary.LastBackupTime
            result = [long]$summary.LastBackupResultHR
            detail = [long]$summary.LastBackupResultDetailedHR
            versions = [long]$summary.NumberOfVersions
            next = Convert-Time $summary.NextBackupTime
            target = [string]$summary.LastSuccessfulBackupTargetPath
        }
    }
    log = Read-Part {
        , @(foreach ($event in Get-WinEvent -FilterHashtable @{ LogName = 'Microsoft-Windows-Backup' } -MaxEvents 200) {
            @{ id = [int]$event.Id; level = [int]$event.Level; time = Convert-Time $event.TimeCreated }
        })
    }
    results = Read-Part {
        $wanted = @{ LogName = 'Application'; Id = $ids }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 500) {
            @{
                provider = [string]$event.ProviderName
                id = [int]$event.Id
                level = [int]$event.Level
                time = Convert-Time $event.TimeCreated
            }
        })
    }
    agent = Read-Part {
        $wanted = @{ LogName = 'Veeam Agent'; Id = 190 }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 50) {
            @{
                provider = 'Veeam Agent'
                id = [int]$event.Id
                level = [int]$event.Level
                time = Convert-Time $event.TimeCreated
            }
        })
    }
    shadows = Read-Part {
        $query = 'SELECT ID FROM Win32_ShadowCopy'
        @{ count = [int]@(Get-CimInstance -Query $query -OperationTimeoutSec 20).Count }
    }
}
""",
    access=Access.ROOT,
    timeout_s=20,
)

# A log without events, and one that nobody made.
NOT_THERE = ("NoMatchingEventsFound", "NoMatchingLogsFound")
