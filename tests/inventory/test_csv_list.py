"""CSV lists as spreadsheets write them."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.inventory.csv_list import read_csv
from scanner.inventory.loader import ROLES
from scanner.model import Target


def read(content: str | bytes, folder: Path) -> list[Target]:
    path = folder / "hosts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [item.target for item in read_csv(path, roles=ROLES)]


@pytest.mark.parametrize(
    "text",
    [
        "host,name,port,user,credential,role,tags\n10.0.0.1,fs,2222,scan,linux,server,a b\n",
        "\ufeffHost;Name;Port;User;Credential;Role;Tags\r\n10.0.0.1;fs;2222;scan;linux;server;a|b\r\n;;;;;;\r\n",
        'host\tname\tport\tuser\tcredential\trole\ttags\n10.0.0.1\t"fs"\t2222\tscan\tlinux\tserver\ta,b\n',
    ],
)
def test_forms(text: str, tmp_path: Path) -> None:
    (target,) = read(text, tmp_path)
    assert (target.name, target.address, target.port, target.user) == ("fs", "10.0.0.1", 2222, "scan")
    assert (target.credential, target.role, target.tags) == ("linux", "server", ("a", "b"))
    assert target.origin.endswith("hosts.csv:2")


def test_uri_and_short_lines(tmp_path: Path) -> None:
    first, second = read("uri,host,jump\nssh://a:5,,\n,b\n", tmp_path)
    assert (first.name, first.port, second.name, second.transport) == ("a:5", 5, "b", "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "hosts.csv:1:1: the file is empty"),
        ("10.0.0.1,a\n", "unknown column '10.0.0.1'"),
        ("host,usr\n", "hosts.csv:1:6: unknown column 'usr' (did you mean 'user'?)"),
        ("name\nx\n", "no column 'host'"),
        ("host,host\n", "occurs twice"),
        ("host,port\na,0\nb,x\n", "hosts.csv:3:3: 'x' is no port"),
        (
            "host,role\na,servr\n",
            "hosts.csv:2:3: unknown role 'servr'; expected server, domain_controller,",
        ),
        ("host,transport\na,shs\n", "did you mean 'ssh'?"),
        ("host\na,b\n", "more cells"),
        ('host,port\na,x\n"a\n', "hosts.csv:3:1: a quote is never closed"),
        (b"host\na\nm\xfcller\n", "hosts.csv:3:2: not UTF-8"),
        ("host,uri\na,ssh://b\n", "already says"),
        ("host,host_key\na,SHA256:x\n", "fingerprint"),
        ("host,name\n,x\n", "no host name"),
        ("host,backup_status\na,var/status\n", "hosts.csv:2:3: 'var/status' is no path of a status file"),
        ("host,password\na,hunter2\n", "unknown column 'password'"),
    ],
)
def test_problems(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(content, tmp_path)
    assert message in str(caught.value) and "hunter2" not in str(caught.value)


def test_every_problem_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = "host,role,port,colour,user\na b,servr,x,red,\nc,server,22,red,u:hunter2\n\nd,server,99999,,\n"
    with pytest.raises(ConfigError) as caught:
        read(f'{rows}"e\n', tmp_path)
    assert [(found.line, found.column) for found in caught.value.problems] == [
        (1, 16), (2, 1), (2, 5), (2, 11), (3, 17), (5, 10), (6, 1)
    ]  # fmt: skip
    assert "hunter2" not in str(caught.value)


def test_a_uri_says_it_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read("uri,port,user\nssh://a,22,u\n", tmp_path)
    assert [(found.line, found.column) for found in caught.value.problems] == [(2, 9), (2, 12)]


@given(st.text(max_size=80))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with contextlib.suppress(ConfigError):
        read(f"host,name\n{text}".encode("utf-8", "surrogatepass"), tmp_path_factory.getbasetemp())
