"""`ctpat doctor` meets every refusal that a Windows administrator is likely to meet, and says its cause and its cure.

A WS-Management endpoint of loopback refuses, over the product's own transports; no Windows is involved.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.doctor import Doctor, holds
from tests.windows.hosts import wire
from tests.wsman import faults, psrp
from tests.wsman.certificates import Authority, self_signed
from tests.wsman.endpoint import Endpoint, Output, recorded
from tests.wsman.remoting import Configuration, Remoting
from tests.wsman.windows import Tables

pytestmark = pytest.mark.network

WHOLE = recorded(wire("server-2022-hardened"))
TRUSTED_HOSTS = "note: TrustedHosts is not the cause: it is a setting of Windows' own client"


@pytest.fixture
def doctor(ctpat: Call, home: Path) -> Doctor:
    return Doctor(ctpat, home)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def test_a_host_that_refuses_nothing_has_no_cure(doctor: Doctor) -> None:
    with Endpoint(WHOLE) as host:
        ended = doctor(host)
    assert ended.status == 0 and "everything is readable" in ended.out, ended.out
    assert "not reached" not in ended.out and "TrustedHosts" not in ended.out


# --- Listener --------------------------------------------------------------------------------------------


def test_no_listener(doctor: Doctor, authority: Authority) -> None:
    with Endpoint(WHOLE) as http, Endpoint(WHOLE, tls=authority.server()) as https:
        pass
    cause = "refused the connection: nothing listens there, or a firewall rejects it"
    firewall = "its port has to be open in the host's firewall for the address of this machine"
    holds(doctor(http), cause, "Enable-PSRemoting", "(port 5985)", firewall)
    holds(doctor(https), cause, "winrm quickconfig -transport:https", "(port 5986), with a certificate", firewall)


def test_a_firewall_that_drops(doctor: Doctor) -> None:
    """A listener whose queue is full answers no more than a firewall that drops."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        place = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        target = {"host": place[0], "port": place[1], "name": "pc", "transport": "winrm"}
        ended = doctor.of([target], {})
        for one in waiting:
            one.close()
    holds(ended, "did not answer in time: host down, or a firewall drops packets", "Enable-PSRemoting")


def test_a_listener_of_the_other_kind(doctor: Doctor, authority: Authority) -> None:
    with Endpoint(WHOLE) as plain, Endpoint(WHOLE, tls=authority.server()) as tls:
        holds(doctor(plain, transport="winrms"), "does not speak TLS", "use winrm:// there, or make an https listener")
        holds(doctor(tls, transport="winrm"), "hung up on the first request", "one for winrms://?")


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, ["is a web server without WinRM", "wrong port?"]), (503, ["does not run WinRM now", "Start-Service WinRM"])],
)
def test_a_port_where_something_else_answers(doctor: Doctor, status: int, words: list[str]) -> None:
    with Endpoint(WHOLE, script={"anonymous": [faults.Status(status)]}) as host:
        holds(doctor(host), *words)


# --- Scheme and logon ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "auth", "words"),
    [
        (("Kerberos",), "ntlm", [r"Set-Item WSMan:\localhost\Service\Auth\Negotiate $true", "(it offers kerberos)"]),
        (("Negotiate",), "basic", [r"Set-Item WSMan:\localhost\Service\Auth\Basic $true", "(it offers negotiate)"]),
    ],
)
def test_a_scheme_that_is_not_offered(
    doctor: Doctor, authority: Authority, offered: Sequence[str], auth: str, words: list[str]
) -> None:
    with Endpoint(WHOLE, tls=authority.server(), schemes=offered) as host:
        ended = doctor(host, login={"auth": auth, "ca": str(authority.ca), "user": "scan"})
    holds(ended, f"does not offer '{auth}'", "no password was sent", "or choose another auth", *words)
    assert host.refused == []


def test_a_refused_logon_names_the_policies_and_what_trusted_hosts_is(doctor: Doctor) -> None:
    """Windows answers a wrong password and a denied network logon with the same 401: both are named and cured."""
    with Endpoint(WHOLE) as host:
        place = {"host": host.address, "port": host.port, "transport": "winrm"}
        ended = doctor.of([place | {"name": f"pc{number}"} for number in range(3)], {"user": "PC07\\nobody"})
    holds(
        ended,
        "refused the logon of PC07\\nobody by ntlm: wrong user or password, an account that is locked",
        "'Deny access to this computer from the network' (CIS applies it to local administrators)",
        "Use a domain account that may log on, or lift the policy for this one",
        "a local account is written HOST\\name",
        "Correct the credential, or give that host one of its own",
        "where Kerberos cannot be used, as with a host of a workgroup, a local account, or an address",
        r"Set-Item WSMan:\localhost\Client\TrustedHosts HOST, on the client",
    )
    assert ended.out.count(TRUSTED_HOSTS) == 1, "once for all targets"
    assert host.refused == ["ntlm"]


# --- Certificates ----------------------------------------------------------------------------------------


CERTIFICATES = {
    "self-signed": "it signed itself: name it with `ca` in the credential",
    "unknown authority": "its signer is not trusted here: name the authority's certificate file with `ca`",
    "other address": "it does not name this address: give the target the host name that the certificate carries",
    "other name": "it is for another name: give the target the name that the certificate carries",
    "expired": "it has expired: renew it on the host",
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_a_certificate_that_proves_nothing(doctor: Doctor, authority: Authority, tmp_path: Path, case: str) -> None:
    pair = {
        "self-signed": lambda: self_signed(tmp_path / "own"),
        "unknown authority": lambda: Authority.make(tmp_path / "other", "Other CA").server(),
        "other address": lambda: authority.server("elsewhere", hosts=("elsewhere",)),
        "other name": lambda: authority.server("elsewhere", hosts=("elsewhere",)),
        "expired": lambda: authority.server("expired", days=-1),
    }[case]()
    with Endpoint(WHOLE, tls=pair) as host:
        ended = doctor(host, login={"ca": str(authority.ca)}, address="localhost" if case == "other name" else "")
    holds(
        ended,
        "shows a certificate that cannot be verified",
        CERTIFICATES[case],
        "No logon was attempted and no secret was sent",
        "Or pin it with `certificate: SHA256:…` at the target",
    )
    assert host.count == 0 and "TrustedHosts" not in ended.out


def test_another_certificate_than_the_pinned_one(doctor: Doctor, authority: Authority) -> None:
    with Endpoint(WHOLE, tls=authority.server()) as host:
        ended = doctor(host, certificate="SHA256:" + "0" * 64)
    holds(ended, "CERTIFICATE MISMATCH", "comparing the fingerprint on the host's console", "correct `certificate`")


# --- Rights, policies, quotas ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            faults.DENIED,
            [
                "does not open a shell for CTPAT\\scan: a shell needs a local administrator",
                "LocalAccountTokenFilterPolicy is 0",
                "Use a domain account that is administrator there",
                "ctpat explain --platform windows --jea",
            ],
        ),
        (
            faults.TOO_MANY_SHELLS,
            [
                "has too many remote shells or operations open for CTPAT\\scan",
                "they end by themselves",
                "MaxShellsPerUser",
                r"WSMan:\localhost\Shell",
            ],
        ),
        (faults.QUOTA, ["has used up a quota of WinRM; try again later", r"the quotas below WSMan:\localhost"]),
        (faults.TIMED_OUT, ["did not finish the request within its own time limit", "Restart-Service WinRM"]),
    ],
    ids=["token filter", "shells", "quota", "time"],
)
def test_a_shell_that_is_not_opened(doctor: Doctor, fault: faults.Fault, words: list[str]) -> None:
    with Endpoint(WHOLE, script={"Create": [fault] * 2}) as host:
        holds(doctor(host), "not reached: ", *words)


def test_a_filtered_token_that_gets_a_shell_all_the_same(doctor: Doctor) -> None:
    """A member of Remote Management Users, or an administrator's filtered token behind PowerShell remoting."""
    remoting = psrp.full(recorded(wire("server-2019-denied")))
    with psrp.over_http(remoting) as host:
        ended = doctor(host, transport="psrp")
    holds(
        ended,
        "rights: the account's own only, no administrator's token",
        "the token has no administrator rights: it is a plain account's, or a filtered one",
        "cure: let the scan account be an administrator there (a local account other than the built-in one gets a"
        " filtered token over the network, a domain account does not)",
        "`ctpat explain --platform windows --jea` prints",
    )


@pytest.mark.parametrize("transport", ["winrm", "psrp"])
def test_remote_shells_that_policy_forbids(doctor: Doctor, transport: str) -> None:
    """What WMI tells is read; the rest is named once, and not blamed on time."""
    system = {"Caption": "Microsoft Windows Server 2022 Standard", "ProductType": 3}
    wmi = Tables(classes={"root/cimv2:win32_operatingsystem": [system]})
    ways: dict[str, Callable[[], Endpoint]] = {
        "winrm": lambda: Endpoint(WHOLE, script={"Create": [faults.NO_SHELLS] * 2}, wql=wmi.wql, invoke=wmi.invoke),
        "psrp": lambda: psrp.over_http(
            Remoting({psrp.DEFAULT: Configuration(fault=faults.NO_SHELLS)}), wql=wmi.wql, invoke=wmi.invoke
        ),
    }
    with ways[transport]() as host:
        ended = doctor(host, transport=transport)
    holds(
        ended,
        "refuses every remote shell by policy ('Allow Remote Shell Access' is off, CIS level 2)",
        "lift the policy for this host, or scan it by ssh",
        "facts were read over WMI instead",
    )
    (not_run,) = [line for line in ended.out.splitlines() if line.startswith("  not run: ")]
    assert "services" in not_run and "audit_policy" in not_run and "--timeout" not in ended.out


@pytest.mark.parametrize("status", [1, -1073741801])
def test_a_script_that_is_stopped_before_its_first_word(doctor: Doctor, status: int) -> None:
    with Endpoint(lambda *_: Output(b"", b"", status)) as host:
        ended = doctor(host)
    holds(
        ended,
        f"the script did not start (exit status {status})",
        "Endpoint protection may have stopped it (allow-list what `ctpat explain --platform windows` prints)",
        r"MaxMemoryPerShellMB below WSMan:\localhost\Shell",
    )


def test_a_script_that_is_stopped_midway(doctor: Doctor) -> None:
    golden = Path(__file__).parents[1] / "collect" / "windows" / "golden" / "outline-killed-midway.stdout"
    with Endpoint(recorded(golden.read_bytes(), status=137)) as host:
        ended = doctor(host)
    holds(ended, "the output ended before the script did", "MaxMemoryPerShellMB", "not run: ")


# --- Session configurations of PowerShell remoting -------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (
            None,
            [
                "has no session configuration 'ctpat'",
                "Get-PSSessionConfiguration there lists those that it has",
                "register the endpoint that `ctpat explain --platform windows --jea` prints",
            ],
        ),
        (
            Configuration(fault=faults.DENIED),
            [
                "does not let CTPAT\\scan into the session configuration 'ctpat'",
                "'Remote Management Users'",
                "the group that its RoleDefinitions name",
                "Enable-PSSessionConfiguration -Name ctpat",
            ],
        ),
        (
            Configuration(),
            ["takes no script and has no command Get-CtpatFact", "register the endpoint"],
        ),
        (
            Configuration(breaks="Die Rolle fehlt."),
            ["broke off the session 'ctpat'", "Test-PSSessionConfigurationFile", "Die Rolle fehlt."],
        ),
    ],
    ids=["missing", "denied", "neither script nor command", "broken"],
)
def test_a_session_configuration_that_does_not_serve(
    doctor: Doctor, configuration: Configuration | None, words: list[str]
) -> None:
    with psrp.over_http(Remoting({psrp.JEA: configuration} if configuration else {})) as host:
        holds(doctor(host, transport="psrp", login={"configuration": psrp.JEA}), *words)
