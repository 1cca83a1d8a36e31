"""Which public keys are refused when they are loaded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import errors
from licensekit.keys.verifying import PUBLIC_BYTES, load
from licensekit.wire.frame import ED25519, HYBRID, INSTALLATION
from tests.keys import edwards

TORSION = edwards.torsion()
LOW_ORDER = [spelling for point in TORSION for spelling in edwards.spellings(point)]
MLDSA_PART = bytes(range(256)) * 7 + bytes(160)
SCHEMES = sorted(PUBLIC_BYTES)


def as_scheme(scheme: int, ed25519: bytes) -> bytes:
    """Return the public bytes of `scheme` whose Ed25519 part is `ed25519`."""
    return ed25519 + MLDSA_PART if scheme == HYBRID else ed25519


def test_the_torsion_has_eight_points_and_fourteen_spellings() -> None:
    assert len(set(TORSION)) == 8
    assert all(edwards.multiply(8, point) == edwards.IDENTITY for point in TORSION)
    assert len(set(LOW_ORDER)) == 14


@pytest.mark.attack("low-order-key")
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ed25519", LOW_ORDER, ids=bytes.hex)
def test_low_order_in_every_spelling_is_refused(ed25519: bytes, scheme: int) -> None:
    with pytest.raises(errors.KeyInvalid):
        load(scheme, as_scheme(scheme, ed25519))


@pytest.mark.attack("non-canonical-key")
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("excess", range(19))
def test_y_of_p_and_above_is_refused_on_the_curve_and_off_it(excess: int, sign: int) -> None:
    """The 19 values from p to 2^255 - 1 are all the second spellings that there are."""
    spelling = (edwards.P + excess | sign << 255).to_bytes(32, "little")
    with pytest.raises(errors.KeyInvalid, match="canonical"):
        load(ED25519, spelling)


def test_the_order_of_the_generator_and_of_mixed_points_is_not_low() -> None:
    """A key with a torsion component is unusual, yet only its owner can make one."""
    for point in TORSION:
        load(ED25519, edwards.encode(edwards.add(edwards.BASE, point)))


@given(st.binary(min_size=32, max_size=32), st.sampled_from([ED25519, INSTALLATION]))
def test_just_the_canonical_points_of_higher_order_are_loaded(data: bytes, scheme: int) -> None:
    point = edwards.decode(data)
    if point is None or edwards.order_divides_8(point):
        with pytest.raises(errors.KeyInvalid):
            load(scheme, data)
    else:
        assert load(scheme, data).public == data


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("change", [-1, 1, None])
def test_another_length_is_refused(scheme: int, change: int | None) -> None:
    right = PUBLIC_BYTES[scheme]
    with pytest.raises(errors.KeyInvalid, match=f"has {right} bytes"):
        load(scheme, bytes(0 if change is None else right + change))


@pytest.mark.parametrize("scheme", [0, 4, 255, -1])
def test_an_unknown_scheme_is_refused(scheme: int) -> None:
    with pytest.raises(errors.KeyInvalid, match="not known") as caught:
        load(scheme, edwards.encode(edwards.BASE))
    assert (caught.value.reason, caught.value.scheme) == ("unknown-scheme", scheme)
