"""The whole way of an installation, in a folder and on a PostgreSQL server."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import pytest

from licensekit.database import Connection
from licensekit.errors import (
    BelowUse,
    DatabaseDamaged,
    EntryTaken,
    LicenseError,
    NoneFree,
    NotActivated,
    NotFound,
    PlanHeld,
)
from licensekit.installation import EventScope, Installation, UserFilter, parse_users
from licensekit.state.home import open_installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import UserKind
from tests import makers
from tests.crm import SOLD, crm_catalog, crm_home_on_engine
from tests.homes import Home, bundle, file


@pytest.fixture(params=["folder", "server"])
def crm_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind."""
    return crm_home_on_engine(request, tmp_path)


@contextmanager
def written(home: Home) -> Generator[Connection]:
    """Edit the database by hand."""
    database = open_installation(home.place, create=False)
    with database.write() as connection:
        yield connection
    database.close()


def test_nothing_is_made_unless_asked(crm_home: Home) -> None:
    with pytest.raises(NotActivated):
        Installation.open(crm_home.place, create=False)


def test_without_pin_and_pack_there_is_nothing_to_believe(crm_home: Home) -> None:
    with Installation.open(crm_home.place, clock=crm_home.clock) as installation, pytest.raises(NotActivated):
        installation.state()


def test_everything_that_was_changed_is_there_after_opening_again(crm_home: Home, crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.set("bob", name="Bob Æ", kind=UserKind.SYSTEM, groups=["night"])
    crm.users.retire("carl")
    crm.sites.add("oslo", central=True)
    crm.sites.add("bergen")
    crm.sites.assign("bergen", "reporter")
    event = crm.events.start("no-login", scope=EventScope.GROUP, subject="night", message="hello")
    crm.users.import_rows(parse_users("id,licenses\ndora,service\nanna,travel\n"))
    with crm_home.open() as again:
        assert [row.user.licenses for row in again.users.list()] == [
            ("sales", "travel", "windows"),
            (),
            (),
            ("service",),
        ]
        assert again.users.get("bob").name == "Bob Æ"
        assert again.state().in_use == {
            "sales": 1,
            "windows": 1,
            "travel": 1,
            "service": 1,
            "reporter": 1,
            "satellite": 1,
        }
        assert again.events.list() == (event,)
        assert [user.id for user, _ in again.users.list(UserFilter(holding="user"))] == ["anna", "dora"]
        assert again.audit.verify() == crm.audit.verify()
        assert not again.state().restored


def test_refused_changes_leave_nothing(crm: Installation) -> None:
    crm.users.assign("anna", "service")
    crm.sites.add("oslo", central=True)
    before = (crm.state().stored, list(crm.audit.entries()), list(crm.users.list()))
    refused: list[tuple[type[LicenseError], Callable[[], object]]] = [
        (NoneFree, lambda: crm.users.assign("bob", "service")),
        (PlanHeld, lambda: crm.users.assign("anna", "sales")),
        (EntryTaken, lambda: crm.users.add("bob")),
        (EntryTaken, lambda: crm.sites.add("oslo")),
        (NotFound, lambda: crm.events.end(99)),
        (BelowUse, lambda: crm.activate(file(bundle(2, users={})))),
    ]
    for error, act in refused:
        with pytest.raises(error):
            act()
    assert (crm.state().stored, list(crm.audit.entries()), list(crm.users.list())) == before


def test_a_deficit_is_settled_with_the_activation(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("bob", "sales", "windows", "travel")
    crm.sites.add("oslo")
    fewer = {**SOLD, "users": {**SOLD["users"], "sales": 1}, "sites": {"reporter": 1}}
    proposal = crm.propose_activate(file(bundle(2, **fewer)))
    assert [(row.license, row.id, row.takes) for row in proposal.settlement.losing] == [
        ("sales", "bob", ("travel", "windows")),
        ("satellite", "oslo", ()),
    ]
    assert proposal.apply(settle=proposal.settlement).changed
    assert crm.users.get("bob").holdings == ()
    assert crm.sites.list() == ()
    assert not crm.audit.verify().restored


def test_the_newest_assignments_fall_under_what_lapsed(crm_home: Home, crm: Installation) -> None:
    crm.activate(file(bundle(part="more", users={"sales": 1, "service": 1}, system={}, sites={})))
    perpetual = bundle(2, warning=None, expiry=None, grace=None, **SOLD)
    crm.activate(file(perpetual))
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    crm.users.release("anna", "sales")
    crm.users.assign("anna", "sales")
    crm_home.clock.move(days=800)
    assert [user.id for user, _ in crm.users.list(UserFilter(expired=True))] == ["anna"]
    assert crm.users.details("anna").access["sales"] < crm.users.details("bob").access["sales"]


def test_a_page_is_the_beginning_of_its_list(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    for asked in (
        UserFilter(),
        UserFilter(license="sales", text="A"),
        UserFilter(holding="user", retired=False),
        UserFilter(expired=True),
    ):
        whole = tuple(crm.users.list(asked))
        page = crm.users.page(asked, limit=1)
        assert (page.users, bool(page.after)) == (whole[:1], len(whole) > 1)
        assert crm.users.page(asked, after=page.after or "z").users == whole[1:]
    newest, *_ = crm.audit.page(limit=1).entries
    assert newest == list(crm.audit.entries())[-1]


def test_exchange_files_and_resets(crm: Installation) -> None:
    _, request = crm.request()
    crm.statement()
    receipts = crm.propose_return().apply(confirm=True)
    assert receipts == crm.propose_return().apply(confirm=True)
    assert request.audit_head in [entry.hash for entry in crm.audit.entries()]
    assert crm.state().serial is None


def test_a_root_that_moves_on_is_named_and_kept(crm_home: Home, crm: Installation) -> None:
    old, new = makers.key("root"), makers.key("root-2")
    second = sign(makers.root(new, version=2), old, new)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor")), version=2, root_version=2), new)
    brought = crm.activate(file(second, trust)).trust
    assert [str(what) for what in brought] == ["root 2", "trust document 2"]
    listed = makers.revocations(trust_version=2)
    assert crm.activate(file(listed)).changed
    assert not crm.activate(file(listed)).changed
    with crm_home.open() as again:
        assert again.state().trust_store.trust.root.version == 2


def test_a_damaged_document_beside_a_new_root_is_left_out_alone(crm_home: Home, crm: Installation) -> None:
    old, new = makers.key("root"), makers.key("root-2")
    second = sign(makers.root(new, version=2), old, new)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor")), version=2, root_version=2), new)
    newer = makers.changed(crm_catalog(), version=2)
    crm.activate(file(second, trust, newer))
    with written(crm_home) as connection:
        connection.run("UPDATE trust_documents SET frame = ? WHERE type = 'catalog'", b"\x01\xff")
    state = crm.state()
    assert [one.type for one in state.unusable] == ["catalog"]
    assert state.trust_store.trust.root.version == 2
    assert not any(state.entitlements.system.values()), "the pack's catalog is older"
    crm.activate(file(newer))
    assert any(crm.state().entitlements.system.values())
    assert crm.state().unusable == ()


def test_what_a_newer_catalog_no_longer_has_can_still_be_released(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    catalog = crm_catalog()
    fewer = {code: one for code, one in catalog.licenses.items() if code != "windows"}
    fewer["travel"] = makers.license_entry()
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    assert next(crm.users.list()).lapsed == ("windows",)
    crm.users.release("anna", "windows")
    assert crm.state().in_use == {"sales": 1}


def test_a_database_without_its_tables_is_damaged(crm_home: Home) -> None:
    crm_home.set_up()
    with written(crm_home) as connection:
        connection.run("DROP TABLE audit")
    with pytest.raises(DatabaseDamaged, match="not as this program creates it: audit"):
        crm_home.open()


CHANGED: dict[str, LiteralString] = {
    "people": "ALTER TABLE people ADD COLUMN more INTEGER",
    "events_by_end": "DROP INDEX events_by_end",
    "sites": "ALTER TABLE sites RENAME COLUMN name TO title",
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_schema_that_was_changed_is_named(crm_home: Home, name: str) -> None:
    crm_home.set_up()
    with written(crm_home) as connection:
        connection.run(CHANGED[name])
    with pytest.raises(DatabaseDamaged, match=f"not as this program creates it: {name}"):
        crm_home.open()


def test_what_others_add_beside_our_tables_does_not_matter(crm_home: Home) -> None:
    crm_home.set_up()
    with written(crm_home) as connection:
        connection.run("CREATE INDEX theirs ON users (name)")
        connection.run("CREATE TABLE theirs2 (x INTEGER)")
    crm_home.open().close()
