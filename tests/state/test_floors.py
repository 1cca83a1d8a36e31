"""A running application keeps the time and what its pack has newer; roots may move on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licensekit.database import Database
from licensekit.errors import HomeInvalid, LicenseError, Rollback
from licensekit.installation import Installation
from licensekit.state.home import open_installation
from licensekit.state.loading import InstallationState, state_at
from licensekit.state.transactions import remember
from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import homes, makers
from tests.homes import DAY, Home, bundle, file
from tests.refusals import trust_seen

NOW = makers.NOW
HOUR = 3600


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one activated bundle."""
    home = Home(str(tmp_path / "home"))
    with home.open() as installation:
        installation.activate(file(bundle()))
    return home


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """The database of that home."""
    database = open_installation(home.place, create=False)
    yield database
    database.close()


def loaded(database: Database, clock: int = NOW, pack: str | None = None) -> InstallationState:
    return homes.state_of(database, clock, pack or homes.pack())


def kept(database: Database, state: InstallationState, clock: int = NOW) -> bool:
    """Let an application that has read this state keep what it has seen, once its clock shows this."""
    return remember(homes.opened(database, clock), state)


def second_trust() -> str:
    """Return the pack of an application that was updated in the meantime."""
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2)
    token = sign(trust, makers.key("root"))
    return makers.file_of(homes.ROOT, token, homes.signed(makers.catalog()))


def test_time_is_kept_every_ten_minutes(database: Database) -> None:
    for minutes in (0, 1, 9):
        assert not kept(database, loaded(database), NOW + minutes * 60)
    assert kept(database, loaded(database), NOW + 10 * 60)
    assert not kept(database, loaded(database), NOW + 10 * 60)


@pytest.mark.attack("clock-turned-back")
def test_a_clock_turned_back_after_an_activation_wins_nothing(database: Database) -> None:
    state = loaded(database, NOW - 300 * DAY)
    assert state.now == state.bundles[0].document.issued


def test_keeping_time_is_not_a_change_that_the_audit_or_the_mark_knows(database: Database) -> None:
    head = loaded(database).stored.head
    kept(database, loaded(database), NOW + DAY)
    after = loaded(database)
    assert after.stored.head == head
    assert not after.restored


@pytest.mark.attack("older-document-brought-back")
def test_what_a_newer_pack_brought_stays_when_an_older_one_comes_back(database: Database) -> None:
    state = loaded(database, pack=second_trust())
    assert kept(database, state, NOW)
    assert not kept(database, loaded(database), NOW)
    assert loaded(database).trust_store.trust.trust == state.trust_store.trust.trust
    with database.write() as connection:
        connection.run("DELETE FROM trust_documents")
    with pytest.raises(Rollback):
        loaded(database)


def test_a_newer_pack_lowers_no_floor_of_time(home: Home, database: Database) -> None:
    """A bundle that was returned still proves when it was issued."""
    home.clock.move(days=9)
    with home.open() as installation:
        installation.activate(file(bundle(part="more", issued=home.clock.now)))
        installation.propose_return("more").apply(confirm=True)
    before = loaded(database).stored.time.hard
    assert before == home.clock.now
    assert kept(database, loaded(database, pack=second_trust()), home.clock.now)
    assert loaded(database).stored.time.hard == before


VENDOR, ROOT = makers.key("vendor"), makers.key("root")


def trust_document(version: int, **changes: Any) -> armor.Token:
    """Return a trust document that admits the vendor's key."""
    return sign(makers.trust(makers.admitted(VENDOR), version=version, **changes), ROOT)


def revocation_list(number: int, **changes: Any) -> armor.Token:
    """Return a list of the vendor's under trust document 2."""
    return sign(makers.revocations(trust_version=2, number=number, **changes), VENDOR)


def catalog(version: int, **changes: Any) -> armor.Token:
    """Return a catalog of the vendor's under trust document 2."""
    return sign(makers.catalog(trust_version=2, version=version, **changes), VENDOR)


SEEN = (trust_document(2), revocation_list(2), catalog(2))
REST: dict[str, tuple[str, tuple[armor.Token, ...]]] = {
    "an older trust document": ("rollback", (trust_document(1),)),
    "another trust document": ("fork", (trust_document(2, fresh_until=NOW),)),
    "another list": ("fork", (SEEN[0], revocation_list(2, serials=["1"]), SEEN[2])),
    "another catalog": ("fork", (*SEEN[:2], catalog(2, urls={"buy": "x"}))),
    "an older list": ("", (SEEN[0], revocation_list(1), SEEN[2])),
    "an older catalog": ("", (*SEEN[:2], catalog(1))),
    "no list and no catalog": ("", SEEN[:1]),
}


@pytest.mark.parametrize(("code", "left"), REST.values(), ids=REST)
def test_documents_deleted_nothing_passes_for_them_and_the_next_file_puts_it_right(
    home: Home, database: Database, code: str, left: tuple[armor.Token, ...]
) -> None:
    """Whoever edits the database, or ships another pack, gains no older or other truth."""
    with home.open() as installation:
        installation.activate(file(*SEEN, bundle(2)))
    assert any(loaded(database).entitlements.system.values())
    with database.write() as connection:
        connection.run("DELETE FROM trust_documents")
    pack = makers.file_of(homes.ROOT, *left)
    if code:
        with pytest.raises(LicenseError) as caught:
            loaded(database, pack=pack)
        assert caught.value.code == code
    else:
        assert not any(loaded(database, pack=pack).entitlements.system.values())
    honest = file(trust_document(3), *next_under_third(), bundle(3))
    with Installation.open(home.place, root=homes.PIN, pack=pack, clock=home.clock) as other:
        assert other.activate(honest).changed
        state = other.state()
    assert any(state.entitlements.system.values())
    seen = state.stored.seen
    assert trust_seen(seen) == (1, 3)
    assert seen["revocations", "demo"].version == seen["catalog", "demo"].version == (1, 3, 1)


def next_under_third() -> tuple[armor.Token, ...]:
    """Return list and catalog under trust document 3."""
    under = makers.revocations(trust_version=3), makers.catalog(trust_version=3)
    return tuple(sign(document, VENDOR) for document in under)


def test_the_very_documents_that_were_seen_are_taken_again(home: Home, database: Database) -> None:
    with home.open() as installation:
        installation.activate(file(*SEEN, bundle(2)))
        with database.write() as connection:
            connection.run("DELETE FROM trust_documents")
        assert installation.activate(file(*SEEN)).changed
    assert any(loaded(database).entitlements.system.values())


def test_news_that_others_overtook_is_not_kept(home: Home, database: Database) -> None:
    state = loaded(database, pack=second_trust())
    third = makers.trust(makers.admitted(makers.key("vendor")), version=3)
    with home.open() as installation:
        installation.activate(file(sign(third, makers.key("root"))))
    assert kept(database, state, NOW)
    assert trust_seen(loaded(database).stored.seen) == (1, 3)


def test_before_the_first_activation_only_time_is_kept(tmp_path: Path) -> None:
    database = open_installation(tmp_path / "new", create=True)
    assert kept(database, loaded(database), NOW)
    assert loaded(database).stored.trust == ()
    assert not kept(database, loaded(database, NOW), NOW)
    database.close()


def test_a_state_can_be_seen_at_another_moment(database: Database) -> None:
    state = loaded(database)
    later = state_at(state, NOW + 800 * DAY, clock=NOW)
    assert [notice.code for notice in later.notices] == ["expired"]
    assert state.notices == ()
    gone = state_at(state, NOW, clock=NOW, away_hours=24)
    assert not any(gone.entitlements.system.values())


def test_a_clock_far_ahead_is_reported_until_it_is_confirmed(database: Database) -> None:
    ahead = NOW + 30 * DAY
    looks = [ahead + hours * HOUR for hours in range(0, 48, 6)]
    for clock in looks:
        assert [n.code for n in loaded(database, clock).notices] == ["clock-ahead"]
        kept(database, loaded(database), clock)
    assert loaded(database, looks[-1]).notices == ()


def later_root() -> tuple[str, str]:
    """Return a pack with a second root and the chain from the first, and the pin of the second: (pack, pin)."""
    old, new = makers.key("root"), makers.key("root-2")
    second = sign(makers.root(new, version=2), old, new)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor")), version=2, root_version=2), new)
    catalog = homes.signed(makers.catalog())
    return makers.file_of(homes.ROOT, second, trust, catalog), makers.pin(second)


def test_an_application_that_pins_a_later_root_takes_the_installation_over(home: Home) -> None:
    pack, pin = later_root()
    with Installation.open(home.place, root=pin, pack=pack, clock=home.clock) as updated:
        assert any(updated.state().entitlements.system.values())
        updated.activate(file(bundle(2)))
        recorded = updated.state().stored.recorded
        assert recorded is not None
        assert recorded.root == pin
    with home.open() as downgraded:
        assert any(downgraded.state().entitlements.system.values())


@pytest.mark.attack("swapped-root")
def test_another_root_cannot_open_an_installation(home: Home) -> None:
    other = makers.key("other-root")
    root = sign(makers.root(other), other)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor"))), other)
    pack = makers.file_of(root, trust)
    with Installation.open(home.place, root=makers.pin(root), pack=pack, clock=home.clock) as stranger:
        with pytest.raises(HomeInvalid):
            stranger.state()
        with pytest.raises(HomeInvalid):
            stranger.activate(file(bundle(2)))
    with home.open() as ours:
        assert any(ours.state().entitlements.system.values())


def test_what_was_recorded_is_used_where_nothing_is_given(home: Home) -> None:
    with Installation.open(home.place, clock=home.clock) as installation:
        assert any(installation.state().entitlements.system.values())
        assert installation.activate(file(bundle(2))).changed
