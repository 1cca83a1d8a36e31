"""A guess at what a person meant by a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 64
"""Comparing costs the product of the lengths; no word that we know is longer."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean …?` with the nearest of the `known` words, or nothing."""
    nearest = get_close_matches(word, known, n=1) if len(word) <= _LONGEST else []
    return f"; did you mean `{nearest[0]}`?" if nearest else ""
