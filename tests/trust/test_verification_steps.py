"""The steps from token to verified document (`docs/format.md`, "Verification")."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import pytest

from licensekit.errors import (
    BundleRevoked,
    FormatError,
    FrameInvalid,
    KeyUnknown,
    LicenseError,
    NewerReaderNeeded,
    NotCanonical,
    PayloadInvalid,
    SignatureCount,
    SignatureInvalid,
    TrustMissing,
    UnexpectedType,
    WrongProduct,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.findings import check
from licensekit.trust.pack import TrustStore
from licensekit.trust.sign import sign
from licensekit.trust.signed import Verified
from licensekit.trust.state import start, update_root, verify_numbered, verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import Catalog, Document, LowestOfUses, Reset
from licensekit.wire.plain import plain
from tests import makers
from tests.makers import NOW, SERIAL, update_revocations, update_trust
from tests.refusals import counts, refused

VENDOR, STRANGER, ROOT = makers.key("vendor"), makers.key("stranger"), makers.key("root")
FIRST = makers.first_root()
STATE = makers.state_of(FIRST, makers.first_trust())
BUNDLE = sign(makers.bundle(), VENDOR)


def test_a_bundle_passes_and_says_who_signed_it() -> None:
    verified = verify_bundle(BUNDLE, STATE, NOW)
    assert type(verified) is Verified
    assert verified.document == makers.bundle()
    assert verified.identity == makers.identity_of(BUNDLE)
    assert verified.keys == (VENDOR.verifying_key,)
    assert verified.token == BUNDLE


def test_catalog_and_reset_pass() -> None:
    catalog, reset = sign(makers.catalog(), VENDOR), sign(makers.reset(), VENDOR)
    assert verify_numbered(STATE, catalog, Catalog).document == makers.catalog()
    assert verify_signed(reset, Reset, STATE, NOW).document == makers.reset()


REFUSED: dict[str, tuple[type[LicenseError], armor.Token]] = {
    "step 3: no signature": (
        FrameInvalid,
        armor.Token("bundle", frame.write(frame.Frame((), makers.payload_of(BUNDLE)))),
    ),
    "step 3: a catalog": (UnexpectedType, sign(makers.catalog(), VENDOR)),
    "step 4: two signatures": (SignatureCount, sign(makers.bundle(), VENDOR, STRANGER)),
    "step 4: a stranger": (KeyUnknown, sign(makers.bundle(), STRANGER)),
    "step 4: a root key": (KeyUnknown, sign(makers.bundle(), ROOT)),
    "step 4: the vendor's key under an installation's scheme": (
        KeyUnknown,
        sign(makers.bundle(), makers.key("vendor", frame.INSTALLATION)),
    ),
    "step 4: the vendor's key as half of a hybrid": (
        KeyUnknown,
        sign(makers.bundle(), makers.key("vendor", frame.HYBRID)),
    ),
    "step 5: forged": (SignatureInvalid, makers.forged(BUNDLE)),
    "step 5: another bundle's signature": (
        SignatureInvalid,
        makers.spliced(BUNDLE, sign(makers.bundle(sequence=2), VENDOR)),
    ),
    "step 5: a catalog labeled as a bundle": (
        SignatureInvalid,
        makers.relabeled(sign(makers.catalog(), VENDOR), "bundle"),
    ),
    "step 6: no payload": (PayloadInvalid, makers.seal("bundle", b"\xc1", VENDOR)),
    "step 6: a catalog's payload": (
        PayloadInvalid,
        makers.seal("bundle", makers.payload_of(sign(makers.catalog(), VENDOR)), VENDOR),
    ),
    "step 6: a second spelling": (
        NotCanonical,
        makers.seal("bundle", makers.payload_of(BUNDLE).replace(b"\xa4base", b"\xd9\x04base"), VENDOR),
    ),
    "step 6: a newer reader needed": (
        NewerReaderNeeded,
        makers.seal(
            "bundle",
            makers.payload_of(sign(makers.bundle(extensions={"x": 1}), VENDOR)).replace(b"\xa1x\x01", b"\xa1!\x01"),
            VENDOR,
        ),
    ),
    "step 8: another product": (WrongProduct, sign(makers.bundle(product="other"), VENDOR)),
}


@pytest.mark.attack("another-products-file")
@pytest.mark.parametrize(("error", "token"), REFUSED.values(), ids=REFUSED)
def test_a_bundle_that_fails_a_step_is_refused(error: type[LicenseError], token: armor.Token) -> None:
    refused(error, STATE, lambda: verify_bundle(token, STATE, NOW))


@pytest.mark.attack("another-products-file")
def test_a_catalog_of_another_product_is_refused() -> None:
    token = sign(makers.catalog(product="other"), VENDOR)
    refused(WrongProduct, STATE, lambda: verify_numbered(STATE, token, Catalog))


@pytest.mark.attack("self-supplied-key")
def test_without_a_trust_document_nothing_is_believed() -> None:
    bare = start([FIRST], makers.pin(FIRST))
    refused(TrustMissing, bare, lambda: verify_bundle(BUNDLE, bare, NOW))


@pytest.mark.attack("field-outside-the-signature")
def test_nothing_is_decoded_before_its_signature_is_verified() -> None:
    """Damage in the payload shows as a bad signature: no parser has seen it."""
    data = bytearray(BUNDLE.frame)
    for at in range(len(data) - len(makers.payload_of(BUNDLE)), len(data)):
        data[at] ^= 0xFF
        token = armor.Token("bundle", bytes(data))
        refused(SignatureInvalid, STATE, partial(verify_bundle, token, STATE, NOW))
        data[at] ^= 0xFF


@pytest.mark.attack("altered-anywhere")
@pytest.mark.attack("field-outside-the-signature")
def test_every_bit_of_a_token_counts() -> None:
    """Signature and text malleability: change one bit anywhere, and the file is refused."""
    text = armor.write(BUNDLE).encode()
    for at in range(len(text)):
        for bit in range(8):
            changed = bytes([*text[:at], text[at] ^ (1 << bit), *text[at + 1 :]])
            if armor.compact(changed) != changed:
                continue  # white space: dropped, and then a character is missing
            with pytest.raises(LicenseError):
                verify_bundle(armor.read(changed)[0], STATE, NOW)


@pytest.mark.attack("truncation-at-every-byte")
def test_a_token_cut_anywhere_is_refused() -> None:
    text = armor.write(BUNDLE)
    for length in range(len(text)):
        with pytest.raises(LicenseError):
            verify_bundle(armor.read(text[:length])[0], STATE, NOW)


@pytest.mark.attack("trailing-bytes")
def test_a_token_that_goes_on_is_refused() -> None:
    longer = armor.Token("bundle", BUNDLE.frame + b"\xc0")
    refused(SignatureInvalid, STATE, lambda: verify_bundle(longer, STATE, NOW))


DOCUMENTS: dict[str, Document] = {
    "root": makers.root(ROOT),
    "trust": makers.trust(makers.admitted(VENDOR), version=2),
    "revocations": makers.revocations(),
    "catalog": makers.catalog(),
    "bundle": makers.bundle(),
    "reset": makers.reset(),
    "request": makers.request(),
    "receipt": makers.receipt(),
    "statement": makers.statement(),
}
ENTRANCES: dict[str, Callable[[armor.Token], object]] = {
    "root": lambda token: update_root(STATE, token),
    "trust": lambda token: update_trust(STATE, token, NOW),
    "revocations": lambda token: update_revocations(STATE, token, NOW),
    "catalog": lambda token: verify_numbered(STATE, token, Catalog),
    "bundle": lambda token: verify_bundle(token, STATE, NOW),
    "reset": lambda token: verify_signed(token, Reset, STATE, NOW),
}


def signer_of(kind: str) -> SigningKey:
    """Return the key that the entrance of `kind` believes."""
    return ROOT if kind in {"root", "trust"} else VENDOR


@pytest.mark.attack("document-passed-for-another")
@pytest.mark.parametrize(("kind", "entrance"), [pair for pair in product(DOCUMENTS, ENTRANCES) if pair[0] != pair[1]])
def test_no_document_passes_for_another(kind: str, entrance: str) -> None:
    """Whoever signed it: as it is, under another label, or signed again under that label."""
    signer = signer_of(entrance)
    token = sign(DOCUMENTS[kind], signer)
    take = ENTRANCES[entrance]
    refused(UnexpectedType, STATE, lambda: take(token))
    refused(SignatureInvalid, STATE, lambda: take(makers.relabeled(token, entrance)))
    anew = makers.seal(entrance, makers.payload_of(token), signer)
    refused(PayloadInvalid, STATE, lambda: take(anew))


@pytest.mark.parametrize(
    ("changes", "revoked"),
    [
        pytest.param({}, False, id="an empty list"),
        pytest.param({"identities": [makers.identity_of(BUNDLE)]}, True, id="by identity"),
        pytest.param(
            {"identities": sorted([makers.identity_of(BUNDLE), bytes(16), b"\xff" * 16])},
            True,
            id="by identity among others",
        ),
        pytest.param({"identities": [bytes(16), b"\xff" * 16]}, False, id="other identities"),
        pytest.param({"serials": [SERIAL]}, True, id="by serial"),
        pytest.param({"serials": ["1010000013", "1010000015"]}, False, id="other serials"),
        pytest.param({"lowest": {SERIAL: {"base": LowestOfUses(2, None, None)}}}, True, id="by lowest sequence"),
        pytest.param({"lowest": {SERIAL: {"base": LowestOfUses(1, None, None)}}}, False, id="at the lowest sequence"),
        pytest.param({"lowest": {SERIAL: {"base": LowestOfUses(None, 9, 9)}}}, False, id="another use"),
        pytest.param({"lowest": {SERIAL: {"add-on": LowestOfUses(9, None, None)}}}, False, id="another part"),
        pytest.param({"lowest": {"1010000022": {"base": LowestOfUses(9, None, None)}}}, False, id="another serial"),
    ],
)
def test_what_the_issuer_has_taken_back_is_refused(changes: dict[str, Any], *, revoked: bool) -> None:
    """Step 9."""
    state = update_revocations(STATE, sign(makers.revocations(**changes), VENDOR), NOW)
    if revoked:
        error = refused(BundleRevoked, state, lambda: verify_bundle(BUNDLE, state, NOW))
        named = {"serial": SERIAL, "part": "base", "use": "production", "sequence": 1}
        assert error.data == named
    else:
        assert counts(BUNDLE, state)


def test_expiry_and_binding_are_not_judged_here() -> None:
    """An expired bundle must still be shown; the engine says what it grants."""
    assert verify_bundle(BUNDLE, STATE, NOW + 50 * makers.YEAR_SECONDS).token == BUNDLE


def test_errors_of_form_and_of_trust_are_told_apart() -> None:
    assert issubclass(FrameInvalid, FormatError)
    assert not issubclass(SignatureInvalid, FormatError)


def test_a_finding_is_shown_with_its_fields_and_what_refused_it() -> None:
    forged = makers.forged(BUNDLE)
    found, refused_one = check([BUNDLE, forged], TrustStore(STATE, {}), NOW)
    assert found.plain() == {
        "type": "bundle",
        "status": "verified",
        "identity": makers.identity_of(BUNDLE).hex(),
        "signers": [VENDOR.verifying_key.key_id.hex()],
        "document": plain(makers.bundle()),
    }
    assert isinstance(refused_one.error, SignatureInvalid)
    assert refused_one.plain()["error"] == refused_one.error.as_json()


def test_too_many_signatures_are_reported_with_their_number() -> None:
    token = sign(makers.bundle(), VENDOR, STRANGER)
    error = refused(SignatureCount, STATE, lambda: verify_bundle(token, STATE, NOW))
    assert (error.reason, error.document, error.count) == ("several", "bundle", 2)
