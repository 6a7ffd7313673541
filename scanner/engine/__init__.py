"""Many targets: which checks run where, who opens the connection, how many at a time, and what became of each."""
