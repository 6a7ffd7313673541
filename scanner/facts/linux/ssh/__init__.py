"""The SSH server: its settings in force, its Match blocks, its keys, and what it offers to strangers."""

from __future__ import annotations

from scanner.facts.linux.ssh.probe import SSHD
from scanner.facts.linux.ssh.reader import SSH_SERVER

READERS = (SSH_SERVER,)

__all__ = ["READERS", "SSHD", "SSH_SERVER"]
