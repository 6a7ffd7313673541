"""The running ssh-agent: the keys it holds, each told by its public half."""

from __future__ import annotations

import os
import socket

import paramiko
from paramiko.agent import AgentKey, AgentSSH
from paramiko.pkey import PublicBlob

from scanner.transports.ssh.keys import refuse


class Agent(AgentSSH):
    """A connection to the running ssh-agent with a time limit; paramiko's own waits without end."""

    def __init__(self, timeout_s: float = 10.0) -> None:
        super().__init__()
        path = os.environ.get("SSH_AUTH_SOCK")
        if not path:
            raise refuse("no ssh-agent can be asked: SSH_AUTH_SOCK is not set")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(path)
            self._connect(self._socket)  # type: ignore[attr-defined]  # the seam paramiko's own Agent uses
        except (OSError, ValueError, paramiko.SSHException) as error:
            self._socket.close()
            raise refuse(f"the ssh-agent at {path} does not answer: {error}") from error

    def close(self) -> None:
        self._socket.close()

    def keys(self) -> dict[bytes, AgentKey]:
        """Its keys and certificates in the agent's order, by their public half as it travels."""
        found = {key.blob: key for key in self.get_keys()}
        for blob, key in found.items():
            if key.get_name().endswith("-cert-v01@openssh.com"):
                # paramiko 5.1 shows the plain key in place of an RSA certificate otherwise.
                key.public_blob = PublicBlob(key.get_name(), blob)  # type: ignore[assignment]  # None is not its only value
        return found
