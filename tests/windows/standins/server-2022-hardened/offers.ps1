# Source: IUpdateSearcher, ISearchResult, IUpdate (learn.microsoft.com, wuapi.h); WSUS Classification GUIDs; PSWindowsUpdate issues 60 and 65; KB numbers from update history pages
$Stand.offers = @(
    [pscustomobject]@{ Title = '2026-11 Security Update (KB5124301) (20348.6012)'; MsrcSeverity = 'Important'; IsHidden = $false; LastDeploymentChangeTime = [datetime]'2026-11-10'; Categories = @([pscustomobject]@{ CategoryID = '0fa1201d-4330-4fa8-8ae9-b877473b6441' }, [pscustomobject]@{ CategoryID = '71718f13-7324-4b0f-8f9e-2ca9dc978e53' }) },
    [pscustomobject]@{ Title = 'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.441.131.0) - Current Channel (Broad)'; MsrcSeverity = ''; IsHidden = $false; LastDeploymentChangeTime = [datetime]'2026-11-20'; Categories = @([pscustomobject]@{ CategoryID = 'e0789628-ce08-4437-be74-2495b842f43b' }) }
)
