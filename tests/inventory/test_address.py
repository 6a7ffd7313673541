"""Target URIs and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.inventory.address import parse_target


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        ("ssh://h", ("h", "ssh", "h", None, None)),
        ("ssh://scan@h:2222", ("h:2222", "ssh", "h", 2222, "scan")),
        ("ssh://h:22/", ("h", "ssh", "h", 22, None)),
        ("ssh://[::1]:2222", ("[::1]:2222", "ssh", "::1", 2222, None)),
        ("ssh://u@[fe80::1%25eth0]", ("fe80::1%eth0", "ssh", "fe80::1%eth0", None, "u")),
        ("winrm://ACME%5Csvc@fs01", ("fs01", "winrm", "fs01", None, "ACME\\svc")),
        ("winrms://fs01:443", ("fs01:443", "winrms", "fs01", 443, None)),
        ("psrp://fs01", ("fs01", "psrp", "fs01", None, None)),
        ("ldaps://ACME%5Cscan@dc:636", ("dc", "ldaps", "dc", 636, "ACME\\scan")),
        ("ldaps://[fd00::1]:3269", ("[fd00::1]:3269", "ldaps", "fd00::1", 3269, None)),
        ("local:", ("local", "local", "", None, None)),
        ("replay:/a/rec", ("rec", "replay", "/a/rec", None, None)),
    ],
)
def test_uris(uri: str, fields: tuple[object, ...]) -> None:
    target = parse_target(uri)
    assert (target.name, target.transport, target.address, target.port, target.user) == fields


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("ssh://u:hunter2@h", "a password is never written into an address"),
        ("ssh://u:hunter2/x@h", "a password is never written into an address"),
        ("u:hunter2@h", "no target URI"),
        ("fs01", "write ssh://fs01"),
        ("shs://fs01", "did you mean 'ssh:'?"),
        ("ssh:h", "followed by '//'"),
        ("ssh://::1", "in brackets"),
        ("ssh://[::1", "brackets"),
        ("ssh://h:0", "no port"),
        ("ssh://h:99999", "no port"),
        ("ssh://h/path", "ends after the port"),
        ("ssh://-oProxyCommand=x", "no host name"),
        ("ssh://-x@h", "no user name"),
        ("ssh://1.2.3", "no IPv4"),
        ("ssh://", "no host name"),
        ("local:x", "nothing follows"),
        ("replay:", "needs the folder"),
        ("http://h", "no target URI"),
    ],
)
def test_refused(uri: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_target(uri)
    assert message in str(caught.value) and "hunter2" not in str(caught.value)


@given(st.text() | st.builds("ssh://{}".format, st.text()))
def test_any_text(uri: str) -> None:
    try:
        target = parse_target(uri)
    except ConfigError:
        return
    assert target.name and not target.address.startswith("-")
