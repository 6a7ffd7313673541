"""Certificates for the endpoint: an authority, servers, clients; made anew in each test session."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files in PEM form."""

    certificate: Path
    key: Path

    @property
    def der(self) -> bytes:
        loaded = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        return loaded.public_bytes(serialization.Encoding.DER)

    @property
    def pin(self) -> str:
        return "SHA256:" + hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class Authority:
    """Signs certificates; its own is `ca`."""

    folder: Path
    ca: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, folder: Path, name: str = "Test CA") -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _builder(name, name, key).add_extension(x509.BasicConstraints(True, 0), critical=True)
        signed = certificate.sign(key, hashes.SHA256())
        ca = folder / "ca.pem"
        ca.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return cls(folder, ca, key, signed)

    def server(self, name: str = "server", hosts: Sequence[str] = LOOPBACK, days: int = 30) -> Pair:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        return self._issue(name, [usage, _names(hosts)], days)

    def client(self, name: str = "client", passphrase: str | None = None) -> Pair:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._issue(name, [usage], 30, passphrase)

    def _issue(
        self, name: str, extensions: Sequence[x509.ExtensionType], days: int, passphrase: str | None = None
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, self.certificate.subject.rfc4514_string().removeprefix("CN="), key, days)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return _written(self.folder, name, builder.sign(self.key, hashes.SHA256()), key, passphrase)


def self_signed(folder: Path, name: str = "own", hosts: Sequence[str] = LOOPBACK) -> Pair:
    """What Windows makes for a listener of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key).add_extension(_names(hosts), critical=False)
    return _written(folder, name, builder.sign(key, hashes.SHA256()), key, None)


def _builder(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, days: int = 30) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    start = now - datetime.timedelta(days=40)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_name(host) for host in hosts])


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _written(
    folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, passphrase: str | None
) -> Pair:
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    lock = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase.encode())
    )
    pair.key.touch(mode=0o600)  # Samba takes no key that others may read
    pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    return pair
