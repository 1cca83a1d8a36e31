"""Dates and numbers of a country are refused, with how they are written here."""

from typing import Any

import pytest

from licensekit.text import values
from licensekit.text.values import FaultyValue, Reader


def refusal(reader: Reader[Any], text: object) -> str:
    with pytest.raises(FaultyValue) as caught:
        reader(text)
    return str(caught.value.fault)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("31.12.2027", "write 2027-12-31"),
        ("1.2.2027", "write 2027-02-01"),
        ("31.12.27", "write 2027-12-31"),
        ("12/31/2027", "write 2027-12-31"),
        ("31/12/2027", "write 2027-12-31"),
        ("01/02/2027", "write 2027-02-01 or 2027-01-02"),
        ("1-2-2027", "write 2027-02-01 or 2027-01-02"),
        ("02/02/2027", "write 2027-02-02"),
        ("2027/12/31", "write 2027-12-31"),
        ("2027.12.31", "write 2027-12-31"),
        ("2027-1-5", "write 2027-01-05"),
        ("31.12.2027 00:00:00", "write 2027-12-31"),
        ("2027-12-31 00:00", "write 2027-12-31"),
        ("2027-02-30", ""),
        ("31.02.2027", ""),
        ("46752", ""),
        ("", ""),
        ("soon", ""),
    ],
)
def test_a_date_of_a_country_is_answered_with_what_it_may_mean(text: str, hint: str) -> None:
    said = "is not a date such as 2027-12-31"
    assert refusal(values.day, text) == (f"{said}; {hint}" if hint else said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 000", "is text, not a whole number; write 1000"),
        ("1\u202f000\u202f000", "is text, not a whole number; write 1000000"),
        ("1'000", "is text, not a whole number; write 1000"),
        ("1.000", "is text, not a whole number; write 1000 or 1"),
        ("1,000", "is text, not a whole number; write 1 or 1000"),
        ("1,234", "is text, not a whole number; write 1234"),
        ("1.000,00", "is text, not a whole number; write 1000"),
        ("1,000.0", "is text, not a whole number; write 1000"),
        ("25,0", "is text, not a whole number; write 25"),
        ("25", "is text, not a whole number"),
        ("1.000,5", "is the decimal number 1000.5, not a whole number"),
        ("1,000.50", "is the decimal number 1000.5, not a whole number"),
        ("2,5", "is the decimal number 2.5, not a whole number"),
        ("1,00,000", "is text, not a whole number"),
        ("1.000.", "is text, not a whole number"),
        ("many", "is text, not a whole number"),
        (True, "is true or false, not a whole number"),
    ],
)
def test_a_number_of_a_country_is_answered_with_what_it_may_mean(text: object, said: str) -> None:
    assert refusal(values.whole(1, 9), text) == said
