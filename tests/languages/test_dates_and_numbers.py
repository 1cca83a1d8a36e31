"""Dates and numbers are written as in the CLDR, which Babel has."""

import re
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal

from licensekit.console.rendering import amount, day, text
from licensekit.languages import use_language

LOCALES = {"en": "en_GB", "nb": "nb"}
"""Language to the locale whose way it is: in English the day comes first."""
YEAR = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]


@pytest.mark.parametrize(("language", "locale"), LOCALES.items())
def test_days_are_written_as_in_the_locale(language: str, locale: str) -> None:
    with use_language(language):
        for one in YEAR:
            assert day(one.isoformat()).striptags() == format_date(one, "medium", locale=locale)


@pytest.mark.parametrize(("language", "locale"), LOCALES.items())
@pytest.mark.parametrize("number", [0, 7, 999, 1000, 1234, 1_234_567])
def test_numbers_are_written_as_in_the_locale(number: int, language: str, locale: str) -> None:
    with use_language(language):
        assert amount(number) == format_decimal(number, locale=locale)


@pytest.mark.parametrize("language", LOCALES)
def test_scripts_write_dates_in_the_language_of_the_page(language: str) -> None:
    with use_language(language):
        assert re.fullmatch(rf"{language}(-[A-Z]{{2}})?", text("language.dates"))
