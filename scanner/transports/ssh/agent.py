"""The running ssh-agent: the keys it holds, each told by its public half."""

from __future__ import annotations

import os
import socket

import paramiko
from paramiko.agent import AgentKey, AgentSSH
from paramiko.pkey import PublicBlob

from scanner.transports.ssh.keys import refuse

NO_AGENT = "none"
USUAL = "SSH_AUTH_SOCK"


class Agent(AgentSSH):
    """A connection to the running ssh-agent with a time limit; paramiko's own waits without end.

    `place` is what IdentityAgent of ssh_config(5) says: a socket's path, `none`, or the variable that holds the path,
    as `$NAME`. Without it SSH_AUTH_SOCK does. Raises AuthenticationFailed, which names the place.
    """

    def __init__(self, place: str | None = None, timeout_s: float = 10.0) -> None:
        super().__init__()
        path, origin = _path(place or USUAL)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(path)
            self._connect(self._socket)  # type: ignore[attr-defined]  # the seam paramiko's own Agent uses
        except (OSError, ValueError, paramiko.SSHException) as error:
            self._socket.close()
            raise refuse(f"the ssh-agent at {path}{origin} does not answer: {error}") from error

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


def _path(place: str) -> tuple[str, str]:
    """The socket to ask, and who says so, where it is not the usual variable."""
    if place == NO_AGENT:
        raise refuse("no ssh-agent is asked: IdentityAgent is none in ssh_config")
    if place != USUAL and not place.startswith("$"):
        return place, " (IdentityAgent in ssh_config)"
    name = place.removeprefix("$")
    origin = "" if place == USUAL else f" (IdentityAgent {place} in ssh_config)"
    if not (path := os.environ.get(name)):
        raise refuse(f"no ssh-agent can be asked: {name} is not set{origin}")
    return path, origin
