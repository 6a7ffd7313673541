"""known_hosts files and the judgement on a presented key, without a network."""

from __future__ import annotations

import binascii
import struct
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import HostKeyMismatch, HostKeyUnknown
from scanner.model import Target
from scanner.transports.ssh.hostkeys import Known, KnownHosts, fingerprint, judge, trust_command


def blob(kind: str, seed: int) -> bytes:
    return struct.pack(">I", len(kind)) + kind.encode() + struct.pack(">I", 4) + struct.pack(">I", seed)


def line(names: str, kind: str = "ssh-ed25519", seed: int = 1, marker: str = "") -> str:
    text = binascii.b2a_base64(blob(kind, seed), newline=False).decode()
    return f"{marker} {names} {kind} {text} comment".strip()


def host(address: str = "h.example", port: int | None = None, **fields: object) -> Target:
    return Target(name="t", transport="ssh", address=address, port=port, **fields)  # type: ignore[arg-type]


def looked_up(folder: Path, target: Target, *lines: str) -> Known:
    file = folder / "known_hosts"
    file.write_text("\n".join(lines))
    return KnownHosts(user=(file,), system=()).lookup(target)


ED = "ssh-ed25519"


@pytest.mark.parametrize(
    ("names", "address", "port", "found"),
    [
        ("h.example", "h.example", None, True),
        ("h.example", "H.Example", 22, True),
        ("H.EXAMPLE", "h.example", 22, True),
        ("a,h.example,b", "h.example", None, True),
        ("[h.example]:2222", "h.example", 2222, True),
        ("[h.example]:2222", "h.example", 22, False),
        ("*.example", "h.example", None, True),
        ("*.example,!h.example", "h.example", None, False),
        ("!h.example", "h.example", None, False),
        ("h?example", "h.example", None, True),
        ("[h.*]:22??", "h.example", 2222, True),
        ("h[a-z]example", "hbexample", None, False),
        ("fe80::1%eth0", "fe80::1%eth0", None, True),
        ("[fe80::1%eth0]:23", "fe80::1%eth0", 23, True),
        ("other", "h.example", None, False),
    ],
)
def test_names(tmp_path: Path, names: str, address: str, port: int | None, found: bool) -> None:
    assert bool(looked_up(tmp_path, host(address, port), line(names)).trusted) is found


def test_an_alias_is_looked_up_instead_of_the_address(tmp_path: Path) -> None:
    target = host("10.0.0.9", 2222, host_key_alias="Cluster")
    assert looked_up(tmp_path, target, line("cluster")).trusted
    assert not looked_up(tmp_path, target, line("[10.0.0.9]:2222")).trusted


def test_bare_name_vouches_for_another_port_but_never_contradicts(tmp_path: Path) -> None:
    target = host(port=2222)
    known = looked_up(tmp_path, target, line("h.example"))
    judge(target, ED, blob(ED, 1), known)
    with pytest.raises(HostKeyUnknown):
        judge(target, ED, blob(ED, 2), known)


def test_known_types_are_asked_for_first(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("h.example", "ssh-rsa"), line("h.example", "ecdsa-sha2-nistp384"))
    assert known.algorithms()[:3] == ("rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp384")
    assert len(known.algorithms()) == 6


def test_another_type_than_the_one_on_record_is_a_change(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("h.example", "ssh-rsa"))
    with pytest.raises(HostKeyMismatch, match="HOST KEY CHANGED"):
        judge(host(), ED, blob(ED, 1), known)


def test_a_type_we_cannot_verify_is_no_contradiction(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("h.example", "ssh-dss"))
    with pytest.raises(HostKeyUnknown):
        judge(host(), ED, blob(ED, 1), known)


def test_any_of_several_keys_fits(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("h.example", seed=1), line("h.example", seed=2))
    judge(host(), ED, blob(ED, 2), known)
    with pytest.raises(HostKeyMismatch):
        judge(host(), ED, blob(ED, 3), known)


def test_revoked_beats_trusted_and_pinned(tmp_path: Path) -> None:
    target = host(host_key=fingerprint(blob(ED, 1)))
    known = looked_up(tmp_path, target, line("h.example"), line("*", marker="@revoked"))
    with pytest.raises(HostKeyMismatch, match=r"REVOKED.*known_hosts:2"):
        judge(target, ED, blob(ED, 1), known)


def test_pin_beats_known_hosts_in_both_directions(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("h.example", seed=1))
    judge(host(host_key=fingerprint(blob(ED, 2))), ED, blob(ED, 2), known)
    with pytest.raises(HostKeyMismatch, match="is pinned"):
        judge(host(host_key=fingerprint(blob(ED, 2))), ED, blob(ED, 1), known)


def test_authority_is_noted_and_not_trusted(tmp_path: Path) -> None:
    known = looked_up(tmp_path, host(), line("*.example", marker="@cert-authority"))
    assert known.trusted == ()
    assert "known_hosts:1: @cert-authority is not supported" in known.notes[0]
    with pytest.raises(HostKeyUnknown, match="cert-authority"):
        judge(host(), ED, blob(ED, 1), known)


@pytest.mark.parametrize(
    "bad",
    [
        "h.example",
        "h.example ssh-ed25519",
        "h.example ssh-ed25519 !!!!",
        "h.example ssh-rsa " + line("x").split()[2],
        "@new h.example ssh-ed25519 AAAA",
        "@revoked",
        "|1|short ssh-ed25519 AAAA",
        "|2|AAAA|AAAA " + " ".join(line("x").split()[1:]),
        "|1|****|AAAA " + " ".join(line("x").split()[1:]),
        ", " + " ".join(line("x").split()[1:]),
        "h.example ssh-ed25519 ÄÖÜ",
    ],
)
def test_bad_line_is_skipped_with_a_note(tmp_path: Path, bad: str) -> None:
    known = looked_up(tmp_path, host(), bad, "# comment", "", line("h.example"))
    assert len(known.trusted) == 1
    assert known.trusted[0].place.endswith(":4")
    assert len(known.notes) == 1
    assert "known_hosts:1: line skipped" in known.notes[0]


@given(st.binary(max_size=300))
def test_any_bytes_load(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "known_hosts")
        file.write_bytes(data)
        assert KnownHosts(user=(file,), system=()).lookup(host()).trusted == ()


def test_missing_files_are_fine_and_unreadable_ones_are_noted(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    known = KnownHosts(user=(tmp_path / "none", tmp_path / "folder"), system=()).lookup(host())
    assert [note for note in known.notes if "cannot be read" in note] == list(known.notes)
    assert len(known.notes) == 1


def test_own_files_of_a_target_replace_the_users(tmp_path: Path) -> None:
    (tmp_path / "user").write_text(line("h.example", seed=1))
    (tmp_path / "own").write_text(line("h.example", seed=2))
    (tmp_path / "system").write_text(line("h.example", seed=3))
    hosts = KnownHosts(user=(tmp_path / "user",), system=(tmp_path / "system",))
    keys = [entry.blob for entry in hosts.lookup(host(known_hosts=(str(tmp_path / "own"),))).trusted]
    assert keys == [blob(ED, 2), blob(ED, 3)]
    assert len(hosts.lookup(host()).trusted) == 2
    assert hosts.lookup(host(known_hosts=("none",))).files == hosts.lookup(host()).files


def test_a_file_is_read_once_by_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("\n".join(line(f"h{n}.example") for n in range(2000)))
    reads: list[Path] = []
    real = Path.read_bytes

    def spy(path: Path) -> bytes:
        reads.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", spy)
    hosts = KnownHosts(user=(file,), system=())
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(len(hosts.lookup(host(f"h{n}.example")).trusted)))
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, reads) == ([1] * 16, [file])


def test_trust_command_quotes_and_goes_through_jump_hosts() -> None:
    assert trust_command(host("a b")) == "ssh-keyscan -p 22 'a b' >> ~/.ssh/known_hosts"
    jump = (host("j1", user="u"), host("::1", 2022))
    command = trust_command(host("10.0.0.1", 2222, jump=jump, known_hosts=("/etc/own hosts",)))
    expected = "ssh -J 'u@j1:22,[::1]:2022' -o UserKnownHostsFile='/etc/own hosts' -p 2222 10.0.0.1 true"
    assert command == expected


def test_fingerprint_is_that_of_ssh_keygen() -> None:
    assert fingerprint(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
