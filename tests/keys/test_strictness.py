"""Our verdict on signatures made to divide implementations: torsion in the key and in R.

The family is that of "Taming the many EdDSAs" (eprint 2020/1244) and of C2SP's CCTV, made here from the curve itself.
Every signature satisfies the equation with the cofactor; only those whose torsion cancels satisfy RFC 8032's without
it.
"""

import pytest

from licensekit import errors
from licensekit.keys.verifying import load
from licensekit.wire.frame import ED25519
from tests.keys import edwards

TORSION = edwards.torsion()
KEY_SCALAR = 0x1234567890ABCDEF << 160 | 7
NONCE_SCALAR = 0xFEDCBA0987654321 << 150 | 9
KEY_POINT = edwards.multiply(KEY_SCALAR, edwards.BASE)
NONCE_POINT = edwards.multiply(NONCE_SCALAR, edwards.BASE)


def accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        load(ED25519, public).verify(message, signature)
    except errors.SignatureInvalid:
        return False
    return True


def nonces(torsion: int) -> list[tuple[int, bytes]]:
    """Return every spelling of R = rB + T for an r that is not 0, and for r = 0."""
    mixed = edwards.encode(edwards.add(NONCE_POINT, TORSION[torsion]))
    pure = [(0, spelling) for spelling in edwards.spellings(TORSION[torsion])]
    return [(NONCE_SCALAR, mixed), *pure]


@pytest.mark.attack("malleable-signature")
@pytest.mark.parametrize("in_nonce", range(8))
@pytest.mark.parametrize("in_key", range(8))
def test_a_signature_verifies_just_if_its_torsion_cancels_and_r_is_canonical(in_key: int, in_nonce: int) -> None:
    public = edwards.encode(edwards.add(KEY_POINT, TORSION[in_key]))
    for scalar, r in nonces(in_nonce):
        for number in range(8):
            message = b"message %d" % number
            k = edwards.challenge(r, public, message)
            s = (scalar + k * KEY_SCALAR) % edwards.L
            strict = edwards.decode(r) is not None and (in_nonce + k * in_key) % 8 == 0
            assert accepts(public, message, r + s.to_bytes(32, "little")) is strict


@pytest.mark.attack("malleable-signature")
@pytest.mark.parametrize("multiple", [1, 2, 7, 15])
def test_s_at_or_above_the_order_is_refused(multiple: int) -> None:
    """S + L passes where S is not reduced: a second signature made from the first."""
    public, r = edwards.encode(KEY_POINT), edwards.encode(NONCE_POINT)
    s = (NONCE_SCALAR + edwards.challenge(r, public, b"m") * KEY_SCALAR) % edwards.L
    assert accepts(public, b"m", r + s.to_bytes(32, "little"))
    assert not accepts(public, b"m", r + (s + multiple * edwards.L).to_bytes(32, "little"))


def test_the_reference_agrees_with_rfc_8032() -> None:
    """Section 7.1, test 2: the reference that judges us is itself checked against the standard."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert edwards.verifies_strictly(public, b"\x72", signature)
    assert accepts(public, b"\x72", signature)
    assert not edwards.verifies_strictly(public, b"\x73", signature)
