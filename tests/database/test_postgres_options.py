"""What the URL of a server may ask for: each option against a server that is asked so."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg import sql

from licensekit.database import Database, connect
from licensekit.errors import DatabaseUnavailable
from tests.database.sample_database import SCHEMA, add, things
from tests.debian_postgres import HAS_IPV6, Authority, DebianServer, debian_server, standby_of

pytestmark = pytest.mark.server

PASSWORDS = ["@:/?#%", "a b", " ", "%40", "100%", "q\"'\\", "&=+;,", "pässwörd €", "[::1]", "x" * 900]


@pytest.fixture(scope="module")
def server() -> Iterator[DebianServer]:
    """One server for all of them."""
    with debian_server() as running:
        yield running


Role = Callable[..., str]


@pytest.fixture
def role(server: DebianServer) -> Iterator[Role]:
    """Make a role with a password, the schema of its name, and say what of a URL names both."""
    made: list[str] = []

    def make(name: str = "anna", password: str = PASSWORDS[0]) -> str:
        made.append(name)
        with server.admin() as admin:
            user = sql.Identifier(name)
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, sql.Literal(password)))
            admin.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(user, user))
        return f"{quote(name)}:{quote(password, safe='')}"

    yield make
    with server.admin() as admin:
        for name in map(sql.Identifier, made):
            admin.execute(sql.SQL("DROP OWNED BY {}").format(name))
            admin.execute(sql.SQL("DROP ROLE {}").format(name))


@contextmanager
def opened(url: str, *, create: bool = True) -> Generator[Database]:
    """Open a database, and close it."""
    database = connect(url, schema=SCHEMA, create=create)
    yield database
    database.close()


def work(url: str) -> str:
    """Read and write at a URL, and return with which encryption."""
    with opened(url) as database:
        add(database, 1)
        assert things(database) == [1]
        row = database.once("SELECT CASE WHEN ssl THEN version END FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert row is not None
    return row[0] or ""


def refused(url: str) -> str:
    """Return why a URL cannot be opened."""
    with pytest.raises(DatabaseUnavailable) as caught, opened(url):
        pass
    return f"{caught.value} {caught.value.detail}"


def test_sslmode_require_encrypts_whoever_it_is(server: DebianServer, role: Role) -> None:
    user = role()
    assert "no encryption" in refused(server.url(user, "127.0.0.1", sslmode="disable"))
    assert work(server.url(user, "127.0.0.1", sslmode="require")).startswith("TLS")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_verify_full_takes_a_server_that_the_ca_has_certified_for_this_host(
    server: DebianServer, role: Role, host: str
) -> None:
    ca = server.folder / "ours.crt"
    assert work(server.url(role(), host, sslmode="verify-full", sslrootcert=ca)).startswith("TLS")


@pytest.mark.attack("server-of-somebody-else")
def test_verify_full_refuses_another_ca_and_another_host(server: DebianServer, role: Role, tmp_path: Path) -> None:
    user, ca, other = role(), server.folder / "ours.crt", Authority(tmp_path, "others").certificate
    assert "certificate verify failed" in refused(server.url(user, "localhost", sslmode="verify-ca", sslrootcert=other))
    elsewhere = {"sslrootcert": ca, "hostaddr": "127.0.0.1"}
    assert "does not match" in refused(server.url(user, "db.example.com", sslmode="verify-full", **elsewhere))
    assert work(server.url(user, "db.example.com", sslmode="verify-ca", **elsewhere)).startswith("TLS")


def test_a_client_certificate_takes_the_place_of_a_password(server: DebianServer, role: Role, tmp_path: Path) -> None:
    def url(authority: Authority, name: str) -> str:
        certificate, key = authority.certify(name)
        return server.url("certified", "localhost", sslmode="require", sslcert=certificate, sslkey=key)

    role("certified")
    ours, others = server.authority, Authority(tmp_path, "others")
    assert work(url(ours, "certified")).startswith("TLS")
    assert "authentication failed" in refused(url(ours, "anna"))
    assert "unknown ca" in refused(url(others, "certified"))
    assert "client certificate" in refused(server.url("certified", "localhost"))


@pytest.mark.parametrize("password", PASSWORDS)
def test_any_password_can_be_given_in_each_way(
    server: DebianServer, role: Role, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_url = role(password=password)
    assert work(server.url(in_url, "localhost")).startswith("TLS")
    assert "password" in refused(server.url(f"anna:{quote(password + 'x', safe='')}", "localhost"))
    without = server.url("anna", "localhost")
    with monkeypatch.context() as given:
        given.setenv("PGPASSWORD", password)
        with opened(without) as database:
            assert things(database) == [1]
    file = tmp_path / "passwords"
    written = password.replace("\\", "\\\\").replace(":", "\\:")
    file.write_text(f"localhost:{server.port}:postgres:anna:{written}\n", "utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    with opened(without) as database:
        add(database, 2)
        assert things(database) == [1, 2]
        assert password not in database.location or password == " "


@pytest.mark.parametrize("in_host", [False, True])
def test_a_socket_is_a_host(server: DebianServer, role: Role, in_host: bool) -> None:  # noqa: FBT001  # a case
    user, folder = role(), quote(str(server.folder), safe="")
    place = f"{folder}:{server.port}/postgres" if in_host else f"/postgres?host={folder}&port={server.port}"
    assert work(f"postgresql://{user}@{place}") == ""


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
def test_an_ipv6_address_is_a_host(server: DebianServer, role: Role) -> None:
    ca = server.folder / "ours.crt"
    assert work(server.url(role(), "[::1]", sslmode="verify-full", sslrootcert=ca)).startswith("TLS")


@pytest.mark.parametrize("schema", ["licensing", "Acme CRM", 'an"na', "größe"])
def test_a_schema_of_any_name_holds_one_installation(server: DebianServer, role: Role, schema: str) -> None:
    user = role()
    with server.admin() as admin:
        admin.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION anna").format(sql.Identifier(schema)))
    named = '"' + schema.replace('"', '""') + '"'
    options = quote("-csearch_path=" + named.replace(" ", "\\ "), safe="")
    work(server.url(user, "localhost", options=options))
    with opened(server.url(user, "localhost")) as beside:
        assert things(beside) == []
    with server.admin() as admin:
        found = admin.execute(
            "SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relname = 'things' ORDER BY 1"
        ).fetchall()
    assert {name for (name,) in found} == {"anna", schema}


def test_of_two_hosts_the_one_that_can_be_written_is_used_also_after_a_failover() -> None:
    with debian_server() as primary, standby_of(primary) as standby:
        with primary.admin() as admin:
            admin.execute("CREATE SCHEMA licensing")
        hosts = f"host={standby.folder},{primary.folder}&port={standby.port},{primary.port}"
        both = f"postgresql://postgres@/postgres?{hosts}&options=-csearch_path%3Dlicensing&target_session_attrs="
        with opened(f"{both}read-write") as database:
            add(database, 1)
            with (
                opened(f"{both}standby", create=False) as behind,
                pytest.raises(DatabaseUnavailable, match="connect to the primary"),
            ):
                add(behind, 2)
            primary.stop()
            with pytest.raises(DatabaseUnavailable):
                add(database, 2)
            standby.promote()
            add(database, 3)
            assert things(database) == [1, 3]
