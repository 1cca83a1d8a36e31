"""PostgreSQL as a distribution packages it, with TLS, and a CA of its own.

The server of other tests (`conftest.py`) is built without TLS.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_RULES: Final = """
local all postgres trust
local replication postgres trust
local all all scram-sha-256
hostssl all certified all cert
hostssl all all all scram-sha-256
"""
"""Who may connect (`pg_hba.conf`): over a network with TLS only."""
_SETTINGS: Final = """
port = {port}
listen_addresses = '127.0.0.1{six}'
unix_socket_directories = '{folder}'
fsync = off
ssl = on
ssl_ca_file = '{folder}/ours.crt'
ssl_cert_file = '{folder}/ours-server.crt'
ssl_key_file = '{folder}/ours-server.key'
"""
HAS_IPV6: Final = Path("/proc/net/if_inet6").exists() and bool(Path("/proc/net/if_inet6").read_text("ascii"))

Admin = psycopg.Connection[tuple[object, ...]]


class Authority:
    """A CA, whose certificates hold for a day."""

    def __init__(self, folder: Path, name: str) -> None:
        self._place, self._name = folder / name, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._keep(self._place, name, self._key.public_key(), is_ca=True)

    def certify(self, name: str, *hosts: str) -> tuple[Path, Path]:
        """Certify a name and hosts, and return the paths of the certificate and its key."""
        key, place = ec.generate_private_key(ec.SECP256R1()), self._place.with_name(f"{self._name}-{name}")
        secret = place.with_suffix(".key")
        secret.touch(0o600)
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
        return self._keep(place, name, key.public_key(), *hosts), secret

    def _keep(self, place: Path, name: str, key: ec.EllipticCurvePublicKey, *hosts: str, is_ca: bool = False) -> Path:
        now, basics = datetime.now(UTC), x509.BasicConstraints(ca=is_ca, path_length=None)
        made = x509.CertificateBuilder(_named(self._name), _named(name), key, x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        made = made.add_extension(basics, critical=True)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
        path = place.with_suffix(".crt")
        path.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class DebianServer:
    """A server in a folder, which is its sockets' too."""

    def __init__(self, programs: Path, folder: Path, data: str = "data") -> None:
        self.folder, self.programs, self._data = folder, programs, folder / data
        self.authority: Authority
        """A CA that certifies the server, and clients for it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def url(self, user: str, host: str, **options: object) -> str:
        """Return a URL of it. `user` may have an encoded password."""
        asked = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://{user}@{host}:{self.port}/postgres?{asked}"

    @property
    def of_admin(self) -> str:
        """The URL for whoever may do everything, over its socket."""
        return f"postgresql://postgres@/postgres?host={self.folder}&port={self.port}"

    @contextmanager
    def admin(self) -> Generator[Admin]:
        """Connect as who may do everything."""
        with psycopg.connect(self.of_admin, autocommit=True) as connection:
            yield connection

    def create(self) -> None:
        """Make its data folder, its CA and its certificate."""
        self.authority = Authority(self.folder, "ours")
        self.authority.certify("server", "localhost", "127.0.0.1", "::1")
        if (account := _account()) is not None:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, account)
        self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync")
        (self._data / "pg_hba.conf").write_text(_RULES, "ascii")

    def follow(self, primary: "DebianServer") -> None:
        """Make its data folder that of a standby."""
        source = "-d", f"host={primary.folder} port={primary.port} user=postgres"
        self._run("pg_basebackup", *source, "-R", "-c", "fast", "--no-sync")

    def start(self) -> None:
        """Start it, and return when it answers."""
        settings = _SETTINGS.format(port=self.port, folder=self.folder, six=",::1" if HAS_IPV6 else "")
        own = self._data / "postgresql.auto.conf"
        own.write_text(own.read_text("ascii") + settings, "ascii")
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop it immediately, if it runs; clients lose their connections."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def promote(self) -> None:
        """Let a standby become a primary."""
        self._run("pg_ctl", "-w", "promote")

    def _run(self, program: str, *arguments: str) -> None:
        given = [str(self.programs / program), "-D", str(self._data), *arguments]
        subprocess.run(given, user=_account(), stdout=subprocess.DEVNULL, check=True, cwd=self.folder, timeout=120)


def _account() -> int | None:
    """Return whom the server runs as: it refuses root."""
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None


@contextmanager
def debian_server() -> Generator[DebianServer]:
    """Run a server until the end of the block; its folder has the certificates of a CA `ours`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        pytest.skip("PostgreSQL with TLS is not installed (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory() as place:
        server = DebianServer(found[-1].parent, Path(place))
        server.create()
        server.start()
        yield server
        server.stop()


@contextmanager
def standby_of(primary: DebianServer) -> Generator[DebianServer]:
    """Run a standby until the end of the block."""
    standby = DebianServer(primary.programs, primary.folder, "standby")
    standby.follow(primary)
    standby.start()
    yield standby
    standby.stop()
