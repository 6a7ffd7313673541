# Source: OpenSSH Server configuration for Windows, Key-based authentication in OpenSSH for Windows (learn.microsoft.com); ProfileList registry key; keys made with ssh-keygen of OpenSSH 9.2
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-18'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = '%systemroot%\system32\config\systemprofile' } }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-1004336348-1177238915-682003330-1612'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = 'C:\Users\ctpat-scan' } }
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-3050772491-1885512402-2240931017-500'] += @{ ProfileImagePath = @{ kind = 'ExpandString'; value = 'C:\Users\adm-local' } }
