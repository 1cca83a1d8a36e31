"""Questions without state: what `Verifier` gives and what it refuses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

import licensekit
from licensekit import Access, BundleState, DenialReason, Fingerprint, LicenseError, NotEntitled, Verifier
from licensekit.entitlements.messages import NoBundleGrants
from licensekit.errors import (
    FormatError,
    IssuedAhead,
    RootMismatch,
    SignatureInvalid,
    UnexpectedType,
    UnknownCode,
    WrongKind,
)
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Binding, Catalog, Kind
from tests import makers

NOW = datetime(2027, 1, 1, 1, tzinfo=UTC)
EXPIRY = NOW + timedelta(days=365)
GRACE = NOW + timedelta(days=395)
VENDOR = makers.key("vendor")
PIN = makers.pin(makers.first_root())


def sample_catalog() -> Catalog:
    """Return the usual catalog with a panel that is read alone and full with a user license."""
    usual = makers.catalog()
    panel = makers.license_entry(Kind.SYSTEM, "Sale", full_with="user")
    module = makers.license_entry(Kind.SYSTEM, "Quote")
    return structs.replace(usual, licenses={**usual.licenses, "sale": panel, "quote": module})


PACK = makers.file_of(makers.first_root(), makers.first_trust(), sign(sample_catalog(), makers.key("vendor")))


def file_with(**changes: Any) -> str:
    """Return a license file with one bundle by the vendor's key."""
    return makers.file_of(sign(makers.bundle(**changes), VENDOR))


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(root=PIN, pack=PACK)


def test_a_verified_bundle_gives_every_field_in_the_types_of_programs(verifier: Verifier) -> None:
    bundle = verifier.verify(file_with(settings={"edition": "gold"}, maintenance=20_900), now=NOW)
    assert (bundle.issuer, bundle.product, bundle.serial) == ("demo", "demo-crm", "1010000014")
    assert (bundle.part, bundle.sequence, bundle.replaces) == ("base", 1, [])
    assert bundle.company == "Nordlys Kraft AS"
    assert bundle.issued == datetime(2027, 1, 1, tzinfo=UTC)
    assert (bundle.starts, bundle.warning) == (date(2027, 1, 1), date(2027, 12, 2))
    assert (bundle.expiry, bundle.grace) == (date(2028, 1, 1), date(2028, 1, 31))
    assert (bundle.maintenance, bundle.next_check) == (date(2027, 3, 23), None)
    assert (bundle.system, bundle.sites) == ({"server": 1}, {"satellite": 2})
    assert bundle.users == {"sales-pro": 50, "user": None}
    assert bundle.settings == {"edition": "gold"}
    assert (bundle.use.name, bundle.after_grace) == ("PRODUCTION", AfterGrace.READ_ONLY)
    assert (bundle.offline_hours, bundle.borrow_hours) == (24, 0)
    assert (bundle.binding, bundle.extensions) == (None, {})
    assert bundle.identity == bundle.verified.identity.hex()


def test_one_call_gives_what_a_verifier_gives() -> None:
    once = licensekit.verify(file_with(), root=PIN, pack=PACK, now=NOW)
    assert once.allows("server")
    assert once.company == "Nordlys Kraft AS"


@pytest.mark.parametrize(
    ("code", "access"), [("server", Access.FULL), ("demo.server", Access.FULL), ("quote", Access.NONE)]
)
def test_a_system_license_is_what_the_bundle_says(verifier: Verifier, code: str, access: Access) -> None:
    assert verifier.verify(file_with(), now=NOW).access(code) is access


def test_a_license_with_full_with_is_read_by_the_installation(verifier: Verifier) -> None:
    bundle = verifier.verify(file_with(system={"server": 1, "sale": 1}), now=NOW)
    assert bundle.access("sale") is Access.READ
    assert not bundle.allows("sale")
    assert bundle.allows("sale", Access.READ)


def test_require_names_the_reason(verifier: Verifier) -> None:
    bundle = verifier.verify(file_with(), now=NOW)
    bundle.require("server")
    with pytest.raises(NotEntitled, match="no bundle in force grants it") as refused:
        bundle.require("quote")
    assert refused.value.data == {
        "reason": DenialReason.NOT_LICENSED,
        "license": "quote",
        "why": NoBundleGrants(),
        "holder": "",
        "buy_url": None,
    }


@pytest.mark.parametrize(("code", "total"), [("sales-pro", 50), ("user", None), ("satellite", 2), ("server", 1)])
def test_a_count_is_the_bundles_and_nothing_is_in_use(verifier: Verifier, code: str, total: int | None) -> None:
    count = verifier.verify(file_with(), now=NOW).count(code)
    assert (count.total, count.in_use, count.free) == (total, 0, total)
    assert count.unrestricted is (total is None)


@pytest.mark.parametrize(
    ("moment", "state", "access"),
    [
        (NOW, BundleState.ACTIVE, Access.FULL),
        (EXPIRY - timedelta(days=10), BundleState.WARNING, Access.FULL),
        (datetime(2028, 1, 1, 23, 59, 59, tzinfo=UTC), BundleState.WARNING, Access.FULL),
        (datetime(2028, 1, 2, tzinfo=UTC), BundleState.GRACE, Access.FULL),
        (datetime(2028, 1, 31, 23, 59, 59, tzinfo=UTC), BundleState.GRACE, Access.FULL),
        (datetime(2028, 2, 1, tzinfo=UTC), BundleState.EXPIRED, Access.READ),
    ],
)
def test_dates_count_to_the_end_of_their_day(
    verifier: Verifier, moment: datetime, state: BundleState, access: Access
) -> None:
    bundle = verifier.verify(file_with(), now=moment)
    assert bundle.state == state
    assert bundle.access("server") is access


@pytest.mark.parametrize(
    ("policy", "access"),
    [(AfterGrace.READ_ONLY, Access.READ), (AfterGrace.BLOCK, Access.NONE), (AfterGrace.ADVISORY, Access.FULL)],
)
def test_after_grace_the_policy_of_the_bundle_applies(verifier: Verifier, policy: AfterGrace, access: Access) -> None:
    bundle = verifier.verify(file_with(after_grace=policy), now=GRACE + timedelta(days=2))
    assert bundle.access("server") is access


def test_a_bundle_grants_nothing_before_it_starts(verifier: Verifier) -> None:
    bundle = verifier.verify(file_with(starts=makers.ISSUED_DAY + 30), now=NOW)
    assert bundle.state == "pending"
    assert bundle.access("server") is Access.NONE


@pytest.mark.attack("bound-bundle-without-its-installation")
def test_a_bound_bundle_grants_nothing_without_its_installation(verifier: Verifier) -> None:
    data = file_with(binding=Binding(bytes(32), 0, {}))
    assert verifier.verify(data, now=NOW).state == "foreign"
    assert not verifier.verify(data, now=NOW).allows("server")
    assert not verifier.verify(data, now=NOW, installation=Fingerprint(b"\1" * 32)).allows("server")
    assert verifier.verify(data, now=NOW, installation=Fingerprint(bytes(32))).allows("server")


@pytest.mark.attack("bound-bundle-without-its-installation")
@pytest.mark.parametrize(("matching", "allowed"), [(3, True), (2, True), (1, False)])
def test_a_binding_to_facts_tolerates_what_it_says(verifier: Verifier, *, matching: int, allowed: bool) -> None:
    facts = {name: name.encode() * 16 for name in "abc"}
    data = file_with(binding=Binding(None, 2, facts))
    present = dict(list(facts.items())[:matching])
    bundle = verifier.verify(data, now=NOW, installation=Fingerprint(None, present))
    assert bundle.allows("server") is allowed


def test_a_product_released_after_maintenance_is_not_covered() -> None:
    data = file_with(maintenance=makers.ISSUED_DAY)
    in_time = Verifier(root=PIN, pack=PACK, released=date(2027, 1, 1))
    too_new = Verifier(root=PIN, pack=PACK, released=date(2027, 1, 2))
    assert in_time.verify(data, now=NOW).allows("server")
    assert too_new.verify(data, now=NOW).state == "unmaintained"
    assert not too_new.verify(data, now=NOW).allows("server")


def test_explain_names_the_bundle(verifier: Verifier) -> None:
    (reason,) = verifier.verify(file_with(), now=NOW).explain("server")
    assert (reason.bundle, reason.state, reason.via) == ("1010000014 base 1", BundleState.ACTIVE, None)


def test_a_mistaken_question_is_an_error(verifier: Verifier) -> None:
    bundle = verifier.verify(file_with(), now=NOW)
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        bundle.allows("no-such")
    with pytest.raises(WrongKind):
        bundle.allows("sales-pro")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FormatError),
        (b"MZ\x90", FormatError),
        (makers.file_of(makers.first_trust()), UnexpectedType),
        (file_with() + file_with(part="more"), UnexpectedType),
        (file_with().replace(".", "!"), FormatError),
        (makers.file_of(makers.sealed(sign(makers.bundle(), VENDOR), VENDOR))[:-30], FormatError),
    ],
)
def test_what_is_not_a_single_bundle_is_refused(
    verifier: Verifier, data: str | bytes, error: type[LicenseError]
) -> None:
    with pytest.raises(error):
        verifier.verify(data, now=NOW)


@pytest.mark.attack("altered-anywhere")
def test_a_changed_payload_does_not_verify(verifier: Verifier) -> None:
    token = sign(makers.bundle(), VENDOR)
    forged = token._replace(frame=token.frame[:-1] + b"\x81")
    with pytest.raises(SignatureInvalid):
        verifier.verify(makers.file_of(forged), now=NOW)


def test_trust_documents_in_the_file_count_for_this_file_alone(verifier: Verifier) -> None:
    newer = makers.key("vendor 2")
    trust = sign(makers.trust(makers.admitted(VENDOR), makers.admitted(newer, "new"), version=2), makers.key("root"))
    bundle = sign(makers.bundle(), newer)
    assert verifier.verify(makers.file_of(bundle, trust), now=NOW).allows("server")
    with pytest.raises(LicenseError, match="does not name"):
        verifier.verify(makers.file_of(bundle), now=NOW)


@pytest.mark.attack("swapped-root")
def test_a_pack_of_another_root_is_refused() -> None:
    with pytest.raises(RootMismatch):
        Verifier(root="lkroot1-" + "a" * 52, pack=PACK)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_no_time_is_before_the_newest_trust_document(verifier: Verifier) -> None:
    """A threshold of root keys has signed when that was: a clock that is behind is wrong."""
    found = verifier.verify(file_with(), now=LONG_AGO)
    assert (found.state, found.allows("server")) == ("active", True)
    ahead = file_with(issued=makers.ISSUED + 86_401)
    with pytest.raises(IssuedAhead):
        verifier.verify(ahead, now=LONG_AGO)
    trust = makers.trust(makers.admitted(VENDOR), version=2, issued=makers.ISSUED + 86_400)
    newer = makers.file_of(sign(trust, makers.key("root")))
    assert verifier.verify(ahead + newer, now=LONG_AGO).allows("server")


@pytest.mark.attack("bundle-from-the-future")
def test_no_other_document_moves_the_time() -> None:
    """One signing key must not decide what time it is."""
    later = makers.ISSUED + 300 * 86_400
    catalog = sign(makers.catalog(issued=later), VENDOR)
    listed = sign(makers.revocations(issued=later), VENDOR)
    pack = makers.file_of(makers.first_root(), makers.first_trust(), listed, catalog)
    verifier = Verifier(root=makers.pin(makers.first_root()), pack=pack)
    assert verifier.verify(file_with(), now=LONG_AGO).allows("server")
    with pytest.raises(IssuedAhead):
        verifier.verify(file_with(issued=later), now=LONG_AGO)


def test_now_needs_its_zone(verifier: Verifier) -> None:
    with pytest.raises(ValueError, match="zone"):
        verifier.verify(file_with(), now=datetime(2027, 1, 1))  # noqa: DTZ001  # that is the point
