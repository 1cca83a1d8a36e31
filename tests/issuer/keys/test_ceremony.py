"""A root or trust document is signed in several sittings, and counts when it is complete."""

import pytest

from licensekit.errors import (
    FormatError,
    KeyUnknown,
    LicenseError,
    SignatureInvalid,
    ThresholdNotMet,
    TrustError,
    UnexpectedType,
    WrongProduct,
)
from licensekit.issuer.keys.ceremony import Ceremony, begin, resume
from licensekit.issuer.ledger.documents import file_of
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import add_signatures, sign
from licensekit.trust.signed import open_frame
from licensekit.trust.state import extend, start
from licensekit.wire import armor
from licensekit.wire.documents import Root, Trust
from tests import makers
from tests.makers import NOW

HOLDERS = [makers.key(f"holder {place}") for place in (1, 2, 3)]
NEW = [makers.key(f"new holder {place}") for place in (1, 2)]
ROOT = makers.root(*HOLDERS, threshold=2)
FIRST = sign(ROOT, *HOLDERS[:2])
CHAIN = start([FIRST], makers.pin(FIRST)).chain
TRUST = makers.trust(makers.admitted(makers.key("vendor")))
NEXT = makers.root(*NEW, version=2, threshold=2)
NEXT_TRUST = makers.trust(makers.admitted(makers.key("vendor")), version=2, root_version=2)


def travel(ceremony: Ceremony) -> Ceremony:
    """Write it to a file and read it again."""
    return resume(ceremony.data)


def lacking(ceremony: Ceremony) -> list[list[tuple[int, int]]]:
    """Return, for each document, the roots whose keys must still sign and how many."""
    return [[(party.version, n) for party, n in one.missing()] for one in ceremony.pending]


def test_two_of_three_sign_a_trust_document_on_two_machines() -> None:
    begun = begin(CHAIN, [TRUST]).signed(HOLDERS[0])
    assert lacking(begun) == [[(1, 1)]]
    done = travel(begun).signed(HOLDERS[2])
    assert done.is_complete
    state = extend(start(done.tokens, makers.pin(FIRST)), done.tokens, NOW)
    assert state.trust is not None
    assert state.trust.document == TRUST


def test_a_root_needs_the_old_keys_and_its_own_and_brings_its_trust_document() -> None:
    begun = begin(CHAIN, [NEXT, NEXT_TRUST]).signed(HOLDERS[0], NEW[0])
    assert lacking(begun) == [[(1, 1), (2, 1)], [(2, 1)]]
    second = travel(begun).signed(NEW[1])
    assert lacking(second) == [[(1, 1)], []]
    done = travel(second).signed(HOLDERS[1])
    assert done.is_complete
    state = extend(start(done.tokens, makers.pin(FIRST)), done.tokens, NOW)
    assert state.pair == (2, 2)


@pytest.mark.attack("one-secret-counted-twice")
def test_nobody_signs_twice_and_nobody_signs_for_nothing() -> None:
    begun = begin(CHAIN, [TRUST]).signed(HOLDERS[0])
    assert not begun.wants(HOLDERS[0].verifying_key)
    assert not begun.wants(makers.key("stranger").verifying_key)
    assert begun.signed(HOLDERS[0], makers.key("stranger")) == begun
    done = begun.signed(HOLDERS[1])
    assert not done.wants(HOLDERS[2].verifying_key)
    assert done.signed(HOLDERS[2]) == done


@pytest.mark.attack("one-secret-counted-twice")
def test_one_signature_short_counts_for_nothing() -> None:
    begun = begin(CHAIN, [TRUST]).signed(HOLDERS[0])
    with pytest.raises(ThresholdNotMet):
        extend(start(begun.tokens, makers.pin(FIRST)), begun.tokens, NOW)


def spliced(*signers: SigningKey, document: Root | Trust = TRUST) -> bytes:
    """Return a file in signing that `signers` have signed, whoever they are."""
    return file_of([FIRST, sign(document, *signers)])


def altered() -> bytes:
    """Return a file whose document was changed after the first signature."""
    kind = open_frame(sign(TRUST, HOLDERS[0]), Trust)
    other = open_frame(sign(NEXT_TRUST, HOLDERS[0]), Trust)
    return file_of([FIRST, add_signatures("trust", kind._replace(payload=other.payload))])


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (KeyUnknown, spliced(makers.key("stranger"))),
        (SignatureInvalid, altered()),
        (WrongProduct, spliced(HOLDERS[0], document=makers.changed(TRUST, product="other"))),
        (WrongProduct, spliced(HOLDERS[0], document=makers.changed(NEXT, product="other"))),
        (TrustError, file_of([FIRST])),
        (UnexpectedType, file_of([sign(TRUST, HOLDERS[0])])),
        (UnexpectedType, file_of([FIRST, sign(makers.catalog(), makers.key("vendor"))])),
        (FormatError, b"not a file of tokens"),
        (ThresholdNotMet, file_of([sign(ROOT, HOLDERS[0]), sign(TRUST, HOLDERS[0])])),
    ],
    ids=[
        "a stranger's signature",
        "a document changed after it was signed",
        "a trust document of another product",
        "a root of another product",
        "nothing in signing",
        "no root",
        "another type",
        "no tokens",
        "a first root that is itself not finished",
    ],
)
def test_what_is_not_a_file_in_signing_is_refused(kind: type[LicenseError], data: bytes) -> None:
    with pytest.raises(kind):
        resume(data)


def test_finished_roots_on_the_way_stay_finished() -> None:
    """The chain may have grown since the first root; the documents in signing follow its end."""
    second = sign(NEXT, *HOLDERS[:2], *NEW)
    trust = sign(NEXT_TRUST, NEW[0])
    ceremony = resume(file_of([FIRST, second, trust]))
    assert ceremony.roots == (FIRST, second)
    assert lacking(ceremony) == [[(2, 1)]]
    assert armor.read(ceremony.data) == [FIRST, second, trust]
