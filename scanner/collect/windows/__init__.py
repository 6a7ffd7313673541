"""The collector for Windows: one read-only PowerShell script per target, its frame, and the talk with a session."""

from __future__ import annotations

from scanner.collect.windows.script import WindowsScript, build

__all__ = ["WindowsScript", "build"]
