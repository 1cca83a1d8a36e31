"""Verified documents as values, and what installations sign."""

import copy
from hashlib import sha256

import pytest

from licensekit.errors import (
    KeyInvalid,
    KeyUnknown,
    LicenseError,
    PayloadInvalid,
    SignatureCount,
    SignatureInvalid,
    UnexpectedType,
)
from licensekit.trust.sign import sign
from licensekit.trust.signed import SelfSigned, Verified, digest_of, identity_of, self_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import Receipt, Request, Statement
from tests import makers, rare_keys
from tests.makers import NOW

INSTALLATION = makers.key("installation", frame.INSTALLATION)
OTHER = makers.key("other", frame.INSTALLATION)
VENDOR = makers.key("vendor")
STATE = makers.state_of(makers.first_root(), makers.first_trust())


BUNDLE = verify_bundle(sign(makers.bundle(), VENDOR), STATE, NOW)
REQUEST = sign(makers.request(), INSTALLATION)


def test_a_verified_document_cannot_be_made_without_a_check() -> None:
    with pytest.raises(TypeError, match=r"is the result of a check; it cannot be made$"):
        Verified(object(), makers.bundle(), bytes(16), BUNDLE.token)
    with pytest.raises(TypeError, match=r"is the result of a check; it cannot be made$"):
        SelfSigned(None, makers.request(), bytes(16), REQUEST)


def test_a_verified_document_cannot_be_changed() -> None:
    for name in ("document", "identity", "token", "keys", "anything"):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(BUNDLE, name, None)
        with pytest.raises(AttributeError, match="immutable"):
            delattr(BUNDLE, name)
    with pytest.raises(AttributeError):
        BUNDLE.document.sequence = 2  # type: ignore[misc]  # this is what is refused


def test_a_verified_document_is_equal_by_its_token() -> None:
    again = verify_bundle(BUNDLE.token, STATE, NOW)
    other = verify_bundle(sign(makers.bundle(sequence=2), VENDOR), STATE, NOW)
    assert again == BUNDLE
    assert hash(BUNDLE) == hash(again)
    assert other != BUNDLE
    assert BUNDLE.token != BUNDLE
    assert self_signed(REQUEST, Request) != BUNDLE


def test_a_copy_does_not_get_around_the_check() -> None:
    with pytest.raises((TypeError, AttributeError)):
        copy.copy(BUNDLE)


def test_it_shows_as_type_and_identity() -> None:
    assert repr(BUNDLE) == f"<Verified bundle {BUNDLE.identity.hex()}>"
    assert repr(self_signed(REQUEST, Request)).startswith("<SelfSigned request ")


def test_what_an_installation_signs_is_verified_by_the_key_that_it_carries() -> None:
    signed = self_signed(REQUEST, Request)
    assert type(signed) is SelfSigned
    assert signed.document == makers.request()
    assert signed.keys == (INSTALLATION.verifying_key,)
    assert signed.identity == makers.identity_of(REQUEST)
    assert self_signed(sign(makers.receipt(), INSTALLATION), Receipt).document == makers.receipt()
    statement = sign(makers.statement(), INSTALLATION)
    assert self_signed(statement, Statement).document == makers.statement()


def with_key(public: bytes) -> armor.Token:
    """Return a request that carries `public` and a signature of zeros."""
    signature = frame.Signature(frame.INSTALLATION, public, bytes(64))
    return armor.Token("request", frame.write(frame.Frame((signature,), b"\xc0")))


def swapped(token: armor.Token) -> armor.Token:
    """Return `token` with the other installation's key in place of its own."""
    opened = frame.read(token.frame)
    signature = opened.signatures[0]._replace(key=OTHER.verifying_key.public)
    return armor.Token(token.type, frame.write(opened._replace(signatures=(signature,))))


REFUSED: dict[str, tuple[type[LicenseError], armor.Token]] = {
    "another type": (UnexpectedType, sign(makers.receipt(), INSTALLATION)),
    "two installations": (SignatureCount, sign(makers.request(), INSTALLATION, OTHER)),
    "one installation twice": (SignatureCount, sign(makers.request(), INSTALLATION, INSTALLATION)),
    "a key of the vendor's side": (KeyUnknown, sign(makers.request(), VENDOR)),
    "another key put in": (SignatureInvalid, swapped(REQUEST)),
    "forged": (SignatureInvalid, makers.forged(REQUEST)),
    "another request's signature": (
        SignatureInvalid,
        makers.spliced(REQUEST, sign(makers.request(nonce=b"\x01" * 16), INSTALLATION)),
    ),
    "a key of low order, under which zeros verify": (KeyInvalid, with_key(rare_keys.LOW_ORDER[0])),
    "a key in a second spelling": (KeyInvalid, with_key(rare_keys.NON_CANONICAL[0])),
    "a key on no point": (KeyInvalid, with_key(rare_keys.NO_POINT)),
    "no request": (PayloadInvalid, makers.seal("request", b"\xc0", INSTALLATION)),
}


@pytest.mark.attack("forged-receipt")
@pytest.mark.parametrize(("error", "token"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(error: type[LicenseError], token: armor.Token) -> None:
    with pytest.raises(LicenseError) as caught:
        self_signed(token, Request)
    assert type(caught.value) is error


def test_too_many_signatures_are_reported_with_their_number() -> None:
    with pytest.raises(SignatureCount) as caught:
        self_signed(sign(makers.request(), INSTALLATION, OTHER), Request)
    assert (caught.value.reason, caught.value.document, caught.value.count) == ("several", "request", 2)


def test_digest_and_identity_are_what_they_always_were() -> None:
    digest = sha256(b"root\x00payload").digest()
    assert digest_of("root", b"payload") == digest
    assert identity_of("root", b"payload") == digest[:16]
