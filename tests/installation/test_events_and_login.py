"""Who may log in, every reason why not, and what events do to it."""

import pytest

from licensekit.entitlements.events import Event, concerning, is_event_kind
from licensekit.errors import EntryInvalid, LicenseError, NotFound, UnknownCode
from licensekit.installation import EventScope, Installation
from licensekit.wire.documents import AfterGrace, UserKind
from tests.homes import Home, bundle, file


def codes(installation: Installation, user: str, way: str = "web", **at: str) -> list[str]:
    decision = installation.users.may_login(user, way, **at)
    assert decision.allowed is (not decision.reasons)
    return [reason.code for reason in decision.reasons]


def test_a_user_with_every_license_may_log_in(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    assert codes(crm, "anna") == []


def test_every_reason_is_given_together(crm: Installation) -> None:
    crm.users.set("anna", can_log_in=False, kind=UserKind.EXTERNAL)
    crm.users.retire("anna")
    crm.events.start("no-login")
    assert codes(crm, "anna") == ["retired", "login-off", "kind", "not-held", "event"]


def test_external_users_come_by_what_a_system_license_gives_to_everybody(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(system={"server": 1}, sites={}, users={})))
        crm.users.add("ext", kind=UserKind.EXTERNAL)
        assert codes(crm, "ext", "portal") == ["not-licensed", "not-held"]
        crm.activate(file(bundle(2, system={"server": 1, "expander": 1}, sites={}, users={})))
        assert codes(crm, "ext", "portal") == []


def test_an_unknown_user_may_not_log_in(crm: Installation) -> None:
    assert codes(crm, "nobody") == ["unknown-user"]


def test_nobody_comes_by_a_way_of_a_partner_who_is_not_installed(crm: Installation) -> None:
    assert codes(crm, "anna", "partner.web") == ["issuer-absent"]


def test_an_unknown_way_or_site_is_a_mistake(crm: Installation) -> None:
    with pytest.raises(UnknownCode, match="portal"):
        crm.users.may_login("anna", "fax")
    with pytest.raises(UnknownCode, match="no catalog has a way"):
        crm.users.may_login("anna", "demo.fax")
    with pytest.raises(NotFound, match="no site"):
        crm.users.may_login("anna", "web", site="atlantis")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(AfterGrace.READ_ONLY, []), (AfterGrace.ADVISORY, []), (AfterGrace.BLOCK, ["not-licensed", "not-held"])],
)
def test_after_grace_the_policy_of_the_bundle_applies(crm_home: Home, policy: AfterGrace, expected: list[str]) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 1}, after_grace=policy)))
        crm.users.add("anna")
        crm.users.assign("anna", "sales")
        crm_home.clock.move(days=800)
        assert codes(crm, "anna") == expected


def test_what_a_user_holds_beyond_the_count_is_the_highest_slot(crm_home: Home) -> None:
    """A part lapses: the highest slots fall under its policy."""
    with crm_home.open() as crm:
        perpetual = bundle(users={"sales": 1}, warning=None, expiry=None, grace=None)
        crm.activate(file(perpetual))
        crm.activate(file(bundle(part="more", users={"sales": 1}, after_grace=AfterGrace.BLOCK)))
        for user in ("anna", "bob"):
            crm.users.add(user)
            crm.users.assign(user, "sales")
        crm_home.clock.move(days=800)
        assert codes(crm, "anna") == []
        assert codes(crm, "bob") == ["beyond-sold"]
        assert crm.users.details("anna").access["sales"] > crm.users.details("bob").access["sales"]
        lapsed = {user.id: lapsed for user, lapsed in crm.users.list()}
        assert lapsed == {"anna": (), "bob": ("sales",)}


def test_an_event_holds_its_scope_and_nobody_else(crm: Installation) -> None:
    crm.sites.add("oslo", central=True)
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    crm.users.set("anna", groups=["Night Shift"])
    site = crm.events.start("no-login", scope=EventScope.SITE, subject="oslo", message="moving")
    assert codes(crm, "anna", site="oslo") == ["event"]
    assert codes(crm, "anna") == []
    group = crm.events.start("no-login", scope=EventScope.GROUP, subject="night SHIFT")
    assert (codes(crm, "anna"), codes(crm, "bob")) == (["event"], [])
    own = crm.events.start("no-login", scope=EventScope.USER, subject="bob")
    assert codes(crm, "bob") == ["event"]
    for event in (site, group, own):
        crm.events.end(event.number)
    assert codes(crm, "anna", site="oslo") == codes(crm, "bob") == []


@pytest.mark.attack("lock-out-of-a-paying-customer")
def test_administrators_may_log_in_whatever_is_in_force(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    crm.users.set("anna", administrator=True)
    crm.events.start("no-login")
    assert codes(crm, "anna") == []


def test_a_message_of_the_day_is_shown_and_stops_nothing(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    crm.events.start("message-of-the-day", message="cake at three")
    decision = crm.users.may_login("anna", "web")
    assert decision
    assert decision.messages == ("cake at three",)


def test_an_event_ends_only_when_somebody_ends_it(crm_home: Home) -> None:
    with crm_home.open(by="root") as crm:
        event = crm.events.start("no-travel", expected_end=crm_home.clock.now + 10)
        crm_home.clock.move(days=1)
        assert crm.events.list() == (event,)
        crm.events.end(event.number)
        assert crm.events.list() == ()
        [ended] = crm.events.list(ended=True)
        assert (ended.ended, ended.ended_by) == (crm_home.clock.now, "root")


REFUSED: list[tuple[dict[str, object], type[LicenseError]]] = [
    ({"kind": "no-"}, EntryInvalid),
    ({"kind": "party"}, EntryInvalid),
    ({"kind": "no-Login"}, EntryInvalid),
    ({"kind": "no-login", "message": "x" * 2001}, EntryInvalid),
    ({"kind": "no-login", "message": "\x1b[2J"}, EntryInvalid),
    ({"kind": "no-login", "expected_end": -1}, EntryInvalid),
    ({"kind": "no-login", "subject": "anna"}, EntryInvalid),
    ({"kind": "no-login", "scope": EventScope.GROUP, "subject": "Not\nA Group"}, EntryInvalid),
    ({"kind": "no-login", "scope": EventScope.USER, "subject": "nobody"}, NotFound),
    ({"kind": "no-login", "scope": EventScope.SITE, "subject": "nowhere"}, NotFound),
]


@pytest.mark.parametrize(("values", "error"), REFUSED)
def test_an_event_that_makes_no_sense_is_refused(
    crm: Installation, values: dict[str, str], error: type[LicenseError]
) -> None:
    before = crm.state().stored
    with pytest.raises(error):
        crm.events.start(**values)  # type: ignore[arg-type]  # the table holds every kind of value
    assert crm.state().stored == before


def test_an_event_that_is_not_in_force_is_not_ended(crm: Installation) -> None:
    event = crm.events.start("no-login")
    crm.events.end(event.number)
    before = crm.state().stored
    with pytest.raises(NotFound, match="no event"):
        crm.events.end(event.number)
    assert crm.state().stored == before


@pytest.mark.parametrize(
    ("kind", "stops"), [("no-login", "login"), ("no-travel", "travel"), ("rebuild-index", "index"), ("x", None)]
)
def test_an_event_says_which_function_it_stops(kind: str, stops: str | None) -> None:
    event = Event(1, kind, EventScope.INSTALLATION, "", "", None, 0, "")
    assert event.stops == stops
    assert is_event_kind(kind) is (stops is not None)
    assert concerning([event]) == (event,)


def test_a_running_application_answers_by_the_events_in_force(crm_home: Home) -> None:
    """Answers about a user are remembered until anything changes, and not a moment longer."""
    with crm_home.open() as crm:
        crm.activate(file(bundle(system={"server": 1}, sites={}, users={"sales": 1})))
        crm.users.add("anna", groups=["night"])
        crm.users.assign("anna", "sales")
        with crm_home.run() as licensing:
            anna = licensing.user("anna")
            assert anna.may_login("web")
            event = crm.events.start("no-login", scope=EventScope.GROUP, subject="night")
            licensing.refresh()
            assert [reason.code for reason in anna.may_login("web").reasons] == ["event"]
            crm.events.end(event.number)
            crm.users.release("anna", "sales")
            licensing.refresh()
            assert [reason.code for reason in anna.may_login("web").reasons] == ["not-held"]
            with pytest.raises(UnknownCode, match="no catalog has a way"):
                anna.may_login("fax")


def test_an_application_learns_which_functions_are_unavailable_to_whom(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle()))
        crm.sites.add("oslo", central=True)
        crm.users.add("anna", groups=["night"], administrator=True)
        with crm_home.run() as licensing:
            anna = licensing.user("anna")
            assert anna.unavailable("travel") == ()
            night = crm.events.start("no-travel", scope=EventScope.GROUP, subject="night")
            oslo = crm.events.start("no-travel", scope=EventScope.SITE, subject="oslo")
            index = crm.events.start("rebuild-index")
            licensing.refresh()
            assert anna.unavailable("travel") == (night,)
            assert licensing.user("anna", "oslo").unavailable("travel") == (night, oslo)
            assert licensing.user("nobody").unavailable("travel") == ()
            assert licensing.site("oslo").unavailable("travel") == (oslo,)
            assert licensing.unavailable("travel") == ()
            assert licensing.unavailable("index") == anna.unavailable("index") == (index,)
