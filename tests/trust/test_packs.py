"""Packs: root pin and pack to trust and catalogs (`docs/format.md`, "Packs")."""

from typing import Any

import pytest

from licensekit.errors import (
    ArmorInvalid,
    BundleRevoked,
    DocumentAhead,
    Fork,
    IssuedAhead,
    KeyOutOfScope,
    KeyUnknown,
    LicenseError,
    PayloadInvalid,
    RootMismatch,
    RootPinInvalid,
    SignatureInvalid,
    TrustMissing,
    UnexpectedType,
    WrongProduct,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack, product_in_pack
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState, License
from tests import makers
from tests.homes import DAY
from tests.makers import ISSUER, NOW, PARTNER, PRODUCT, SERIAL
from tests.refusals import counts, refused

ROOT, VENDOR, CATALOGS, PARTNERS = (makers.key(name) for name in ("root", "vendor", "catalogs", "partners"))
FIRST = makers.first_root()


KEYS = (
    makers.admitted(VENDOR, valid_to=None),
    makers.admitted(CATALOGS, "catalogs", valid_to=None),
    makers.admitted(PARTNERS, "partners", scope=makers.scope(issuers=[PARTNER])),
)


def trust(version: int = 1, issued: int = NOW, **catalogs_key: Any) -> armor.Token:
    vendor, catalogs, partners = KEYS
    keys = (vendor, makers.changed(catalogs, **catalogs_key), partners)
    return sign(makers.trust(*keys, version=version, issued=issued), ROOT)


def catalog(version: int, signer: SigningKey = CATALOGS, /, **changes: Any) -> armor.Token:
    return sign(makers.catalog(version=version, **changes), signer)


def overreaching(licenses: dict[str, License]) -> armor.Token:
    """Return a partner's catalog that says `demo.sale` where its licenses say `demo0sale`."""
    honest = catalog(1, PARTNERS, issuer=PARTNER, licenses=licenses)
    payload = makers.payload_of(honest).replace(b"demo0sale", b"demo.sale")
    return makers.seal("catalog", payload, PARTNERS)


LIST = sign(makers.revocations(serials=[SERIAL]), VENDOR)
PACK = makers.file_of(FIRST, trust(), LIST, catalog(2))
PIN = makers.pin(FIRST)
STORE = open_pack(PACK, PIN)
BUNDLE = sign(makers.bundle(), VENDOR)


def versions(trust_store: TrustStore) -> dict[str, int]:
    return {issuer: held.document.version for issuer, held in trust_store.catalogs.items()}


def test_a_pack_establishes_whom_to_believe_and_what_codes_mean() -> None:
    assert (STORE.product, STORE.issuer) == (PRODUCT, ISSUER)
    assert versions(STORE) == {ISSUER: 2}
    refused(BundleRevoked, STORE.trust, lambda: counts(BUNDLE, STORE.trust))


def test_a_pack_needs_neither_list_nor_catalog() -> None:
    trust_store = open_pack(makers.file_of(FIRST, trust()), PIN)
    assert versions(trust_store) == {}
    assert counts(BUNDLE, trust_store.trust)


PACKS: dict[str, tuple[type[LicenseError], str, str]] = {
    "no file": (ArmorInvalid, "hello", PIN),
    "a bundle in it": (UnexpectedType, PACK + makers.file_of(BUNDLE), PIN),
    "a reset in it": (UnexpectedType, PACK + makers.file_of(sign(makers.reset(), VENDOR)), PIN),
    "no pin": (RootPinInvalid, PACK, "lkroot1-"),
    "another pin": (RootMismatch, PACK, makers.pin(sign(makers.root(makers.key("other")), makers.key("other")))),
    "no trust document": (TrustMissing, makers.file_of(FIRST), PIN),
    "a forged trust document": (SignatureInvalid, makers.file_of(FIRST, makers.forged(trust())), PIN),
    "a forged catalog": (SignatureInvalid, makers.file_of(FIRST, trust(), makers.forged(catalog(1))), PIN),
    "a catalog of no known key": (KeyUnknown, makers.file_of(FIRST, trust(), catalog(1, makers.key("stranger"))), PIN),
    "a catalog of another product": (WrongProduct, makers.file_of(FIRST, trust(), catalog(1, product="other")), PIN),
    "the vendor's catalog by a partner": (KeyOutOfScope, makers.file_of(FIRST, trust(), catalog(9, PARTNERS)), PIN),
    "a partner's catalog that defines the vendor's license": (
        PayloadInvalid,
        makers.file_of(FIRST, trust(), overreaching({"demo0sale": makers.license_entry()})),
        PIN,
    ),
    "a partner's catalog that includes the vendor's license": (
        PayloadInvalid,
        makers.file_of(FIRST, trust(), overreaching({"sale": makers.license_entry(includes=["demo0sale"])})),
        PIN,
    ),
    "two catalogs of one version": (
        Fork,
        makers.file_of(FIRST, trust(), catalog(2), catalog(2, urls={"buy": "x"})),
        PIN,
    ),
}


@pytest.mark.parametrize(("error", "pack", "pin"), PACKS.values(), ids=PACKS)
def test_anything_else_is_refused(error: type[LicenseError], pack: str, pin: str) -> None:
    with pytest.raises(LicenseError) as caught:
        open_pack(pack, pin)
    assert type(caught.value) is error


@pytest.mark.parametrize("order", [(1, 3, 2), (3, 1, 2), (2, 3, 1)])
def test_the_newest_catalog_governs(order: tuple[int, ...]) -> None:
    trust_store = extend_trust_store(STORE, map(catalog, order), NOW)
    assert versions(trust_store) == {ISSUER: 3}
    assert versions(STORE) == {ISSUER: 2}


def test_a_partners_catalog_is_in_force_beside_the_vendors() -> None:
    token = catalog(7, PARTNERS, issuer=PARTNER)
    assert versions(extend_trust_store(STORE, [token], NOW)) == {ISSUER: 2, PARTNER: 7}


@pytest.mark.attack("forked-document")
def test_a_fork_of_the_catalog_in_force_is_refused() -> None:
    fork = catalog(2, urls={"buy": "https://example.com"})
    refused(Fork, STORE.trust, lambda: extend_trust_store(STORE, [fork], NOW))
    assert versions(STORE) == {ISSUER: 2}


def test_a_catalog_goes_with_its_key() -> None:
    """Without a catalog its licenses are shown and not granted; a newer one brings them back."""
    trust_store = extend_trust_store(STORE, [trust(2, state=KeyState.REVOKED)], NOW)
    assert versions(trust_store) == {}
    assert versions(extend_trust_store(trust_store, [catalog(3)], NOW)) == {}
    older = catalog(1, VENDOR)
    assert versions(extend_trust_store(trust_store, [older], NOW)) == {}
    under_the_new = catalog(1, VENDOR, trust_version=2)
    assert versions(extend_trust_store(trust_store, [under_the_new], NOW)) == {ISSUER: 1}


def test_a_catalog_stays_while_its_key_could_sign_it() -> None:
    assert versions(extend_trust_store(STORE, [trust(2)], NOW)) == {ISSUER: 2}


@pytest.mark.attack("documents-mixed-in-one-file")
def test_all_of_a_file_is_taken_or_none() -> None:
    bad = makers.forged(catalog(3))
    refused(SignatureInvalid, STORE.trust, lambda: extend_trust_store(STORE, [trust(2), bad], NOW))
    assert versions(STORE) == {ISSUER: 2}


def test_a_new_root_without_its_trust_document_is_refused() -> None:
    new = makers.key("root-2")
    token = sign(makers.root(new, version=2), ROOT, new)
    refused(TrustMissing, STORE.trust, lambda: extend_trust_store(STORE, [token], NOW))


def test_a_bundle_in_the_file_is_left_alone() -> None:
    assert extend_trust_store(STORE, [BUNDLE], NOW) == STORE


@pytest.mark.parametrize("changes", [{"trust_version": 2}, {"root_version": 2, "trust_version": 1}], ids=str)
def test_a_catalog_made_under_what_is_not_here_is_refused(changes: dict[str, int]) -> None:
    ahead = catalog(3, **changes)
    refused(DocumentAhead, STORE.trust, lambda: extend_trust_store(STORE, [ahead], NOW))
    with pytest.raises(DocumentAhead):
        open_pack(PACK + makers.file_of(ahead), PIN)


def test_a_pack_does_not_ask_when_it_was_issued() -> None:
    """A clock ahead at one signing stops no application that was shipped with its work."""
    later = NOW + 900 * DAY
    whole = makers.file_of(
        FIRST,
        sign(makers.trust(*KEYS, issued=later), ROOT),
        sign(makers.revocations(issued=NOW + 300 * DAY, serials=[SERIAL]), VENDOR),
        catalog(1, issued=NOW + 300 * DAY),
    )
    trust_store = open_pack(whole, PIN)
    assert versions(trust_store) == {ISSUER: 1}
    refused(BundleRevoked, trust_store.trust, lambda: counts(BUNDLE, trust_store.trust))


AHEAD = NOW + 2 * DAY


@pytest.mark.parametrize(
    ("ahead", "superseding"),
    [
        pytest.param(trust(2, issued=AHEAD), trust(3), id="trust document"),
        pytest.param(
            sign(makers.revocations(number=2, issued=AHEAD), VENDOR),
            sign(makers.revocations(number=3, serials=[SERIAL]), VENDOR),
            id="list",
        ),
        pytest.param(catalog(3, issued=AHEAD), catalog(4), id="catalog"),
    ],
)
def test_in_a_file_what_it_supersedes_itself_is_passed_over_before_it_is_ahead(
    ahead: armor.Token, superseding: armor.Token
) -> None:
    refused(IssuedAhead, STORE.trust, lambda: extend_trust_store(STORE, [ahead], NOW))
    alone = extend_trust_store(STORE, [superseding], NOW)
    assert extend_trust_store(STORE, [ahead, superseding], NOW) == alone
    assert extend_trust_store(STORE, [superseding, ahead], NOW) == alone
    assert extend_trust_store(alone, [ahead], NOW) == alone


def test_what_is_held_is_recognized_before_it_is_ahead() -> None:
    """The clock that shows the past may even be the one that is wrong."""
    tokens = armor.read(PACK)
    assert extend_trust_store(STORE, tokens, NOW - 900 * DAY) == STORE


def test_a_pack_names_its_product() -> None:
    assert product_in_pack(makers.file_of(FIRST, makers.first_trust())) == PRODUCT
