"""The rules of assignment, asked directly."""

import pytest

from licensekit.entitlements import Holding, where_to_buy
from licensekit.entitlements.assignment import (
    AssignmentChange,
    faults_of,
    missing_requirements,
    with_dependents,
    without_requirement,
)
from licensekit.entitlements.events import Event, EventScope, concerning, is_event_kind
from licensekit.entitlements.login import Decision, UserFacts, may_login, ways
from licensekit.entitlements.messages import LoginsStopped
from licensekit.errors import NoneFree, NotAssigned, RefusedError, RequirementMissing, StillRequired, UnknownCode
from licensekit.wire.documents import LoginRule, SeatKind, UserKind
from tests import makers
from tests.entitlements.engine import SITE, SYSTEM, USER, access, bare, catalog, granted, trust_store

of = makers.license_entry
STORE = trust_store(
    catalog(
        server=of(SYSTEM),
        user=of(USER),
        mobile=of(USER, requires=["user"]),
        cloud=of(USER, requires=["server"]),
        addon=of(USER, requires=["partner.map"]),
    )
)
SOLD = granted(STORE, bare(users={"user": 1, "mobile": 1, "cloud": 1, "addon": 1}))


def refusals(held: set[str], *assign: str, release: str = "") -> list[type[RefusedError]]:
    change = AssignmentChange(frozenset(assign), frozenset(release.split()))
    return [type(fault) for fault in faults_of(SOLD, {}, "anna", frozenset(held), change)]


def test_a_system_license_is_not_assigned() -> None:
    assert refusals(set(), "server") == [NotAssigned]


def test_the_installation_must_have_the_system_license_that_one_requires() -> None:
    assert refusals(set(), "cloud") == [RequirementMissing]


@pytest.mark.parametrize(
    ("code", "missing", "reason"),
    [("mobile", "user", "holder"), ("cloud", "server", "installation"), ("addon", "partner.map", "installation")],
)
def test_a_missing_requirement_is_one_of_the_holder_or_of_the_installation(
    code: str, missing: str, reason: str
) -> None:
    [error] = missing_requirements(SOLD, "anna", code)
    assert (error.reason, error.license, error.required, error.holder) == (reason, code, missing, "anna")


CHAIN = trust_store(catalog(first=of(USER), second=of(USER, requires=["first"]), third=of(USER, requires=["second"])))


def test_what_requires_what_nobody_can_have_is_without_its_requirement_and_so_on() -> None:
    broken = granted(CHAIN, bare(users={"second": 5, "third": 5}))
    assert without_requirement(broken, {"third": 1, "second": 1}) == ("second", "third")
    assert without_requirement(broken, {"third": 1, "first": 0}) == ("third",)
    assert without_requirement(broken, {"first": 1}) == ()
    whole = granted(CHAIN, bare(users={"first": 1, "second": 5, "third": 5}))
    assert without_requirement(whole, {"third": 1, "second": 1}) == ()


def test_what_depends_on_a_released_license_is_reported_with_all_that_depends_on_it() -> None:
    whole = granted(CHAIN, bare(users={"first": 9, "second": 9, "third": 9}))
    held = frozenset({"first", "second", "third"})
    assert with_dependents(whole, held, ["second"]) == ["second", "third"]
    assert with_dependents(whole, held, ["third"]) == ["third"]
    [fault] = faults_of(whole, {}, "anna", held, AssignmentChange(frozenset(), frozenset({"first"})))
    assert isinstance(fault, StillRequired)
    assert (fault.license, fault.requiring, fault.children) == ("first", ("second",), ("second", "third"))


def test_a_new_license_is_not_a_reason_to_keep_what_it_requires() -> None:
    assert refusals({"user"}, "mobile", release="user") == [RequirementMissing]


def test_concurrent_seats_are_taken_and_not_assigned() -> None:
    sold = granted(trust_store(catalog(seat=of(USER, seats=SeatKind.CONCURRENT))), bare(users={"seat": 1}))
    [fault, *_] = faults_of(sold, {}, "anna", frozenset(), AssignmentChange(frozenset({"seat"})))
    assert isinstance(fault, NotAssigned)
    assert fault.reason == "concurrent"


def test_what_no_catalog_has_is_never_there_to_be_required() -> None:
    assert refusals(set(), "addon") == [RequirementMissing]


def test_an_assignment_of_a_license_without_a_catalog_prevents_nothing() -> None:
    assert refusals({"gone"}, "user") == []
    assert refusals({"gone"}, release="gone") == []


def test_what_lacked_its_requirement_before_is_not_a_reason_now() -> None:
    """As when a newer catalog requires more: who holds it already is left alone."""
    assert refusals({"mobile"}, "user") == []
    assert refusals({"mobile", "gone"}, release="gone") == []


@pytest.mark.attack("count-at-its-limit")
def test_the_last_one_is_assigned_and_no_more() -> None:
    change = AssignmentChange(frozenset({"user"}))
    assert faults_of(SOLD, {"user": 0}, "anna", frozenset(), change) == []
    [fault] = faults_of(SOLD, {"user": 1}, "anna", frozenset(), change)
    assert isinstance(fault, NoneFree)
    assert (fault.license, fault.in_use, fault.total) == ("user", 1, 1)
    assert fault.hint == "release one, or activate more"


def test_whoever_has_none_left_is_told_where_to_buy_more() -> None:
    shop = makers.catalog(licenses={"user": of(USER)}, access={}, urls={"buy": "https://buy.test"})
    sold = granted(trust_store(shop), bare(users={"user": 1}))
    change = AssignmentChange(frozenset({"user"}))
    [fault] = faults_of(sold, {"user": 1}, "anna", frozenset(), change)
    assert fault.hint == "release one, or buy more: https://buy.test"
    assert where_to_buy(sold, "partner.map") is None


def test_a_decision_uses_the_access_that_the_caller_has() -> None:
    web = makers.catalog(access={"web": LoginRule(["server", "user"], [UserKind.ASSOCIATE])})
    entitlements = granted(trust_store(web), bare(system={"server": 1}))
    anna = UserFacts("anna")
    decision = may_login(entitlements, anna, "demo.web", access=access(entitlements, "user"))
    assert [reason.code for reason in decision.reasons] == ["not-held"]
    assert ways(entitlements) == ("web",)


def test_plans_exclude_each_other_per_issuer() -> None:
    plans = {"gold": of(USER, plan=True), "silver": of(USER, plan=True)}
    theirs = makers.catalog(issuer=makers.PARTNER, licenses=plans, access={})
    store = trust_store(catalog(**plans), theirs, partner=makers.PARTNER)
    users = {"gold": 9, "silver": 9}
    sold = granted(store, bare(users=users), bare(issuer=makers.PARTNER, users=users))

    def refused(*assign: str) -> list[tuple[str, ...]]:
        change = AssignmentChange(frozenset(assign))
        found = faults_of(sold, {}, "anna", frozenset({"gold"}), change)
        return [fault.data["plans"] for fault in found]

    assert refused("partner.gold") == []
    assert refused("silver") == [("gold", "silver")]
    assert refused("partner.gold", "partner.silver") == [("partner.gold", "partner.silver")]
    change = AssignmentChange(frozenset({"gold"}))
    [fault] = faults_of(sold, {}, "anna", frozenset({"silver"}), change)
    assert fault.data["kept"] == "silver"


@pytest.mark.parametrize("message", ["", "moving house"])
def test_an_event_gives_its_message_as_the_reason(message: str) -> None:
    web = makers.catalog(access={"web": LoginRule(["server"], [UserKind.ASSOCIATE])})
    entitlements = granted(trust_store(web), bare(system={"server": 1}))
    event = Event(7, "no-login", EventScope.INSTALLATION, "", message, None, 0, "")
    decision = may_login(entitlements, UserFacts("anna"), "web", events=[event])
    [reason] = decision.reasons
    assert message in reason.message
    assert (reason.code, reason.subject) == ("event", "7")
    assert not decision
    assert Decision(())


def test_whoever_may_not_log_in_is_told_each_reason() -> None:
    web = makers.catalog(access={"web": LoginRule(["server", "user"], [UserKind.ASSOCIATE])})
    store = trust_store(web)
    assert [one.code for one in may_login(granted(store, bare()), UserFacts("anna"), "web").reasons] == [
        "not-licensed",
        "not-held",
    ]
    whole = granted(store, bare(system={"server": 1}, users={"user": 5}))
    anna = UserFacts("anna", holdings=(Holding("user", 1),))
    assert may_login(whole, anna, "web")
    out = anna._replace(retired=True, can_log_in=False, kind=UserKind.EXTERNAL)
    assert [one.code for one in may_login(whole, out, "web").reasons] == ["retired", "login-off", "kind"]
    with pytest.raises(UnknownCode) as caught:
        may_login(whole, anna, "phone")
    assert (caught.value.reason, caught.value.name, caught.value.known) == ("access", "phone", ("web",))
    today = Event(1, "message-of-the-day", EventScope.INSTALLATION, "", "good day", None, 0, "")
    stopped = today._replace(number=2, kind="no-login", message="")
    decision = may_login(whole, anna, "web", events=[today, stopped])
    assert ([one.code for one in decision.reasons], decision.messages) == (["event"], ("good day",))
    assert may_login(whole, anna._replace(administrator=True), "web", events=[today, stopped]).reasons == ()


def test_an_event_concerns_those_whom_its_scope_names() -> None:
    scopes = {EventScope.GROUP: "Sales", EventScope.USER: "anna", EventScope.SITE: "oslo", EventScope.INSTALLATION: ""}
    events = [
        Event(n, "no-login", scope, subject, "", None, 0, "") for n, (scope, subject) in enumerate(scopes.items())
    ]
    assert [one.number for one in concerning(events, groups=["SALES"])] == [0, 3]
    assert [one.number for one in concerning(events, user="anna")] == [1, 3]
    assert [one.number for one in concerning(events, user="Anna", site="oslo")] == [2, 3]


def test_a_retired_user_has_nothing_by_a_site() -> None:
    rules = {"depot": LoginRule(["depot"], [UserKind.ASSOCIATE])}
    store = trust_store(makers.catalog(licenses={"depot": of(SITE)}, access=rules))
    state, there = granted(store, bare(sites={"depot": 1})), [Holding("depot", 1)]
    assert may_login(state, UserFacts("anna"), "depot", site="oslo", site_holdings=there).allowed
    gone = may_login(state, UserFacts("bob", retired=True), "depot", site="oslo", site_holdings=there)
    assert [one.code for one in gone.reasons] == ["retired", "not-held"]


@pytest.mark.parametrize("way", ["nothing", "demo.nothing", "no issuer.web", "."])
def test_an_unknown_way_to_log_in_raises(way: str) -> None:
    with pytest.raises(UnknownCode):
        may_login(SOLD, UserFacts("anna"), way)


def test_an_event_is_for_whom_its_scope_names_and_says_what_it_stops() -> None:
    assert [scope.value for scope in EventScope] == ["installation", "site", "group", "user"]
    kinds = {"no-login": "login", "no-travel": "travel", "rebuild-index": "index", "message-of-the-day": None}
    for number, (kind, stops) in enumerate(kinds.items(), 1):
        event = Event(number, kind, EventScope.USER, "anna", "", None, 0, "admin")
        assert event.stops == stops
        assert is_event_kind(kind)
        assert concerning([event], user="anna") == (event,)
        assert concerning([event], user="bob") == ()
    assert not any(map(is_event_kind, ("no-", "rebuild-", "rebuild", "travel")))


def test_why_somebody_may_not_log_in_has_a_code_and_an_announcement_where_there_is_one() -> None:
    unknown = may_login(granted(trust_store(makers.catalog()), bare()), None, "web")
    assert [one.code for one in unknown.reasons] == ["unknown-user"]
    assert LoginsStopped(reason="silent", number=1).announcement == ""
