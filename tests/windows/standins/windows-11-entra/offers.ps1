# Source: IUpdateSearcher, ISearchResult, IUpdate (learn.microsoft.com, wuapi.h); WSUS Classification GUIDs; PSWindowsUpdate issues 60 and 65; KB numbers from update history pages
$Stand.offers = { Stop-Denied }
