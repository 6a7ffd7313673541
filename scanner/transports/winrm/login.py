"""What a WinRM logon needs, with its secrets resolved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scanner.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class WinrmLogin:
    """One way in. `name` is the credential's; `auth` is ntlm, kerberos, certificate or basic.

    `user` is `DOMAIN\\user`, `user@REALM` or a local user; empty for a client certificate, which the host
    maps to an account itself. Without password and keytab, Kerberos takes the tickets that the user already holds.
    `configuration` is the session configuration that PowerShell remoting (psrp) opens.
    """

    name: str
    auth: str = "ntlm"
    user: str = ""
    password: Secret | None = None
    keytab: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    passphrase: Secret | None = None
    ca: Path | None = None
    configuration: str = "Microsoft.PowerShell"

    @property
    def account(self) -> str:
        """Who logs on, for people."""
        return self.user or f"certificate {self.certificate.name if self.certificate else ''}".strip()

    @property
    def told(self) -> tuple[Secret, ...]:
        """What the host may have heard: NTLM and Kerberos prove a password without telling it, but a host that
        knows it may still say it."""
        return () if self.password is None else (self.password,)
