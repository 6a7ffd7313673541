"""Private key files: each way in which one cannot be used gets its own sentence, before anything is sent."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import AuthenticationFailed
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.ssh import KnownHosts, SshLogin, SshTransport
from scanner.transports.ssh.keys import key_type, load_key, public_half
from scanner.transports.ssh.offers import ClientKeys, KeyStore
from tests.transports.sshd import keygen

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="openssh-client is not installed")


def why(path: Path, passphrase: str | None = None) -> str:
    with pytest.raises(AuthenticationFailed) as caught:
        load_key(path, Secret(passphrase) if passphrase is not None else None)
    assert caught.value.reason is Reason.LOGIN
    assert str(path) in caught.value.detail
    if passphrase:
        assert passphrase not in caught.value.detail
    return caught.value.detail


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("ed25519", ()),
        ("rsa", ("-b", "2048")),
        ("rsa", ("-b", "2048", "-m", "PEM")),
        ("ecdsa", ("-b", "256")),
        ("ecdsa", ("-b", "521")),
        ("ecdsa", ("-b", "384", "-m", "PEM")),
    ],
)
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_every_kind_loads(tmp_path: Path, kind: str, options: tuple[str, ...], passphrase: str) -> None:
    path = keygen(tmp_path / "key", kind, passphrase, *options)
    key = load_key(path, Secret(passphrase) if passphrase else None)
    assert key.get_base64() == Path(f"{path}.pub").read_text().split()[1]
    if passphrase:
        assert "the credential names no pass phrase" in why(path)
        assert "does not open with the given pass phrase" in why(path, "wrong one")


def test_pass_phrase_for_a_key_that_has_none_is_ignored(tmp_path: Path) -> None:
    assert load_key(keygen(tmp_path / "key"), Secret("unneeded")).can_sign()


def test_missing_open_and_odd_files(tmp_path: Path) -> None:
    assert "does not exist" in why(tmp_path / "none")
    assert "is not a regular file" in why(Path("/dev/null"))
    assert "cannot be read" in why(tmp_path)
    os.mkfifo(tmp_path / "pipe")  # nobody writes into it
    assert "is not a regular file" in why(tmp_path / "pipe") and public_half(tmp_path / "pipe") == b""
    path = keygen(tmp_path / "key")
    path.chmod(0o640)
    assert "open to others (mode 0640)" in why(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no private key"),
        ("hello\n", "holds no private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n", "holds no private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "is damaged"),
        ("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n", "is a DSA key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PKCS#8"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "PKCS#8"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTY's format"),
    ],
)
def test_foreign_files(tmp_path: Path, text: str, words: str) -> None:
    assert words in why(private(tmp_path / "key", text))


def test_public_key_instead_of_private(tmp_path: Path) -> None:
    keygen(tmp_path / "key")
    assert "is a public key" in why(private(tmp_path / "copy", (tmp_path / "key.pub").read_text()))


def test_truncated_key(tmp_path: Path) -> None:
    text = keygen(tmp_path / "key", "rsa", "", "-b", "2048").read_text().splitlines()
    assert "is damaged" in why(private(tmp_path / "cut", "\n".join([*text[:12], text[-1]]) + "\n"))


def test_cipher_paramiko_cannot_read(tmp_path: Path) -> None:
    path = keygen(tmp_path / "key", "ed25519", "open sesame", "-Z", "aes256-gcm@openssh.com")
    assert "ssh-keygen -p -Z aes256-ctr" in why(path, "open sesame")
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-Z", "aes256-ctr", "-P", "open sesame", "-N", "open sesame", "-f", str(path)],
        check=True,
        capture_output=True,
    )
    assert load_key(path, Secret("open sesame")).can_sign()


@given(st.binary(max_size=400))
def test_key_type_takes_any_bytes(data: bytes) -> None:
    key_type(data)
    key_type(b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + data)


@settings(deadline=None)  # it writes files, which others on the machine may slow down
@given(st.binary(max_size=400), st.sampled_from(["ssh-ed25519", "ssh-rsa", "ä"]))
def test_the_public_half_of_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for text in (
        data,
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b64encode(b"openssh-key-v1\0" + data),
        kind.encode() + b" " + b64encode(data),
    ):
        path.write_bytes(text)
        public_half(path)


def test_the_public_half_is_told_without_the_pass_phrase(tmp_path: Path) -> None:
    locked, old = (
        keygen(tmp_path / "new", "ed25519", "open sesame"),
        keygen(tmp_path / "old", "rsa", "x1y2z", "-m", "PEM"),
    )
    wanted = [b64decode(Path(f"{path}.pub").read_text().split()[1]) for path in (locked, old)]
    assert [public_half(path) for path in (locked, old)] == wanted
    assert public_half(Path(f"{old}.pub")) == wanted[1]  # ssh takes the public key's own name, too
    for path in (locked, old):
        Path(f"{path}.pub").unlink()
    assert [public_half(path) for path in (locked, old)] == [wanted[0], b""]


def container(kind: str) -> str:
    """The clear part of an OpenSSH private key file of some type (PROTOCOL.key), with nothing behind it."""
    parts = [b"none", b"none", b""]
    raw = b"openssh-key-v1\0" + b"".join(struct.pack(">I", len(part)) + part for part in parts)
    public = struct.pack(">I", len(kind)) + kind.encode()
    raw += struct.pack(">II", 1, len(public)) + public
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{b64encode(raw).decode()}\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("sk-ssh-ed25519@openssh.com", "security key (FIDO)"),
        ("ssh-dss", "is a DSA key"),
        ("ssh-xmss@openssh.com", "holds no private key we can read"),
        ("ssh-ed25519", "is damaged"),
        ("ssh-rsa", "is damaged"),
    ],
)
def test_types_in_the_container(tmp_path: Path, kind: str, words: str) -> None:
    assert words in why(private(tmp_path / "key", container(kind)))


def test_a_key_is_decrypted_once_until_its_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = keygen(tmp_path / "key", "ed25519", "open sesame")
    loads: list[Path] = []

    def spy(at: Path, passphrase: Secret | None) -> object:
        loads.append(at)
        return load_key(at, passphrase)

    monkeypatch.setattr("scanner.transports.ssh.offers.load_key", spy)
    store, login = KeyStore(), SshLogin(keys=(path,), passphrase=Secret("open sesame"))
    first = store.offers(login).items[0].key
    assert store.offers(login).items[0].key is first
    assert len(loads) == 1
    keygen(tmp_path / "new", "ed25519", "open sesame").replace(path)
    assert store.offers(login).items[0].key is not first


def test_certificate_beside_the_key_is_offered_before_the_key(tmp_path: Path) -> None:
    key, authority = keygen(tmp_path / "key"), keygen(tmp_path / "ca")
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "x", "-n", "x", f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    labels = [offer.label for offer in KeyStore().offers(SshLogin(keys=(key,))).items]
    assert ["with certificate" in label for label in labels] == [True, False]
    named = SshLogin(keys=(key,), certificate=tmp_path / "key-cert.pub")
    assert len(KeyStore().offers(named).items) == 1


def test_certificate_that_client_settings_name_goes_with_its_key(tmp_path: Path) -> None:
    key, other, authority = (keygen(tmp_path / name) for name in ("key", "other", "ca"))
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "x", "-n", "x", f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    certificate = (tmp_path / "key-cert.pub").replace(tmp_path / "elsewhere.pub")
    offers = KeyStore().offers(
        SshLogin(),
        ClientKeys(
            identity_files=(str(key), str(other)), certificate_files=(str(certificate), str(tmp_path / "missing"))
        ),
    )
    assert ["with certificate" in offer.label for offer in offers.items] == [True, False, False]


def test_without_the_agent_the_files_of_client_settings_are_the_way_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    offers = KeyStore().offers(SshLogin(agent=True), ClientKeys(identity_files=(str(keygen(tmp_path / "key")),)))
    assert len(offers.items) == 1
    assert "SSH_AUTH_SOCK is not set; only key files are offered" in offers.notes[0]
    with pytest.raises(AuthenticationFailed, match="SSH_AUTH_SOCK"):
        KeyStore().offers(SshLogin(agent=True))


@pytest.mark.parametrize("text", ["", "hello", "ssh-ed25519 AAAA", "ä"])
def test_bad_certificate(tmp_path: Path, text: str) -> None:
    private(tmp_path / "cert", text)
    login = SshLogin(keys=(keygen(tmp_path / "key"),), certificate=tmp_path / "cert")
    with pytest.raises(AuthenticationFailed, match="is no OpenSSH certificate"):
        KeyStore().offers(login)


def test_plain_public_key_is_no_certificate(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    with pytest.raises(AuthenticationFailed, match="but a ssh-ed25519 key"):
        KeyStore().offers(SshLogin(keys=(key,), certificate=tmp_path / "key.pub"))


def test_bad_key_fails_before_anything_is_sent(tmp_path: Path) -> None:
    to = Target(name="t", transport="ssh", address="192.0.2.1", host_key="SHA256:x")
    login = SshLogin(keys=(tmp_path / "none",))
    began = time.monotonic()
    with (
        SshTransport(login_for=lambda _: login, known_hosts=KnownHosts((), ())) as ssh,
        pytest.raises(AuthenticationFailed, match="does not exist"),
    ):
        ssh.connect(to, deadline=began + 5)
    assert time.monotonic() - began < 1


def test_secrets_do_not_show(tmp_path: Path) -> None:
    login = SshLogin(password=Secret("hunter2"), passphrase=Secret("hunter3"), keys=(tmp_path / "k",))
    assert "hunter" not in repr(login)
