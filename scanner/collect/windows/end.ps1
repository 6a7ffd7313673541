# --- End: without this entry the result is partial.
Add-Entry ([ordered]@{ name = 'complete'; ok = $true; v = @{ ms = $clock.ElapsedMilliseconds } })
Send-Pending
