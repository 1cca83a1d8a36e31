"""Languages that exist in tests alone: each is what a function makes of the English."""

from collections.abc import Callable
from gettext import GNUTranslations
from typing import Final

import pytest

from licensekit import languages
from licensekit.console import language
from tests.languages.texts import english

PSEUDO: Final = "xx"
OPEN, CLOSE = "⟦", "⟧"
Translate = Callable[[str, str], str]
"""Makes a translation of a key and its English."""


class Made(GNUTranslations):
    """The translations that a function makes."""

    def __init__(self, translate: Translate) -> None:
        super().__init__()
        self._translate = translate

    def pgettext(self, context: str, message: str) -> str:
        """Translate a text."""
        return self._translate(context, message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Translate the text for a number."""
        return self._translate(context, msgid1 if n == 1 else msgid2)


def speak(monkeypatch: pytest.MonkeyPatch, translate: Translate, form: Callable[[int], int] = lambda n: n != 1) -> None:
    """Let there be the language `PSEUDO`, beside English alone."""
    made = languages.Translation(Made(translate), form)
    for module in (languages, language):
        monkeypatch.setattr(module, "known_languages", lambda: (languages.ENGLISH, PSEUDO))

    def catalog_of(code: str) -> languages.Translation | None:
        return made if code == PSEUDO else None

    monkeypatch.setattr(languages, "_catalog_of", catalog_of)


def mark(key: str, text: str) -> str:
    """Return a text within marks, if it is one that catalogs have; what happened and what to do each within its own."""
    known = english().get(key, ())
    if text not in ((known,) if isinstance(known, str) else known):
        return text
    parts = [text] if key.startswith("console/") else text.split("; ", 1)
    return "; ".join(f"{OPEN}{part}{CLOSE}" for part in parts)
