"""What an application asks of the vendor's base part and of users of its own, why not, and how mistakes are refused."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from licensekit import Access, BundleState, Count, DenialReason, Licensing, NotEntitled, Use, VerifiedBundle, Verifier
from licensekit.dates import date_of
from licensekit.entitlements import messages
from licensekit.errors import ArmorInvalid, LicenseError, UnknownCode, WrongKind
from licensekit.errors.installation import REASONS
from licensekit.installation import Installation
from licensekit.runtime.holders import Lookups
from licensekit.wire.documents import AfterGrace, Bundle
from tests import makers
from tests.crm import SOLD, crm_catalog, crm_home_at
from tests.homes import PIN, Home, bundle, file, pack

START = makers.ISSUED_DAY
URLS = {"buy": "https://example.com/buy"}
CATALOG = makers.changed(crm_catalog(), urls=URLS, settings={"tier": makers.setting()})


class Desk(NamedTuple):
    """An installation, and the application that has it open."""

    home: Home
    admin: Installation
    licensing: Licensing

    def on(self, day: int) -> Licensing:
        """Turn the clock to a day of the bundle, and return what answers then."""
        self.home.clock.move(days=START + day - self.home.clock.now // 86_400)
        self.licensing.refresh()
        return self.licensing


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An installation where nothing was activated yet."""
    home = crm_home_at(tmp_path / "home")
    home.pack = pack(CATALOG)
    home.set_up()
    with home.open() as admin, home.run() as licensing:
        yield Desk(home, admin, licensing)


def sold(**changes: Any) -> Bundle:
    """Return a bundle that sells something of most kinds."""
    return bundle(**{**SOLD, **changes})


# --- the vendor's base part


def facts(asked: Licensing) -> tuple[object, ...]:
    """Return what is asked of the base part."""
    return (asked.status, asked.company, asked.serial, asked.use, asked.is_trial, asked.covered_until, asked.days_left)


def test_before_an_activation_nothing_is_known_of_the_base_part(desk: Desk) -> None:
    assert facts(desk.licensing) == (None, None, None, None, False, None, 0)


def test_the_base_part_says_whose_it_is_and_what_for(desk: Desk) -> None:
    desk.admin.activate(file(makers.trial(**SOLD), bundle(part="crm", company="Other", users={"sales": 1})))
    asked = desk.on(10)
    ends = date_of(START + 60)
    company = "Nordlys Kraft AS"
    assert facts(asked) == (BundleState.ACTIVE, company, makers.SERIAL, Use.TRIAL, True, ends, 50)
    assert [(part.part, part.company) for part in asked.parts] == [("base", company), ("crm", "Other")]


def test_an_add_on_alone_is_not_a_base_part(desk: Desk) -> None:
    desk.admin.activate(file(bundle(part="crm", users={"sales": 1})))
    assert facts(desk.on(1)) == (None, None, None, None, False, None, 0)


@pytest.mark.parametrize(
    ("day", "status", "left"),
    [
        (0, BundleState.ACTIVE, 365),
        (340, BundleState.WARNING, 25),
        (365, BundleState.WARNING, 0),
        (370, BundleState.GRACE, 25),
        (400, BundleState.EXPIRED, 0),
    ],
)
def test_the_status_and_the_days_left_move_with_the_clock(desk: Desk, day: int, status: BundleState, left: int) -> None:
    desk.admin.activate(file(sold()))
    asked = desk.on(day)
    assert (asked.status, asked.days_left, asked.use) == (status, left, Use.PRODUCTION)


def test_a_base_part_that_waits_is_pending(desk: Desk) -> None:
    desk.admin.activate(file(sold(starts=START + 10)))
    asked = desk.on(0)
    assert (asked.status, asked.covered_until, asked.company) == (BundleState.PENDING, None, "Nordlys Kraft AS")


def test_a_perpetual_base_part_has_no_days_left(desk: Desk) -> None:
    desk.admin.activate(file(sold(expiry=None, grace=None, warning=None)))
    asked = desk.on(0)
    assert (asked.days_left, asked.covered_until) == (None, date.max)


def verified(**changes: Any) -> VerifiedBundle:
    """Return a bundle by itself, verified."""
    return Verifier(root=PIN, pack=pack(CATALOG)).verify(file(sold(**changes)), now=datetime(2027, 1, 1, 1, tzinfo=UTC))


def test_a_bundle_by_itself_answers_likewise() -> None:
    assert (verified().status, verified().days_left, verified().is_trial) == (BundleState.ACTIVE, 365, False)
    assert verified(use=Use.TRIAL, starts=None, warning=None, grace=None, after_grace=AfterGrace.BLOCK).is_trial


# --- users of the application's own


def test_a_user_of_the_applications_own_has_what_it_says_and_what_that_includes(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    anna = desk.on(1).user("anna", licenses=["sales"])
    assert anna.allows("sale")
    assert anna.allows("user")
    assert anna.may_login("web")
    assert not anna.allows("travel")
    assert anna.explain("sale-cal").through == ("sales",)
    assert anna.explain("sales").assigned
    assert not desk.licensing.user("anna").allows("sale")
    assert not desk.licensing.user("anna", licenses=[]).allows("sale")


def test_it_has_site_licenses_likewise(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    assert desk.on(1).user("anna", licenses=("reporter",)).allows("reporter-cal")


def test_nothing_is_looked_up_of_it_and_the_application_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.admin.activate(file(sold()))
    asked = desk.on(1)
    monkeypatch.setattr(Lookups, "find", None)  # a look-up would fail
    assert asked.count("sales").total == 2
    for number in range(5):
        assert asked.user(f"user-{number}", site="oslo", licenses=["sales"]).allows("sale")


def test_it_has_at_most_what_is_in_force(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    anna = desk.on(1).user("anna", licenses=["sales"])
    for day, access in ((380, Access.FULL), (396, Access.READ)):
        desk.on(day)
        assert (anna.access("sales"), anna.access("server")) == (access, access)


def test_what_was_not_sold_is_not_given_by_saying_so(desk: Desk) -> None:
    desk.admin.activate(file(bundle(users={"user": None})))
    anna = desk.on(1).user("anna", licenses=["sales", "travel"])
    assert {anna.access(code) for code in ("sales", "travel")} == {Access.NONE}
    assert refused(lambda: anna.require("travel")).reason is DenialReason.NOT_LICENSED


def test_a_user_of_its_own_may_be_stopped_by_an_event(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    desk.admin.events.start("no-login")
    [reason] = desk.on(1).user("anna", licenses=["sales"]).may_login("web").reasons
    assert reason.code == "event"


# --- why not


def refused(ask: Callable[[], object]) -> NotEntitled:
    """Return the refusal that a question ends with."""
    with pytest.raises(NotEntitled) as caught:
        ask()
    return caught.value


ASKED: list[tuple[Callable[[Licensing], object], DenialReason]] = [
    (lambda asked: asked.require("expander"), DenialReason.NOT_LICENSED),
    (lambda asked: asked.require("sale"), DenialReason.NOT_ASSIGNED),
    (lambda asked: asked.user("nobody").require("sale"), DenialReason.UNKNOWN_USER),
    (lambda asked: asked.user("nobody").require("server", Access.READ), DenialReason.UNKNOWN_USER),
    (lambda asked: asked.user("old").require("sale"), DenialReason.RETIRED),
    (lambda asked: asked.site("nowhere").require("reporter"), DenialReason.UNKNOWN_SITE),
    (lambda asked: asked.user("anna").require("sale"), DenialReason.NOT_ASSIGNED),
    (lambda asked: asked.user("anna").require("sales"), DenialReason.NOT_ASSIGNED),
    (lambda asked: asked.user("anna").require("expander"), DenialReason.NOT_LICENSED),
    (lambda asked: asked.require("partner.maps"), DenialReason.NOT_INSTALLED),
    (lambda asked: asked.user("anna").require("partner.maps"), DenialReason.NOT_INSTALLED),
    (lambda asked: asked.user("anna", licenses=["sales"]).require("travel"), DenialReason.NOT_ASSIGNED),
    (lambda asked: asked.seat("partner.seat", holder="anna").take(), DenialReason.NOT_INSTALLED),
]


@pytest.mark.parametrize(("ask", "reason"), ASKED)
def test_a_refusal_has_a_reason_that_programs_branch_on(
    desk: Desk, ask: Callable[[Licensing], object], reason: DenialReason
) -> None:
    desk.admin.activate(file(sold()))
    for user in ("anna", "old"):
        desk.admin.users.add(user)
    desk.admin.users.retire("old")
    assert refused(lambda: ask(desk.on(1))).reason is reason


def test_what_ended_is_expired_for_those_who_hold_it_and_for_all(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    desk.admin.users.add("anna")
    desk.admin.users.assign("anna", "sales")
    asked = desk.on(400)
    for code in ("sales", "sale", "user"):
        error = refused(partial(asked.user("anna").require, code))
        assert error.reason is DenialReason.EXPIRED, code
        assert asked.user("anna").explain(code).why == error.why
        asked.user("anna").require(code, Access.READ)
    assert refused(lambda: asked.require("server")).reason is DenialReason.EXPIRED
    assert refused(lambda: asked.user("bob", licenses=["sales"]).require("sales")).reason is DenialReason.EXPIRED


def test_what_is_assigned_beyond_what_is_sold_says_so(desk: Desk) -> None:
    ends: dict[str, Any] = {"expiry": START + 60, "warning": None, "grace": None, "after_grace": AfterGrace.BLOCK}
    more = bundle(part="more", system={}, sites={}, users={"sales": 1}, **ends)
    desk.admin.activate(file(sold(users={"sales": 1, "user": None}), more))
    for user in ("anna", "bob"):
        desk.admin.users.add(user)
        desk.admin.users.assign(user, "sales")
    asked = desk.on(100)
    asked.user("anna").require("sale")
    assert refused(lambda: asked.user("bob").require("sales")).reason is DenialReason.BEYOND_SOLD
    asked.user("bob").require("user", Access.NONE)


def test_satellites_beyond_what_works_only_read(desk: Desk) -> None:
    """The site license works, and the number of sites was bought in a bundle that has expired."""
    add_on = bundle(part="more", system={}, sites={"reporter": 1}, users={}, expiry=START + 900, grace=None)
    desk.admin.activate(file(sold(sites={"satellite": 2}), add_on))
    desk.admin.sites.add("bergen")
    desk.admin.sites.assign("bergen", "reporter")
    asked = desk.on(400)
    assert asked.site("bergen").access("reporter") is Access.READ
    assert refused(lambda: asked.site("bergen").require("reporter")).reason is DenialReason.NOT_ASSIGNED


def test_the_refusal_says_where_to_buy(desk: Desk) -> None:
    assert refused(lambda: desk.licensing.require("server")).buy_url == "https://example.com/buy"
    assert refused(lambda: desk.licensing.user("anna").require("demo.sale")).buy_url == "https://example.com/buy"
    assert refused(lambda: desk.licensing.require("partner.maps")).buy_url is None


def test_every_denial_has_a_reason() -> None:
    """A bundle that is not in force names the reason itself."""
    classes = [one for kind in (messages.Reason, messages.WhyNot) for one in kind.__subclasses__()]
    codes = {one.code for one in classes} - {"bundle-not-in-force"}
    assert codes == REASONS.keys()
    assert set(messages.BundleNotInForce.template) <= set(DenialReason)
    said = {*REASONS.values(), *map(DenialReason, messages.BundleNotInForce.template)}
    assert said == set(DenialReason)


def test_a_reason_is_its_text() -> None:
    assert f"{DenialReason.UNKNOWN_USER}" == "unknown-user"


# --- codes of partners


def test_a_code_of_a_partner_who_is_not_installed_is_not_granted_and_no_mistake(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    desk.admin.users.add("anna")
    asked = desk.on(1)
    for who in (asked, asked.user("anna"), asked.user("anna", licenses=["partner.maps", "sales"])):
        assert who.access("partner.maps") is Access.NONE
        assert not who.allows("partner.maps")
    assert asked.count("partner.maps") == Count(0, 0)
    assert asked.explain("partner.maps") == ()
    assert asked.setting("partner.tier") is None
    assert (asked.meter("partner.calls").remaining, asked.meter("partner.calls").try_use()) == (0, False)
    assert [one.code for one in asked.user("anna").may_login("partner.web").reasons] == ["issuer-absent"]
    assert verified().access("partner.maps") is Access.NONE


@pytest.mark.parametrize("code", ["servr", "demo.servr", "partner.", "a.b.c", "Partner.maps", ""])
def test_any_other_code_that_is_in_no_catalog_is_a_mistake(desk: Desk, code: str) -> None:
    for ask in (desk.licensing.allows, desk.licensing.count, desk.licensing.user("anna").allows, verified().require):
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            ask(code)


def test_a_mistyped_code_is_guessed(desk: Desk) -> None:
    with pytest.raises(UnknownCode, match="no catalog has a license `servr`; did you mean `server`") as caught:
        desk.licensing.allows("servr")
    assert caught.value.guess == "server"
    with pytest.raises(UnknownCode, match="`xyzzy`; check the code against the catalog"):
        desk.licensing.allows("xyzzy")
    with pytest.raises(UnknownCode, match="did you mean `tier`"):
        desk.licensing.setting("teir")


# --- mistakes

NAIVE = datetime(2027, 1, 1)  # noqa: DTZ001  # that is the mistake
PATH: Any = Path("acme.lkp")
NOTHING: Any = None
TRUE: Any = True
DATE: Any = date.max
TEXT: Any = "2027-01-01"
CURES: list[tuple[Callable[[Any], object], type[Exception], str]] = [
    (lambda asked: asked.allows("server", True), TypeError, "Access.READ or Access.FULL"),
    (lambda asked: asked.require("server", "read"), TypeError, "Access.READ or Access.FULL"),
    (lambda asked: asked.user("anna").allows("server", True), TypeError, "Access.READ or Access.FULL"),
    (lambda asked: asked.user("anna").require("server", True), TypeError, "Access.READ or Access.FULL"),
    (lambda _: verified().allows("server", TRUE), TypeError, "Access.READ or Access.FULL"),
    (lambda _: verified().require("server", TRUE), TypeError, "Access.READ or Access.FULL"),
    (lambda asked: asked.seat("seat", holder="anna", at_least=True), TypeError, "Access.READ or Access.FULL"),
    (lambda asked: asked.allows(None), TypeError, "a license code is a str, not None"),
    (lambda asked: asked.setting(3), TypeError, "a setting's code is a str, not 3"),
    (lambda asked: asked.user(None), TypeError, "the id of a user is a str, not None"),
    (lambda asked: asked.user(17), TypeError, "the id of a user is a str, not 17"),
    (lambda asked: asked.user("anna", 3), TypeError, "the id of a site is a str, not 3"),
    (lambda asked: asked.site(None), TypeError, "the id of a site is a str, not None"),
    (lambda asked: asked.user("anna", licenses="sales"), TypeError, r"licenses is a list of codes: use \['sales'\]"),
    (lambda asked: asked.user("anna", licenses=["slaes"]), UnknownCode, "did you mean `sales`"),
    (lambda asked: asked.user("anna", licenses=["server"]), WrongKind, "`server` is a system license"),
    (lambda _: Verifier(root=PIN, pack="acme/acme.lkp"), ArmorInvalid, "path of a file, .*read_bytes"),
    (lambda _: Verifier(root=PIN, pack=PATH), TypeError, "read_bytes"),
    (lambda _: Verifier(root=PIN, pack=NOTHING), TypeError, "read_bytes"),
    (lambda _: Licensing.open(root=PIN, pack=PATH), TypeError, "read_bytes"),
    (lambda _: Verifier(root=PIN, pack=pack(), released=NAIVE), TypeError, r"use date\(2027, 3, 1\)"),
    (lambda _: Verifier(root=PIN, pack=pack(), released=TEXT), TypeError, r"use date\(2027, 3, 1\)"),
    (lambda _: Verifier(root=PIN, pack=pack()).verify(file(sold()), now=DATE), ValueError, r"datetime.now\(UTC\)"),
    (lambda _: Verifier(root=PIN, pack=pack()).verify(b"", now=NAIVE), ValueError, "needs its zone"),
]


@pytest.mark.parametrize(("ask", "error", "cure"), CURES)
def test_a_mistake_is_refused_with_its_cure(
    desk: Desk, ask: Callable[[Any], object], error: type[Exception], cure: str
) -> None:
    with pytest.raises(error, match=cure):
        ask(desk.licensing)


def test_the_extent_may_be_any_access(desk: Desk) -> None:
    desk.admin.activate(file(sold()))
    for who in (desk.on(1), desk.on(1).user("anna", licenses=[])):
        assert who.allows("server", Access.READ)
        assert not who.allows("expander", Access.READ)
        assert who.allows("expander", Access.NONE)
        who.require("sale", Access.READ)
        with pytest.raises(LicenseError):
            who.require("sale")
