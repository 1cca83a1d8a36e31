"""Cases of signatures and keys with parts of low order, in frames: where verifiers of Ed25519 differ (step 5)."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, encode
from tests import makers
from tests.keys import edwards
from tests.vectors.vector import FIRST, ROOT, Case, Ground, file_of, shown_document, state_numbers

SEED_KEY: Final = makers.key("mixed")
SCALAR: Final = edwards.secret(SEED_KEY.reveal_secret())
NONCE: Final = 0x6C6963656E73656B6974
"""What R is made of."""
PURE: Final = SEED_KEY.verifying_key.public
MIXED: Final = edwards.encode(edwards.add(edwards.on_curve(PURE), edwards.EIGHTH))
"""The same key with a part of order 8: it may be used, and a signature verifies where k is a multiple of 8."""
R: Final = edwards.multiply(NONCE, edwards.BASE)


def _ground(public: bytes) -> Ground:
    """Return a pack that admits a key with these bytes."""
    admitted = makers.admitted(SEED_KEY, "mixed", public=public)
    return Ground(makers.pin(FIRST), file_of(FIRST, sign(makers.trust(admitted), ROOT)))


def _message(public: bytes, document: Bundle) -> tuple[bytes, bytes]:
    """Return the key id and what a signature signs."""
    key_id = sha256(b"\x01" + public).digest()[:8]
    return key_id, b"licensekit/lk1\0bundle\0\x01" + key_id + encode(document)


def _file(public: bytes, document: Bundle, r: bytes, nonce: int) -> str:
    key_id, message = _message(public, document)
    signature = edwards.signature(r, nonce, SCALAR, public, message)
    data = frame.write(frame.Frame((frame.Signature(1, key_id, signature),), encode(document)))
    return file_of(armor.Token("bundle", data))


def _sequence(public: bytes, r: bytes, residue: int) -> Bundle:
    """Return a bundle for which k is `residue` modulo 8."""
    documents = (makers.bundle(sequence=number) for number in count(1))
    return next(one for one in documents if edwards.challenge(r, public, _message(public, one)[1]) % 8 == residue)


def small_orders() -> Iterator[Case]:
    """Step 5: signatures and keys with parts of low order, which the equation without the cofactor decides."""
    pure, mixed, flags = _ground(PURE), _ground(MIXED), ("crypto",)
    r = edwards.encode(R)
    document = makers.bundle()
    yield pure.takes(
        "5", "plain", "a signature whose nonce everybody knows", _file(PURE, document, r, NONCE), document, flags=flags
    )
    for order in (2, 4, 8):
        part = edwards.multiply(8 // order, edwards.EIGHTH)
        shifted = edwards.encode(edwards.add(R, part))
        about = f"R with a part of order {order}: it verifies with the cofactor alone"
        file = _file(PURE, document, shifted, NONCE)
        yield pure.refuses("5", "signature-invalid", f"r-with-a-part-of-order-{order}", about, file, flags=flags)
    for residue in (1, 2, 4):
        document = _sequence(MIXED, r, residue)
        about = f"a key with a part of order 8, and a k that is {residue} modulo 8"
        file = _file(MIXED, document, r, NONCE)
        yield mixed.refuses("5", "signature-invalid", f"key-with-a-part-{residue}", about, file, flags=flags)
    document = _sequence(MIXED, r, 0)
    about = "a key with a part of order 8, and a k that is 0 modulo 8"
    yield mixed.takes("5", "key-with-a-part-0", about, _file(MIXED, document, r, NONCE), document, flags=flags)
    yield _cancelled(mixed)
    yield from _low_r(pure)


def _cancelled(mixed: Ground) -> Case:
    """Return the case of parts in R and in the key that cancel out."""
    r = edwards.encode(edwards.add(R, edwards.EIGHTH))
    document = _sequence(MIXED, r, 7)
    about = "R and the key with parts of order 8 that cancel out, as k is 7 modulo 8"
    return mixed.takes(
        "5", "parts-that-cancel-out", about, _file(MIXED, document, r, NONCE), document, flags=("crypto",)
    )


def _low_r(pure: Ground) -> Iterator[Case]:
    """Yield an R that is the neutral point: in its form a reader may take it, in another form it must not."""
    document = makers.bundle()
    own = edwards.encode(edwards.IDENTITY)
    expect: dict[str, Any] = {
        "any_of": [
            {"state": state_numbers(1, 1, {}, {}), "documents": [shown_document(document)]},
            {"code": "signature-invalid"},
        ]
    }
    about = "R of low order, the neutral point in its own form: a reader may refuse it"
    yield pure.case("5", "r-neutral", about, _file(PURE, document, own, 0), expect, flags=("crypto", "may"))
    others = {
        "with the highest bit": own[:31] + b"\x80",
        "with a y that is not reduced": (edwards.P + 1).to_bytes(32, "little"),
    }
    for what, r in others.items():
        about = f"R as the neutral point in another form than its own, {what}"
        name = f"r-neutral-{what.replace(' ', '-')}"
        yield pure.refuses("5", "signature-invalid", name, about, _file(PURE, document, r, 0), flags=("crypto",))
