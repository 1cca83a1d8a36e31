"""The keys and signatures on which Ed25519 libraries differ, as two public collections list them.

`speccheck_cases.json` is an unmodified copy of `cases.json` of novifinancial/ed25519-speccheck (Apache-2.0). The
encodings below are those that `ed25519/README.md` and the vectors of C2SP/CCTV (BSD-3-Clause) list.
"""

import json
from pathlib import Path

import pytest

from licensekit.errors import KeyInvalid, LicenseError, SignatureInvalid
from licensekit.keys.verifying import load
from licensekit.wire.frame import ED25519
from tests.keys import edwards

BAD_KEYS = {
    "0100000000000000000000000000000000000000000000000000000000000000": "order 1",
    "0100000000000000000000000000000000000000000000000000000000000080": "order 1, x = -0",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "order 1, y > p",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": "order 1, x = -0, y > p",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "order 2",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": "order 2, x = -0",
    "0000000000000000000000000000000000000000000000000000000000000000": "order 4",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "order 4, y > p",
    "0000000000000000000000000000000000000000000000000000000000000080": "order 4, other sign",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": "order 4, y > p, other",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": "order 8",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85": "order 8, other sign",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": "order 8, other y",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa": "order 8, both other",
}
MIXED_KEYS = (
    "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
    "dd1483c5304d412c1f29547640a5c2950222ee8931b7ed1c72602b7afa7024e0",
    "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
    "6718d0a3d58deaeaefa655eae3f119071deaa2cfebfd0ca28b670f879d657086",
    "eca00a6a1b1f522ff2217691059915b097b73bc69bef396c36ddcd559b79e2b0",
    "015ff595e4e0add00dde896efa66ea4f6848c4396410c693c92232aa64861d4f",
    "86e72f5c2a7215151059aa151c0ee6f8e2155d301402f35d7498f078629a8f79",
    "fe894df18abf1c20088bfbe6c9ad45d42ec20663eaf7111eaea1d851da0d7f89",
)
"""The canonical keys of CCTV that are not of low order, seven of them with a torsion component."""


@pytest.mark.attack("non-canonical-key")
@pytest.mark.parametrize("public", BAD_KEYS, ids=BAD_KEYS.values())
def test_every_key_of_low_order_or_in_a_second_spelling_is_refused(public: str) -> None:
    with pytest.raises(KeyInvalid):
        load(ED25519, bytes.fromhex(public))


@pytest.mark.parametrize("public", MIXED_KEYS)
def test_other_keys_of_the_collection_are_loaded(public: str) -> None:
    assert load(ED25519, bytes.fromhex(public)).public.hex() == public


CASES = json.loads(Path(__file__).with_name("speccheck_cases.json").read_text("ascii"))
EXPECTED: tuple[type[LicenseError] | None, ...] = (
    *(KeyInvalid, KeyInvalid),  # key of low order
    *(None, None),  # torsion in R alone, or in R and key, that cancels: the equation holds
    *(SignatureInvalid, SignatureInvalid),  # holds only times the cofactor
    *(SignatureInvalid, SignatureInvalid),  # S not below the order
    *(SignatureInvalid, SignatureInvalid),  # R in a second spelling
    *(KeyInvalid, KeyInvalid),  # key of low order in a second spelling
)


@pytest.mark.attack("malleable-signature")
@pytest.mark.parametrize("number", range(12))
def test_each_case_of_speccheck_falls_where_the_format_says(number: int) -> None:
    """RFC 8032 without the cofactor, canonical encodings only (`docs/format.md`, "Schemes")."""
    case, expected = CASES[number], EXPECTED[number]
    public, message, signature = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
    if expected is None:
        load(ED25519, public).verify(message, signature)
        assert edwards.verifies_strictly(public, message, signature)
        return
    with pytest.raises(expected):
        load(ED25519, public).verify(message, signature)


def test_all_cases_are_looked_at() -> None:
    assert len(CASES) == len(EXPECTED) == 12
