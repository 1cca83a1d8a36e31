"""The words by which people are found, whatever their case, form and accents."""

from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.text.names import WORD_LENGTH, folded, search_words

WORDS = [
    ("Åse Ødegård", "ase odegard"),
    ("ИВАН Щукин", "иван щукин"),
    ("Straße Σίσυφος", "strasse σισυφοσ"),
    ("\u0130stanbul \u0131lgaz", "istanbul ilgaz"),
    ("Łukasz Đorđe Þór Æsir Œuvre", "lukasz dorde thor aesir oeuvre"),
    ("anna.berg@example.com", "anna berg example com"),
    ("O'Brien-Smith O\u02bcBrien", "o brien smith"),
    ("\u0645\u062d\u0640\u0640\u0645\u062f", "\u0645\u062d\u0645\u062f"),
    ("an\u200bna\u00a0berg", "anna berg"),
    ("\uff21\uff2e\uff2e\uff21 \u2460", "anna 1"),
    ("anna ANNA Ánna", "anna"),
    ("-- _%", ""),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_are_runs_of_letters_and_digits_without_case_and_accents(text: str, words: str) -> None:
    assert search_words(text) == set(words.split())


@given(st.text(), st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")))
def test_every_form_and_the_compared_form_of_a_text_have_the_same_words(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    words = search_words(text)
    assert search_words(normalize(form, text)) == search_words(folded(text)) == search_words(" ".join(words)) == words


def test_of_a_long_word_the_beginning_counts() -> None:
    assert search_words("x" * 500) == {"x" * WORD_LENGTH}
