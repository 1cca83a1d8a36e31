"""Ed25519 by arithmetic on the curve, in the ways in which verifiers differ (slow, and of use for mutants alone)."""

from collections.abc import Callable

from tests.keys.edwards import BASE, L, P, add, challenge, decode_leniently, encode, multiply

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Public key, signature and message."""


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
        key, point = decode_leniently(public), decode_leniently(r)
        if key is None or point is None or (s >= L and not reduces_s):
            return False
        minus_key = (-key[0] % P, key[1])
        found = add(multiply(s % L, BASE), multiply(challenge(r, public, message), minus_key))
        if not (times_8 or compares_points):
            return encode(found) == r
        if not (compares_points or reads_any_form) and encode(point) != r:
            return False
        return multiply(cofactor, found) == multiply(cofactor, point)

    return verifies
