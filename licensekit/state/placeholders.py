"""Values that makers of hardware and images leave in place of an identity.

Many machines share each of them, so none is a fact (`docs/installation.md`, "Placeholders"). Case, spaces and
punctuation play no part in the comparison.
"""

import re
from pathlib import Path
from typing import Final

_PUNCTUATION: Final = re.compile(r"[\W_]+")

PLACEHOLDERS: Final = frozenset(Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines())


def is_placeholder(value: str) -> bool:
    """Return whether a value is empty, one character over and over, or known to be shared."""
    folded = _folded(value)
    return len(set(folded)) <= 1 or folded in _FOLDED


def _folded(value: str) -> str:
    return _PUNCTUATION.sub("", value).casefold()


_FOLDED: Final = frozenset(map(_folded, PLACEHOLDERS))
