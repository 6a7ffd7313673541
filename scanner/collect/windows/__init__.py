"""The collector for Windows: one read-only PowerShell script per target, its frame, and the talk with a session."""
