"""Ed25519 by arithmetic on the curve, in the ways in which verifiers differ (slow, and of use for mutants alone)."""

from collections.abc import Callable
from hashlib import sha512
from typing import Final

P: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]
"""Extended coordinates."""
NEUTRAL: Final[Point] = (0, 1, 1, 0)
Verifies = Callable[[bytes, bytes, bytes], bool]
"""Public key, signature and message."""


def add(first: Point, second: Point) -> Point:
    """Return the sum of two points."""
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * D * first[3] * second[3] % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, point: Point) -> Point:
    """Return a multiple of a point."""
    total = NEUTRAL
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def is_same(first: Point, second: Point) -> bool:
    """Return whether two points are one."""
    return (
        not (first[0] * second[2] - second[0] * first[2]) % P and not (first[1] * second[2] - second[1] * first[2]) % P
    )


def encoded(point: Point) -> bytes:
    """Return the bytes of a point."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decoded(data: bytes) -> Point | None:
    """Return the point of 32 bytes, reduced where they are not below the prime; None if there is none."""
    whole = int.from_bytes(data, "little")
    sign, y = whole >> 255, whole % 2**255 % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


_BASE_Y: Final = 4 * pow(5, -1, P) % P
_BASE: Final = decoded(_BASE_Y.to_bytes(32, "little"))
assert _BASE is not None
BASE: Final[Point] = _BASE


def verifier(
    *, times_8: bool = False, compares_points: bool = False, reads_any_form: bool = False, reduces_s: bool = False
) -> Verifies:
    """Return a verifier of Ed25519 that is lenient in the ways that are named.

    `times_8` multiplies the equation by the cofactor, `compares_points` compares R as a point and not as bytes,
    `reads_any_form` takes an R that is not in its own form, `reduces_s` takes an S that is not below the order.
    """
    cofactor = 8 if times_8 else 1

    def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        key, point = decoded(public), decoded(r)
        if key is None or point is None or (s >= ORDER and not reduces_s):
            return False
        k = int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER
        minus_key = (-key[0] % P, key[1], 1, -key[3] % P)
        found = add(times(s % ORDER, BASE), times(k, minus_key))
        if not (times_8 or compares_points):
            return encoded(found) == r
        if not (compares_points or reads_any_form) and encoded(point) != r:
            return False
        return is_same(times(cofactor, found), times(cofactor, point))

    return verifies
