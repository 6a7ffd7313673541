"""A Kerberos realm on loopback: MIT's KDC on a high port, with one user, one host and their keytabs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

KDC = shutil.which("krb5kdc") or "/usr/sbin/krb5kdc"
ADMIN = shutil.which("kadmin.local") or "/usr/sbin/kadmin.local"
DATABASE = shutil.which("kdb5_util") or "/usr/sbin/kdb5_util"
REALM = "CTPAT.TEST"
USER = f"scan@{REALM}"
PASSWORD = "Correct-Horse-7"
VARIABLES = ("KRB5_CONFIG", "KRB5_KDC_PROFILE", "KRB5_KTNAME", "KRB5CCNAME")

COMPILER = shutil.which("cc")

# krb5kdc asks gettimeofday and time alone.
_CLOCK = """#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int gettimeofday(struct timeval *tv, void *tz) {
    int done = syscall(SYS_gettimeofday, tv, tz);
    if (tv) tv->tv_sec += AHEAD;
    return done;
}
time_t time(time_t *at) {
    struct timeval tv;
    gettimeofday(&tv, 0);
    if (at) *at = tv.tv_sec;
    return tv.tv_sec;
}
"""

is_installed = all(Path(tool).is_file() for tool in (KDC, ADMIN, DATABASE))


@dataclass
class Realm(AbstractContextManager["Realm"]):
    """The realm, and this process's environment pointed at it, until the block ends.

    `host_keytab` is what the endpoint accepts with; `user_keytab` what a client may log on with. The clock of the KDC
    is `ahead_s` ahead of ours (needs a compiler), and clients do not make up for it.
    """

    folder: Path
    ahead_s: int = 0

    def __enter__(self) -> Realm:
        self.host_keytab = self.folder / "host.keytab"
        self.user_keytab = self.folder / "user.keytab"
        self._before = {name: os.environ.get(name) for name in VARIABLES}
        self.port = _free_port()
        self._configure()
        self._fill()
        self._kdc = subprocess.Popen(
            [KDC, "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | self._clock()
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kdc.terminate()
        self._kdc.wait(10)
        for name, value in self._before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    def stop(self) -> None:
        """The domain controller goes away."""
        self._kdc.terminate()
        self._kdc.wait(10)

    def _clock(self) -> dict[str, str]:
        """What starts the KDC with another clock: the C library's, replaced by one that adds to it."""
        if not self.ahead_s:
            return {}
        source, library = self.folder / "clock.c", self.folder / "clock.so"
        source.write_text(_CLOCK)
        command = [str(COMPILER), "-shared", "-fPIC", f"-DAHEAD={self.ahead_s}", "-o", str(library), str(source)]
        subprocess.run(command, check=True, capture_output=True)
        return {"LD_PRELOAD": str(library)}

    def _configure(self) -> None:
        (self.folder / "krb5.conf").write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            f" udp_preference_limit = 1\n kdc_timesync = {int(not self.ahead_s)}\n"
            f"[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{self.port}\n }}\n"
            f"[domain_realm]\n localhost = {REALM}\n"
        )
        (self.folder / "kdc.conf").write_text(
            f"[realms]\n {REALM} = {{\n  database_name = {self.folder}/principal\n"
            f"  key_stash_file = {self.folder}/stash\n"
            f'  acl_file = {self.folder}/acl\n  kdc_listen = ""\n  kdc_tcp_listen = 127.0.0.1:{self.port}\n'
            "  default_principal_flags = +preauth\n }\n"
            f"[logging]\n kdc = FILE:{self.folder}/kdc.log\n"
        )
        os.environ["KRB5_CONFIG"] = str(self.folder / "krb5.conf")
        os.environ["KRB5_KDC_PROFILE"] = str(self.folder / "kdc.conf")
        os.environ["KRB5_KTNAME"] = f"FILE:{self.host_keytab}"
        os.environ["KRB5CCNAME"] = f"FILE:{self.folder / 'nobody.ccache'}"

    def _fill(self) -> None:
        subprocess.run([DATABASE, "create", "-s", "-r", REALM, "-P", "master"], check=True, capture_output=True)
        for command in (
            f"addprinc -pw {PASSWORD} {USER}",
            f"addprinc -randkey HTTP/localhost@{REALM}",
            f"ktadd -k {self.host_keytab} HTTP/localhost@{REALM}",
            f"addprinc -randkey machine@{REALM}",
            f"ktadd -k {self.user_keytab} machine@{REALM}",
        ):
            subprocess.run([ADMIN, "-r", REALM, "-q", command], check=True, capture_output=True)

    def _wait(self) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("the KDC does not listen")

    @property
    def log(self) -> str:
        return (self.folder / "kdc.log").read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
