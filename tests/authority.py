"""An authority of a test's own, and a certificate for this machine that it has signed."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority(NamedTuple):
    """Files in a folder: what signs, and what a server shows."""

    ca: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return how a server shows its certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make(folder: Path, name: str = "localhost") -> Authority:
    """Make an authority, and a certificate for `name`, and as `localhost` for 127.0.0.1."""
    files = Authority(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)

    def certificate(of: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_ca: bool) -> bytes:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(of)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(identifier, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        if is_ca:
            usage = x509.KeyUsage(*(name in {5, 6} for name in range(9)))
            builder = builder.add_extension(usage, critical=True)
        else:
            addresses = [x509.IPAddress(ip_address("127.0.0.1"))] if name == "localhost" else []
            names = x509.SubjectAlternativeName([x509.DNSName(name), *addresses])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    files.ca.write_bytes(certificate(issuer, root, is_ca=True))
    files.certificate.write_bytes(certificate(subject, own, is_ca=False))
    files.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
