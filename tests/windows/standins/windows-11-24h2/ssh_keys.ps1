# Source: OpenSSH Server configuration for Windows, Key-based authentication in OpenSSH for Windows (learn.microsoft.com); ProfileList registry key; keys made with ssh-keygen of OpenSSH 9.2
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-18'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = '%systemroot%\system32\config\systemprofile' } }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-2127521184-1604012920-1887927527-1001'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = 'C:\Users\maria' } }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-2127521184-1604012920-1887927527-1002'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = 'C:\Users\jorge' } }
