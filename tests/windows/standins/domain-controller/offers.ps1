# Source: IUpdateSearcher, ISearchResult, IUpdate (learn.microsoft.com, wuapi.h); WSUS Classification GUIDs; PSWindowsUpdate issues 60 and 65; KB numbers from update history pages
$Stand.offers = @(
    [pscustomobject]@{ Title = 'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.441.131.0) - Current Channel (Broad)'; MsrcSeverity = ''; IsHidden = $false; LastDeploymentChangeTime = [datetime]'2026-11-20'; Categories = @([pscustomobject]@{ CategoryID = 'e0789628-ce08-4437-be74-2495b842f43b' }) }
)
