"""Which key may sign what and when: steps 4 and 7 (`docs/format.md`, "Verification")."""

from typing import Any

import pytest

from licensekit.errors import IssuedAhead, KeyOutOfScope, KeyOutOfWindow, KeyRevoked, LicenseError
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState
from licensekit.trust.verify import verify_bundle, verify_catalog, verify_reset
from licensekit.wire.documents import AfterGrace, Document, KeyState, SignedType, Use
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, NOW, PARTNER
from tests.refusals import counts, refused

VENDOR, SALES, PARTNERS, RETIRED, REVOKED, CATALOGS, BOTH = (
    makers.key(name)
    for name in ("vendor", "sales", "partners", "retired", "revoked", "catalogs", "both")
)
START, END = ISSUED - 1000, ISSUED + 1000
STATE: TrustState = makers.state_of(
    makers.first_root(),
    sign(
        makers.trust(
            makers.admitted(VENDOR),
            makers.admitted(
                SALES,
                "sales",
                scope=makers.scope(types=[SignedType.BUNDLE], uses=[Use.TRIAL], longest_term=60),
            ),
            makers.admitted(PARTNERS, "partners", scope=makers.scope(issuers=[PARTNER])),
            makers.admitted(
                RETIRED, "retired", state=KeyState.RETIRED, valid_from=START, valid_to=END
            ),
            makers.admitted(REVOKED, "revoked", state=KeyState.REVOKED),
            makers.admitted(
                CATALOGS, "catalogs", scope=makers.scope(types=[SignedType.CATALOG], uses=[])
            ),
            makers.admitted(BOTH, "both", scope=makers.scope(issuers=["demo", PARTNER])),
        ),
        makers.key("root"),
    ),
)


def trial(**changes: Any) -> Document:
    """Return a trial of sixty days, the longest that the SALES key may sign."""
    dates = {"starts": None, "warning": None, "expiry": ISSUED_DAY + 60, "grace": None}
    return makers.bundle(**({"use": Use.TRIAL} | dates | changes))


@pytest.mark.parametrize(
    ("signer", "document"),
    [
        pytest.param(VENDOR, makers.bundle(), id="the vendor's bundle"),
        pytest.param(VENDOR, makers.bundle(expiry=None, grace=None, warning=None), id="perpetual"),
        pytest.param(
            VENDOR, makers.bundle(after_grace=AfterGrace.ADVISORY), id="advisory, without a limit"
        ),
        pytest.param(SALES, trial(), id="a trial of the longest term"),
        pytest.param(
            SALES, trial(expiry=ISSUED_DAY, grace=ISSUED_DAY + 60), id="grace within the term"
        ),
        pytest.param(SALES, trial(after_grace=AfterGrace.BLOCK), id="a trial that blocks"),
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
    "the partner's bundle by the vendor": (
        KeyOutOfScope,
        VENDOR,
        makers.bundle(issuer=PARTNER),
        "issuer",
    ),
    "a production license by sales": (KeyOutOfScope, SALES, trial(use=Use.PRODUCTION), "use"),
    "a demo license by sales": (KeyOutOfScope, SALES, trial(use=Use.DEMO), "use"),
    "a term of a day too many": (KeyOutOfScope, SALES, trial(expiry=ISSUED_DAY + 61), "term"),
    "a grace of a day too many": (
        KeyOutOfScope,
        SALES,
        trial(expiry=ISSUED_DAY, grace=ISSUED_DAY + 61),
        "term",
    ),
    "no end": (KeyOutOfScope, SALES, trial(expiry=None), "term"),
    "advisory after grace, which is no end": (
        KeyOutOfScope,
        SALES,
        trial(after_grace=AfterGrace.ADVISORY),
        "term",
    ),
    "a term that starts later": (
        KeyOutOfScope,
        SALES,
        trial(starts=ISSUED_DAY + 30, expiry=ISSUED_DAY + 90),
        "term",
    ),
    "a second before the window": (
        KeyOutOfWindow,
        RETIRED,
        makers.bundle(issued=START - 1),
        None,
    ),
    "at the end of the window": (KeyOutOfWindow, RETIRED, makers.bundle(issued=END), None),
    "a second too far ahead": (IssuedAhead, VENDOR, makers.bundle(issued=NOW + 86_401), None),
}


@pytest.mark.parametrize(
    ("error", "signer", "document", "dimension"), REFUSED.values(), ids=REFUSED
)
def test_what_it_may_not_is_refused(
    error: type[LicenseError], signer: SigningKey, document: Document, dimension: str | None
) -> None:
    token = sign(document, signer)
    caught = refused(error, STATE, lambda: verify_bundle(token, STATE, NOW))
    assert (caught.data["reason"] if isinstance(caught, KeyOutOfScope) else None) == dimension


def test_a_backdated_document_does_not_outrun_the_clock() -> None:
    """The window is judged by the document, the future by the reader: both must agree."""
    token = sign(makers.bundle(issued=NOW + 86_401), VENDOR)
    refused(IssuedAhead, STATE, lambda: verify_bundle(token, STATE, NOW))
    assert verify_bundle(token, STATE, NOW + 1).token == token


def test_scope_holds_for_catalogs_and_resets_alike() -> None:
    catalog, reset = makers.catalog(issuer=PARTNER), makers.reset(issuer=PARTNER)
    assert verify_catalog(sign(catalog, PARTNERS), STATE, NOW).document == catalog
    assert verify_reset(sign(reset, PARTNERS), STATE, NOW).document == reset
    for_catalog, for_reset = sign(catalog, VENDOR), sign(reset, VENDOR)
    refused(KeyOutOfScope, STATE, lambda: verify_catalog(for_catalog, STATE, NOW))
    refused(KeyOutOfScope, STATE, lambda: verify_reset(for_reset, STATE, NOW))
    by_sales = sign(makers.catalog(), SALES)
    refused(KeyOutOfScope, STATE, lambda: verify_catalog(by_sales, STATE, NOW))


def test_a_refusal_names_the_key_as_the_vendor_named_it() -> None:
    token = sign(makers.bundle(), PARTNERS)
    error = refused(KeyOutOfScope, STATE, lambda: verify_bundle(token, STATE, NOW))
    key_id = PARTNERS.verifying_key.key_id
    assert str(error) == f"key `partners` ({key_id.hex()}) may not sign for issuer `demo`"
    assert (error.reason, error.key_id, error.name, error.issuer) == (
        "issuer",
        key_id,
        "partners",
        "demo",
    )
