"""Cases of the ask `public`: which public keys may be used, and their ids."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from tests import makers, rare_keys
from tests.keys import edwards
from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case

ED25519: Final = makers.key("vendor").verifying_key.public
HIGHEST_BIT: Final = bytes(31) + b"\x80"


def _xor(data: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, mask, strict=True))


def _y(number: int) -> bytes:
    return (number % 2**256).to_bytes(32, "little")


def _next(first: int, step: int, *, on_curve: bool) -> int:
    """Return the first y from `first` on that has a point, or has none, and is not of low order."""
    y = first
    while (edwards.decode_leniently(_y(y)) is not None) != on_curve or y in (0, 1, edwards.P - 1):
        y += step
    return y


SOUND: Final[dict[str, bytes]] = {
    "a key": ED25519,
    "a key with the other sign": _xor(ED25519, HIGHEST_BIT),
    "the base point": edwards.encode(edwards.BASE),
    "the lowest y of a point that may be used": _y(_next(2, 1, on_curve=True)),
    "the lowest y of a point that may be used, with the highest bit": _xor(_y(_next(2, 1, on_curve=True)), HIGHEST_BIT),
    "the highest y of a point that may be used": _y(_next(edwards.P - 2, -1, on_curve=True)),
    "a point with a part of order 8": edwards.encode(edwards.add(edwards.on_curve(ED25519), edwards.EIGHTH)),
    "a point with a part of order 2": edwards.encode(
        edwards.add(edwards.on_curve(ED25519), edwards.multiply(4, edwards.EIGHTH))
    ),
}
UNSOUND: Final[dict[str, bytes]] = {
    **{f"point {at} of low order": key for at, key in enumerate(rare_keys.LOW_ORDER, 1)},
    "the neutral point with the highest bit": _xor(_y(1), HIGHEST_BIT),
    "the point of order 2 with the highest bit": _xor(_y(edwards.P - 1), HIGHEST_BIT),
    "y of 2^255 - 19, which is 0": _y(edwards.P),
    "y of 2^255 - 18, which is 1": _y(edwards.P + 1),
    "y of 2^255 - 18 and the highest bit": _xor(_y(edwards.P + 1), HIGHEST_BIT),
    "a y that is not reduced, of a point that may be used": _y(edwards.P + _next(2, 1, on_curve=True)),
    "the same with the highest bit": _xor(_y(edwards.P + _next(2, 1, on_curve=True)), HIGHEST_BIT),
    "the highest y, 2^255 - 1": _y(2**255 - 1),
    "bytes ff": b"\xff" * 32,
    "a y without a point, 2": rare_keys.NO_POINT,
    "a y without a point, with the highest bit": _xor(rare_keys.NO_POINT, HIGHEST_BIT),
    "the highest y without a point": _y(_next(edwards.P - 2, -1, on_curve=False)),
}
LENGTHS: Final = {0: "no byte", 31: "a byte too few", 33: "a byte too many", 64: "two keys", 1984: "a hybrid's length"}


def public_keys() -> Iterator[Case]:
    """Public keys of Ed25519: the checks when they are loaded, and key ids."""
    for about, key in SOUND.items():
        yield _sound(about, 1, key)
    for about, key in UNSOUND.items():
        yield _unsound(about, 1, key)
    yield _sound("a key of scheme 3, whose id is another than of scheme 1", 3, ED25519)
    for about in ("point 1 of low order", "y of 2^255 - 19, which is 0", "a y without a point, 2"):
        yield _unsound(f"of scheme 3: {about}", 3, UNSOUND[about])
    for length, about in LENGTHS.items():
        for scheme in (1, 3):
            yield _unsound(f"scheme {scheme}: {about}", scheme, (ED25519 * 62)[:length])
    for scheme in (0, 4, 127, 255, 256, 257):
        yield _unsound(f"scheme {scheme}, which there is not", scheme, ED25519)


def hybrid_keys() -> Iterator[Case]:
    """Hybrid public keys: the checks of the Ed25519 part, the length, and that any ML-DSA-65 part is a key."""
    parts = {"zero bytes": bytes(1952), "bytes ff": b"\xff" * 1952, "bytes that ascend": bytes(range(244)) * 8}
    for about, part in parts.items():
        yield _sound(f"an ML-DSA-65 part of {about}", 2, ED25519 + part)
    for about in (
        "point 1 of low order",
        "point 6 of low order",
        "y of 2^255 - 19, which is 0",
        "a y without a point, 2",
    ):
        yield _unsound(f"an Ed25519 part that must not be used: {about}", 2, UNSOUND[about] + bytes(1952))
    for length in (0, 32, 1952, 1983, 1985):
        yield _unsound(f"{length} bytes", 2, (ED25519 + bytes(1953))[:length])
    yield _unsound("the parts in the other order", 2, bytes(1952) + ED25519)


def _given(scheme: int, key: bytes) -> dict[str, Any]:
    shown: Any = key.hex()
    if len(key) > 64 and key[32:] == key[32:33] * (len(key) - 32):
        shown = {"concat": [[key[:32].hex(), 1], [key[32:33].hex(), len(key) - 32]]}
    return {"scheme": scheme, "public": shown}


def _sound(about: str, scheme: int, key: bytes) -> Case:
    expect = {"key_id": sha256(bytes([scheme]) + key).digest()[:8].hex()}
    return Case(slug(about), about, "Schemes", "public", _given(scheme, key), expect, ("crypto",))


def _unsound(about: str, scheme: int, key: bytes) -> Case:
    return Case(slug(about), about, "Schemes", "public", _given(scheme, key), {"code": "key-invalid"}, ("crypto",))
