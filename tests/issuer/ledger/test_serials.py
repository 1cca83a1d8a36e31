"""Serials are made on demand, and a mistyped one is recognised."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.issuer.orders import numbering
from licensekit.issuer.orders.numbering import anywhere
from licensekit.wire.documents.fields import is_serial

NUMBERS = st.integers(100_000_000, 999_999_999)


def test_the_serials_of_examples_are_such_serials() -> None:
    assert [numbering.serial_of(101_000_001 + n) for n in range(2)] == [numbering.EXAMPLE, "1010000022"]


@given(st.binary(min_size=8, max_size=8))
def test_counting_starts_anywhere_and_leaves_room_to_go_on(drawn: bytes) -> None:
    first = anywhere(lambda _: drawn)
    assert 100_000_000 <= first < 900_000_000
    assert len(numbering.serial_of(first)) == 10


def test_every_start_is_as_likely_as_another() -> None:
    starts = [anywhere(partial(int.to_bytes, n)) for n in (0, 1, 799_999_999, 800_000_000)]
    assert starts == [100_000_000, 100_000_001, 899_999_999, 100_000_000]


@given(NUMBERS)
def test_a_serial_is_ten_digits_that_begin_with_its_number(number: int) -> None:
    serial = numbering.serial_of(number)
    assert len(serial) == 10
    assert is_serial(serial)
    assert not numbering.is_mistyped(serial)
    assert serial[:-1] == str(number)


@given(NUMBERS, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_recognised(number: int, place: int, off: int) -> None:
    serial = numbering.serial_of(number)
    wrong = str((int(serial[place]) + off) % 10)
    mistyped = serial[:place] + wrong + serial[place + 1 :]
    assert numbering.is_mistyped(mistyped)


@given(NUMBERS, st.integers(0, 8))
def test_two_digits_in_the_wrong_order_are_recognised_unless_they_are_0_and_9(number: int, place: int) -> None:
    serial = numbering.serial_of(number)
    pair = serial[place : place + 2]
    swapped = serial[:place] + pair[::-1] + serial[place + 2 :]
    if pair[0] == pair[1] or set(pair) == {"0", "9"}:
        assert not numbering.is_mistyped(swapped)
    else:
        assert numbering.is_mistyped(swapped)


@pytest.mark.parametrize("serial", ["ACME-0001", "123", "12345678901", "١٠١٠٠٠٠٠١٤", "101000001x"])
def test_serials_of_another_kind_are_not_judged(serial: str) -> None:
    assert not numbering.is_mistyped(serial)
