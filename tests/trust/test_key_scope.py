"""Which key may sign what and when: steps 4 and 7 (`docs/format.md`, "Verification")."""

from typing import Any

import pytest

from licensekit.errors import IssuedAhead, KeyOutOfScope, KeyOutOfWindow, KeyRevoked, LicenseError
from licensekit.keys.signing import SigningKey
from licensekit.trust.scope import may_still_sign
from licensekit.trust.sign import sign
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState, verify_numbered, verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire.documents import AfterGrace, Bundle, Catalog, Document, KeyState, Reset, SignedType, Use
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, NOW, PARTNER
from tests.refusals import counts, refused

VENDOR, SALES, PARTNERS, RETIRED, REVOKED, CATALOGS, BOTH, ADD_ONS, PART, SHORT = (
    makers.key(name)
    for name in (
        *("vendor", "sales", "partners", "retired", "revoked", "catalogs", "both"),
        *("add-ons", "part", "short"),
    )
)
START, END = ISSUED - 1000, ISSUED + 1000
STATE: TrustState = makers.state_of(
    makers.first_root(),
    sign(
        makers.trust(
            makers.admitted(VENDOR),
            makers.admitted(
                SALES, "sales", scope=makers.scope(types=[SignedType.BUNDLE], uses=[Use.TRIAL], longest_term=60)
            ),
            makers.admitted(PARTNERS, "partners", scope=makers.scope(issuers=[PARTNER])),
            makers.admitted(RETIRED, "retired", state=KeyState.RETIRED, valid_from=START, valid_to=END),
            makers.admitted(REVOKED, "revoked", state=KeyState.REVOKED),
            makers.admitted(CATALOGS, "catalogs", scope=makers.scope(types=[SignedType.CATALOG], uses=[])),
            makers.admitted(BOTH, "both", scope=makers.scope(issuers=["demo", PARTNER])),
            makers.admitted(ADD_ONS, "add-ons", scope=makers.limited(parts=["reports", "storage"], most=25)),
            makers.admitted(PART, "part", scope=makers.limited(parts=["base", "reports"])),
            makers.admitted(SHORT, "short", scope=makers.limited(longest_term=1)),
        ),
        makers.key("root"),
    ),
)


trial = makers.trial


def add_on(**changes: Any) -> Document:
    """Return an add-on whose every count is the highest that the ADD_ONS key may sign."""
    counts = {"system": {"storage": 25}, "sites": {"satellite": 25}, "users": {"user": 25}}
    return makers.bundle(**({"part": "storage"} | counts | changes))


def day(**changes: Any) -> Document:
    """Return a production bundle that ends a day after its issue, the longest that SHORT signs."""
    return trial(**({"use": Use.PRODUCTION, "expiry": ISSUED_DAY + 1} | changes))


@pytest.mark.parametrize(
    ("signer", "document"),
    [
        pytest.param(VENDOR, makers.bundle(), id="the vendor's bundle"),
        pytest.param(VENDOR, makers.bundle(expiry=None, grace=None, warning=None), id="perpetual"),
        pytest.param(VENDOR, makers.bundle(after_grace=AfterGrace.ADVISORY), id="advisory, without a limit"),
        pytest.param(SALES, trial(), id="a trial of the longest term"),
        pytest.param(SALES, trial(expiry=ISSUED_DAY, grace=ISSUED_DAY + 60), id="grace within the term"),
        pytest.param(SALES, trial(offline_hours=60 * 24, borrow_hours=60 * 24), id="hours of a whole term"),
        pytest.param(SALES, trial(users={"user": None}), id="a trial without a limit of count"),
        pytest.param(SALES, trial(settings={"max-rows": 1}), id="a trial with settings"),
        pytest.param(ADD_ONS, add_on(), id="every count at the highest"),
        pytest.param(
            ADD_ONS, add_on(part="reports", expiry=None, grace=None, warning=None), id="perpetual, which parts allow"
        ),
        pytest.param(PART, makers.bundle(settings={"max-rows": 1}), id="a part without a limit"),
        pytest.param(SHORT, day(offline_hours=24, borrow_hours=24), id="a term of a day"),
        pytest.param(VENDOR, makers.bundle(replaces=["1010000022"]), id="in place of a serial"),
        pytest.param(PARTNERS, makers.bundle(issuer=PARTNER), id="a partner's bundle"),
        pytest.param(BOTH, makers.bundle(issuer=PARTNER), id="a key of two issuers, one"),
        pytest.param(BOTH, makers.bundle(), id="a key of two issuers, the other"),
        pytest.param(RETIRED, makers.bundle(issued=START), id="at the first second of the window"),
        pytest.param(RETIRED, makers.bundle(issued=END - 1), id="at its last second"),
        pytest.param(VENDOR, makers.bundle(issued=NOW + 86_400), id="issued a day ahead"),
    ],
)
def test_what_a_key_may_sign_counts(signer: SigningKey, document: Document) -> None:
    assert counts(sign(document, signer), STATE)


REFUSED: dict[str, tuple[type[LicenseError], SigningKey, Document, str | None]] = {
    "a revoked key": (KeyRevoked, REVOKED, makers.bundle(), None),
    "a key for catalogs only": (KeyOutOfScope, CATALOGS, makers.bundle(), "type"),
    "another issuer's bundle": (KeyOutOfScope, PARTNERS, makers.bundle(), "issuer"),
    "the partner's bundle by the vendor": (KeyOutOfScope, VENDOR, makers.bundle(issuer=PARTNER), "issuer"),
    "a production license by sales": (KeyOutOfScope, SALES, trial(use=Use.PRODUCTION), "use"),
    "a demo license by sales": (KeyOutOfScope, SALES, trial(use=Use.DEMO), "use"),
    "a term of a day too many": (KeyOutOfScope, SALES, trial(expiry=ISSUED_DAY + 61), "term"),
    "a grace of a day too many": (KeyOutOfScope, SALES, trial(expiry=ISSUED_DAY, grace=ISSUED_DAY + 61), "term"),
    "no end": (KeyOutOfScope, SALES, trial(expiry=None), "term"),
    "advisory after grace, which is no end": (
        KeyOutOfScope,
        SALES,
        trial(after_grace=AfterGrace.ADVISORY),
        "after-grace",
    ),
    "read-only after grace, which is no end": (
        KeyOutOfScope,
        SALES,
        trial(after_grace=AfterGrace.READ_ONLY),
        "after-grace",
    ),
    "offline hours beyond the term": (KeyOutOfScope, SALES, trial(offline_hours=60 * 24 + 1), "hours"),
    "borrow hours beyond the term": (KeyOutOfScope, SHORT, day(borrow_hours=25), "hours"),
    "the base by a key for add-ons": (KeyOutOfScope, ADD_ONS, add_on(part="base"), "part"),
    "a part that is not in the scope": (KeyOutOfScope, PART, makers.bundle(part="storage"), "part"),
    "a count without a limit": (KeyOutOfScope, ADD_ONS, add_on(users={"user": None}), "unrestricted"),
    "a quantity above the highest": (KeyOutOfScope, ADD_ONS, add_on(system={"gb": 26}), "most"),
    "sites above the highest": (KeyOutOfScope, ADD_ONS, add_on(sites={"satellite": 26}), "most"),
    "users above the highest": (KeyOutOfScope, ADD_ONS, add_on(users={"sales-pro": 25, "user": 26}), "most"),
    "settings by a key with a highest count": (
        KeyOutOfScope,
        ADD_ONS,
        add_on(settings={"max-rows": False}),
        "settings",
    ),
    "another serial's place, by a key with a term": (KeyOutOfScope, SALES, trial(replaces=["1010000022"]), "replaces"),
    "another serial's place, by a key with parts": (
        KeyOutOfScope,
        PART,
        makers.bundle(replaces=["1010000022"]),
        "replaces",
    ),
    "a term that starts later": (KeyOutOfScope, SALES, trial(starts=ISSUED_DAY + 30, expiry=ISSUED_DAY + 90), "term"),
    "a second before the window": (KeyOutOfWindow, RETIRED, makers.bundle(issued=START - 1), None),
    "at the end of the window": (KeyOutOfWindow, RETIRED, makers.bundle(issued=END), None),
    "a second too far ahead": (IssuedAhead, VENDOR, makers.bundle(issued=NOW + 86_401), None),
}


@pytest.mark.attack("key-beyond-its-scope")
@pytest.mark.parametrize(("error", "signer", "document", "dimension"), REFUSED.values(), ids=REFUSED)
def test_what_it_may_not_is_refused(
    error: type[LicenseError], signer: SigningKey, document: Document, dimension: str | None
) -> None:
    token = sign(document, signer)
    caught = refused(error, STATE, lambda: verify_bundle(token, STATE, NOW))
    assert (caught.data["reason"] if isinstance(caught, KeyOutOfScope) else None) == dimension


@pytest.mark.attack("backdated-signature")
def test_a_backdated_document_does_not_outrun_the_clock() -> None:
    """The window is judged by the document, the future by the reader: both must agree."""
    token = sign(makers.bundle(issued=NOW + 86_401), VENDOR)
    refused(IssuedAhead, STATE, lambda: verify_bundle(token, STATE, NOW))
    assert verify_bundle(token, STATE, NOW + 1).token == token


@pytest.mark.attack("key-beyond-its-scope")
def test_scope_holds_for_catalogs_and_resets_alike() -> None:
    catalog, reset = makers.catalog(issuer=PARTNER), makers.reset(issuer=PARTNER)
    assert verify_numbered(STATE, sign(catalog, PARTNERS), Catalog).document == catalog
    assert verify_signed(sign(reset, PARTNERS), Reset, STATE, NOW).document == reset
    for_catalog, for_reset = sign(catalog, VENDOR), sign(reset, VENDOR)
    refused(KeyOutOfScope, STATE, lambda: verify_numbered(STATE, for_catalog, Catalog))
    refused(KeyOutOfScope, STATE, lambda: verify_signed(for_reset, Reset, STATE, NOW))
    by_sales = sign(makers.catalog(), SALES)
    refused(KeyOutOfScope, STATE, lambda: verify_numbered(STATE, by_sales, Catalog))


def test_a_refusal_names_the_key_as_the_vendor_named_it() -> None:
    token = sign(makers.bundle(), PARTNERS)
    error = refused(KeyOutOfScope, STATE, lambda: verify_bundle(token, STATE, NOW))
    key_id = PARTNERS.verifying_key.key_id
    assert error.message == f"key `partners` ({key_id.hex()}) may not sign for issuer `demo`"
    assert (error.reason, error.key_id, error.name, error.issuer) == ("issuer", key_id, "partners", "demo")


STANDING: dict[str, tuple[SigningKey, Document]] = {
    "a bundle": (VENDOR, makers.bundle()),
    "a catalog": (CATALOGS, makers.catalog()),
    "a reset": (BOTH, makers.reset()),
    "a limited bundle": (ADD_ONS, add_on()),
}


@pytest.mark.parametrize(("signer", "document"), STANDING.values(), ids=STANDING)
def test_what_was_accepted_stays_while_its_key_may_sign_it(signer: SigningKey, document: Document) -> None:
    """Not even a clock before its issue takes it away; a newer trust document may."""
    taken = verified(document, signer)
    assert may_still_sign(STATE.signers, taken)
    assert not may_still_sign({}, taken)
    admitted = STATE.signers[signer.verifying_key.scheme, signer.verifying_key.key_id].admitted
    for changes in (
        {"state": KeyState.REVOKED},
        {"valid_from": ISSUED + 1},
        {"scope": makers.scope(types=[SignedType.REVOCATIONS])},
        {"scope": makers.scope(issuers=["other"])},
    ):
        narrowed = makers.state_of(
            makers.first_root(), sign(makers.trust(makers.changed(admitted, **changes)), makers.key("root"))
        )
        assert not may_still_sign(narrowed.signers, taken)


def test_a_limited_bundle_stays_while_the_limits_admit_it() -> None:
    taken = verified(add_on(), ADD_ONS)
    for most, stands in ((25, True), (24, False)):
        key = makers.admitted(ADD_ONS, scope=makers.limited(parts=["storage"], most=most))
        state = makers.state_of(makers.first_root(), sign(makers.trust(key), makers.key("root")))
        assert may_still_sign(state.signers, taken) is stands


def verified(document: Document, signer: SigningKey) -> Verified[Bundle | Catalog | Reset]:
    """Return a document, verified."""
    token = sign(document, signer)
    if isinstance(document, Bundle):
        return verify_bundle(token, STATE, NOW)
    if isinstance(document, Catalog):
        return verify_numbered(STATE, token, Catalog)
    return verify_signed(token, Reset, STATE, NOW)
