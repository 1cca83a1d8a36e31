"""Edwards25519 as RFC 8032 describes it, slow and plain: what tests compare verdicts with, and what no library signs.

Points are affine pairs (x, y) of integers. Nothing here is constant-time or meant for use.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """Section 5.1.4, in affine coordinates."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def multiply(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def root(y: int) -> int | None:
    """Return an x with (x, y) on the curve, or None (section 5.1.3, steps 2 and 3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    for candidate in (x, x * _ROOT_OF_MINUS_ONE % P):
        if candidate * candidate % P == square:
            return candidate
    return None


def encode(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_leniently(data: bytes) -> Point | None:
    """Return the point that `data` spells in any way: y may exceed p, x = 0 may carry a sign."""
    number = int.from_bytes(data, "little")
    y = number % 2**255 % P
    x = root(y)
    if x is None:
        return None
    return (x if x & 1 == number >> 255 else -x % P), y


def decode(data: bytes) -> Point | None:
    """Return the point of which `data` is the one canonical encoding, or None."""
    point = decode_leniently(data)
    return point if point is not None and encode(point) == data else None


def on_curve(data: bytes) -> Point:
    """Return the point that `data` spells, where there is one."""
    point = decode_leniently(data)
    assert point is not None
    return point


def order_divides_8(point: Point) -> bool:
    return multiply(8, point) == IDENTITY


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(r + public + message).digest(), "little") % L


def secret(seed: bytes) -> int:
    """Return the scalar of a seed (section 5.1.5)."""
    clamped = bytearray(sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return int.from_bytes(clamped, "little")


def signature(r: bytes, nonce: int, scalar: int, public: bytes, message: bytes) -> bytes:
    """Return R and the S that belongs to it, if `nonce` is what R is made of and `scalar` what the key is made of."""
    return r + ((nonce + challenge(r, public, message) * scalar) % L).to_bytes(32, "little")


def verifies_strictly(public: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7 with every choice made strictly.

    Canonical encodings only, S below L, no key of low order, and the equation without cofactor.
    """
    a, r = decode(public), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L or order_divides_8(a):
        return False
    k = challenge(signature[:32], public, message)
    return multiply(s, BASE) == add(r, multiply(k, a))


_BASE_Y = 4 * pow(5, -1, P) % P
_BASE_X = root(_BASE_Y)
assert _BASE_X is not None
BASE: Point = (_BASE_X if _BASE_X % 2 == 0 else P - _BASE_X, _BASE_Y)
"""The generator of order L: y = 4/5 and the even x."""
EIGHTH: Point = on_curve(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
"""A point of order 8."""


def torsion() -> list[Point]:
    """Return the eight points whose order divides 8, in the order of a generator's multiples."""
    y = 2
    while True:
        x = root(y)
        if x is not None:
            generator = multiply(L, (x, y))
            if multiply(4, generator) != IDENTITY:
                return [multiply(n, generator) for n in range(8)]
        y += 1


def spellings(point: Point) -> list[bytes]:
    """Return every 32 bytes that a lenient reader takes for `point`: one is canonical."""
    x, y = point
    signs = (0, 1) if x == 0 else (x & 1,)
    ys = (y, y + P) if y + P < 2**255 else (y,)
    return [(spelled | sign << 255).to_bytes(32, "little") for spelled in ys for sign in signs]
