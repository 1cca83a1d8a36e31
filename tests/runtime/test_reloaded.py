"""What a program answers after others have changed something is what one answers that opens only now."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit import Access, Licensing
from licensekit.database import Connection
from licensekit.entitlements.login import UserFacts
from licensekit.errors import RefusedError
from licensekit.installation import EventScope, Installation
from licensekit.keys.verifying import VerifyingKey
from licensekit.runtime.holders import User
from licensekit.state.home import open_installation
from licensekit.state.users import user_facts
from tests import makers
from tests.crm import SOLD, crm_home_at, open_crm
from tests.homes import PIN, Home, bundle, file, signed
from tests.profiles import examples

USERS: Final = ("anna", "bob", "chris")
CODES: Final = ("server", "sale", "sales", "windows", "travel", "reporter-cal")


@contextmanager
def running(home: Home) -> Generator[Licensing]:
    """Open the installation as a program that looks at time and database before each question."""
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as licensing:
        yield licensing


def answers(licensing: Licensing, users: Mapping[str, User]) -> dict[str, object]:
    """Return what a program says about users, licenses and the installation."""
    of_users = {
        name: ({code: user.access(code) for code in CODES}, user.may_login("web"), user.unavailable("travel"))
        for name, user in users.items()
    }
    notices = [(one.code, one.subject, one.severity) for one in licensing.notices]
    return {"users": of_users, "licenses": licensing.licenses, "notices": notices, "parts": licensing.parts}


Step = tuple[str, str, str]
steps: Final = st.lists(
    st.tuples(
        st.sampled_from(["assign", "assign", "release", "retire", "back", "set", "event", "end", "date", "renew"]),
        st.sampled_from(USERS),
        st.sampled_from(["sales", "service", "windows", "travel"]),
    ),
    min_size=1,
    max_size=8,
)


def take(home: Home, admin: Installation, step: Step) -> None:
    """Change something, if it can be changed so."""
    what, user, code = step
    changes: dict[str, Callable[[], Any]] = {
        "assign": lambda: admin.users.assign(user, code),
        "release": lambda: admin.users.release(user, code),
        "retire": lambda: admin.users.retire(user),
        "back": lambda: admin.users.set(user, retired=False),
        "set": lambda: admin.users.set(user, can_log_in=not admin.users.get(user).can_log_in),
        "event": lambda: admin.events.start("no-travel", scope=EventScope.USER, subject=user),
        "end": lambda: admin.events.end(admin.state().events[0].number) if admin.state().events else None,
        "date": lambda: home.clock.move(days=120),
        "renew": lambda: admin.activate(file(bundle(2 + len(code), **SOLD))),
    }
    with suppress(RefusedError):
        changes[what]()


@settings(max_examples=examples(60), deadline=None)
@given(steps)
def test_a_program_that_follows_says_what_one_says_that_opens_now(sequence: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        home = crm_home_at(Path(folder, "home"))
        with open_crm(home, *USERS) as admin, running(home) as licensing:
            held = {name: licensing.user(name) for name in USERS}
            for step in sequence:
                take(home, admin, step)
                with running(home) as fresh:
                    expected = answers(fresh, {name: fresh.user(name) for name in USERS})
                assert answers(licensing, held) == expected
                assert answers(licensing, {name: licensing.user(name) for name in USERS}) == expected


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where nothing was set up yet."""
    return crm_home_at(tmp_path / "home")


@pytest.fixture
def admin(home: Home) -> Iterator[Installation]:
    """What an administrator changes."""
    with open_crm(home, *USERS) as installation:
        yield installation


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Users in the order in which a program has looked them up in the database."""
    found: list[str] = []

    def noted(connection: Connection, user: str) -> UserFacts | None:
        found.append(user)
        return user_facts(connection, user)

    monkeypatch.setattr("licensekit.runtime.live_snapshot.user_facts", noted)
    return found


@pytest.fixture
def licensing(home: Home, admin: Installation, looked_up: list[str]) -> Iterator[Licensing]:
    """A program that looks before each question."""
    assert admin.state().serial
    assert not looked_up
    with running(home) as found:
        yield found


Change = Callable[[Installation], object]
CHANGES: Final[list[tuple[Change, list[str]]]] = [
    (lambda admin: admin.users.assign("Bob", "sales"), ["bob"]),
    (lambda admin: admin.users.set("bob", name="Bob"), ["bob"]),
    (lambda admin: admin.users.add("dora"), []),
    # Whoever has the highest slot may move into the one that becomes free.
    (lambda admin: admin.users.release("anna", "windows"), list(USERS)),
    (lambda admin: admin.sites.add("oslo"), list(USERS)),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_a_change_of_one_user_reloads_that_user(
    admin: Installation, looked_up: list[str], licensing: Licensing, change: Change, expected: list[str]
) -> None:
    admin.users.assign("anna", "user", "windows")
    held = {name: licensing.user(name) for name in USERS}
    assert held["anna"].allows("windows")
    change(admin)
    del looked_up[:]
    assert all(user.access("windows") in Access for user in held.values())
    assert looked_up == expected


def test_an_entry_that_somebody_has_edited_reloads_everybody(
    home: Home, looked_up: list[str], licensing: Licensing
) -> None:
    held = {name: licensing.user(name) for name in USERS}
    for entry in (b"[]", b"{}", b"\xff", b'{"did": "user-add"}', b'{"did": "user-set", "user": 3}'):
        with closing(open_installation(home.place, create=False)) as database, database.write() as connection:
            [(newest,)] = connection.rows("SELECT max(number) FROM audit")
            connection.run("INSERT INTO audit (number, entry, hash) VALUES (?, ?, ?)", newest + 1, entry, bytes(32))
        del looked_up[:]
        assert {user.access("windows") for user in held.values()} == {Access.NONE}
        assert looked_up == list(USERS), entry


def test_a_program_verifies_each_signature_once(
    admin: Installation, licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bytes] = []
    verify = VerifyingKey.verify

    def noted(key: VerifyingKey, message: bytes, signature: bytes) -> None:
        verified.append(key.key_id)
        verify(key, message, signature)

    vendor = makers.key("vendor").verifying_key.key_id
    assert licensing.allows("server")
    monkeypatch.setattr(VerifyingKey, "verify", noted)
    admin.users.assign("anna", "sales")
    assert licensing.user("anna").allows("sale")
    assert vendor not in verified
    admin.activate(file(bundle(2, part="extra", system={"expander": 1}, sites={}, users={})))
    del verified[:]
    assert licensing.allows("expander")
    assert verified.count(vendor) == 1


def test_a_bundle_that_is_edited_while_a_program_runs_grants_nothing_more(home: Home, licensing: Licensing) -> None:
    assert licensing.allows("server")
    forged = makers.forged(signed(bundle(**SOLD)))
    with closing(open_installation(home.place, create=False)) as database, database.write() as connection:
        connection.run("UPDATE bundles SET frame = ?", forged.frame)
    assert not licensing.allows("server")
