# Source: IUpdateSearcher, ISearchResult, IUpdate (learn.microsoft.com, wuapi.h); WSUS Classification GUIDs; PSWindowsUpdate issues 60 and 65; KB numbers from update history pages
$Stand.offers = { throw (New-Object System.TimeoutException('the search for updates ran past 30000 ms')) }
