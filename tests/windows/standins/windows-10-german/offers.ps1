# Source: IUpdateSearcher, ISearchResult, IUpdate (learn.microsoft.com, wuapi.h); WSUS Classification GUIDs; PSWindowsUpdate issues 60 and 65; KB numbers from update history pages
$Stand.offers = @(
    [pscustomobject]@{ Title = ('2026-11 Kumulatives Update f' + [string][char]252 + 'r .NET Framework 3.5 und 4.8.1 f' + [string][char]252 + 'r Windows 10 Version 22H2 (KB5124777)'); MsrcSeverity = ''; IsHidden = $false; LastDeploymentChangeTime = [datetime]'2026-09-08'; Categories = @([pscustomobject]@{ CategoryID = '0fa1201d-4330-4fa8-8ae9-b877473b6441' }) },
    [pscustomobject]@{ Title = ('2026-08 Update f' + [string][char]252 + 'r Windows 10 Version 22H2 (KB5124778)'); MsrcSeverity = ''; IsHidden = $true; LastDeploymentChangeTime = [datetime]'2026-08-11'; Categories = @([pscustomobject]@{ CategoryID = 'cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83' }) }
)
