"""The runbook on a server: its commands run there, and each role has the rights that it uses and no others."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from licensekit.errors import DatabaseUnavailable, NotFound
from licensekit.wire.documents import Kind, MeterPeriod
from tests import makers
from tests.conftest import Postgres
from tests.crm import SOLD, crm_catalog
from tests.docs.examples import DOCS, play
from tests.homes import Home, bundle, file, pack
from tests.runtime.conftest import comes

CALLS: Final = makers.license_entry(Kind.SYSTEM, "Calls", quantity="calls", per=MeterPeriod.DAY)
CATALOG: Final = makers.changed(crm_catalog(), licenses={**crm_catalog().licenses, "calls": CALLS})
PAGE: Final = DOCS / "operations.md"
NEEDED: Final = ' norun="needs a PostgreSQL server"'
ROLES: Final = ("licensing_owner", "licensing_admin", "licensing_app", "licensing_monitor")
OF_OTHERS: Final = (("INSERT", "installation"), ("INSERT", "leases"), ("INSERT", "meters"), ("UPDATE", "meters"))
"""Statements that an administrator does not run."""
PACKAGE: Final = DOCS.parent / "licensekit"
Rights = dict[str, set[str]]
"""What may be done, to which tables."""


def script(name: str) -> bytes:
    """Return a file of the page."""
    found = re.search(rf'```sql title="{name}"\n(.*?)```', PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1].encode()


@pytest.fixture
def server(postgres: Postgres) -> Iterator[str]:
    """The server, with an empty database `crm`, as the URL of its administrator there."""
    if postgres.own is None:
        pytest.skip("roles and databases of the server of LICENSEKIT_TEST_POSTGRES are not ours")
    url = re.sub(r"/postgres(?=\?|$)", "/crm", postgres.url)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE crm")
        yield url
        connection.execute("DROP DATABASE crm WITH (FORCE)")
        for role in ROLES:
            connection.execute(f"DROP ROLE IF EXISTS {role}".encode())


def by(role: str, server: str) -> str:
    """Return the URL of the database for a role."""
    return f"postgresql://{role}@/crm?host={conninfo_to_dict(server)['host']}"


@pytest.fixture
def home(server: str) -> Home:
    """An installation that the owner has set up, where the runbook has granted what each role may."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(script("accounts.sql"))
        home = Home(by("licensing_owner", server), pack=pack(CATALOG))
        with home.open() as installation:
            sold = makers.changed(bundle(**SOLD, borrow_hours=24), system={**SOLD["system"], "calls": 1000})
            installation.activate(file(sold))
            installation.users.add("anna")
        connection.execute(script("grants.sql"))
    return home


def as_role(home: Home, role: str) -> Home:
    """Return the same home for another role."""
    return Home(home.place.replace("licensing_owner", role), home.clock, home.pack)


def granted(role: str) -> Rights:
    """Return what the page grants a role, beside reading."""
    rights: Rights = defaultdict(set)
    for verb, tables, roles in re.findall(r"GRANT (\w+) ON ([^;]+?)\s+TO ([^;]+);", script("grants.sql").decode()):
        if verb != "SELECT" and role in roles:
            rights[verb] |= set(re.findall(r"licensing\.(\w+)", tables))
    return rights


def counted(server: str) -> dict[tuple[str, str], int]:
    """Return how often rows of each table were inserted, updated and deleted, in all transactions that have ended."""
    query = "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'licensing'"
    with psycopg.connect(server, autocommit=True) as connection:
        rows = connection.execute(query).fetchall()
    return {(verb, name): n for name, *ns in rows for verb, n in zip(("INSERT", "UPDATE", "DELETE"), ns, strict=True)}


@pytest.mark.server
def test_the_commands_of_the_runbook_run_on_a_server(
    server: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgres.own  # whose programs are of its version
    asked = {name: str(value) for name, value in conninfo_to_dict(server).items()}
    monkeypatch.setenv("PGHOST", asked["host"])
    monkeypatch.setenv("PGUSER", asked["user"])
    monkeypatch.setenv("PATH", f"{postgres.own.bin_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("tests.docs.examples.ROOT", tmp_path)
    text = PAGE.read_text("utf-8")
    assert NEEDED in text
    page = tmp_path / "operations.md"
    page.write_text(text.replace(NEEDED, "").replace("@db.example.com/crm", f"@/crm?host={asked['host']}"), "utf-8")
    assert [output for _, output in play(page, tmp_path)][-1].endswith("; nothing needs your attention\n")


def use(home: Home) -> None:
    """Do everything that a program does that asks, also with a newer pack."""
    with home.run() as licensing:
        with licensing.seat("seat", holder="anna") as lease:
            lease.renew()
        licensing.seat("seat", holder="till 7").take().borrow(hours=1)
        licensing.meter("calls").use()
        licensing.seen("anna")
        home.clock.move(hours=3)
        licensing.refresh()
        assert licensing.allows("server")
        assert list(licensing.metric_lines())[-1] == "# EOF"
    home.pack = pack(makers.changed(CATALOG, version=2))
    with home.run() as licensing:
        licensing.meter("calls").use()
        assert licensing.count("calls").in_use == 2


@pytest.mark.server
def test_a_program_has_the_rights_that_it_uses_and_no_others(home: Home, server: str) -> None:
    before = counted(server)
    use(as_role(home, "licensing_app"))
    rights = granted("licensing_app")

    def used() -> Rights:
        found: Rights = defaultdict(set)
        for (verb, table), number in counted(server).items():
            if number > before[verb, table]:
                found[verb].add(table)
        return found

    with suppress(AssertionError):
        assert comes(lambda: used() == rights)
    assert used() == rights


@pytest.mark.server
@pytest.mark.parametrize("role", ["licensing_app", "licensing_monitor"])
def test_a_role_that_is_not_an_administrator_changes_nothing(home: Home, role: str) -> None:
    with as_role(home, role).open() as installation, pytest.raises(DatabaseUnavailable) as refused:
        installation.users.add("bert")
    assert refused.value.reason == "rights"
    with home.open() as installation, pytest.raises(NotFound):
        installation.users.get("bert")


@pytest.mark.server
def test_a_monitor_reads_everything_that_it_shows(home: Home) -> None:
    with as_role(home, "licensing_monitor").open() as installation:
        found = {one.check: one.state for one in installation.diagnose(thorough=True)}
        assert list(installation.metric_lines())[-1] == "# EOF"
    assert "error" not in found.values()
    assert {"journal", "audit", "slots"} <= found.keys()


def statements() -> Iterator[str]:
    """Yield every text in which an installation's statements are, without what sets it up."""
    for part in ("state", "installation", "runtime"):
        for path in sorted((PACKAGE / part).glob("*.*")):
            if path.suffix in {".py", ".sql"}:
                yield from re.split(r";\n|\"\n", path.read_text("utf-8"))


def test_an_administrator_has_the_rights_of_every_statement_and_no_others() -> None:
    """Beside those that only programs run, and those that set an installation up, which the owner does."""
    needed: Rights = defaultdict(set)
    for statement in statements():
        for verb, name in re.findall(
            r"\b(INSERT|UPDATE|DELETE)(?: INTO| FROM)? ([a-z{][\w{}]+)(?= [(a-zA-Z]| *$)", statement
        ):
            for table in {name.replace("{kind}", kind) for kind in ("user", "site")}:
                needed[verb].add(table)
                if verb == "INSERT" and "DO UPDATE" in statement:
                    needed["UPDATE"].add(table)
    needed["UPDATE"].add("licensekit_schema")  # each change is counted
    for verb, table in OF_OTHERS:
        needed[verb].remove(table)
    assert needed == granted("licensing_admin")
