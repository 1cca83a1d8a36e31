"""The language in which texts are shown: English, or that of a catalog of `gettext` in this folder.

The language is the task's or the thread's own (`use_language`). A catalog finds a text by its key and its English. A
text that it does not have, or has with other fields, is shown in English, as is everything without the catalog's `.mo`
file: it is compiled when the package is built.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from gettext import GNUTranslations

ENGLISH: Final = "en"
_CURRENT: Final = ContextVar("licensekit_language", default="")


class Translation(NamedTuple):
    """What the catalog of a language says."""

    translations: "GNUTranslations"
    form: Callable[[int], int]  # which of the forms of a text is that for a number


@contextmanager
def use_language(code: str) -> Generator[None]:
    """Show texts in a language within the block, for this task or thread; English if there is no catalog of it."""
    token = _CURRENT.set(code)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def language() -> str:
    """Return the code of the current language; empty where none was chosen, which means English."""
    return _CURRENT.get()


def local_name(names: Mapping[str, str], otherwise: str) -> str:
    """Return the name in the current language, of `names` by language; `otherwise` where there is none."""
    return names.get(language(), otherwise)


@cache
def known_languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are, English first."""
    from importlib.resources import files  # noqa: PLC0415  # most programs show English

    names = (one.name for one in files(__name__).iterdir())
    return ENGLISH, *sorted(name.removesuffix(".mo") for name in names if name.endswith(".mo"))


def translated(key: str, text: str) -> str:
    """Return an English text in the current language."""
    catalog = _catalog_of(_CURRENT.get())
    return text if catalog is None else _fitting(text, catalog.translations.pgettext(key, text))


def translated_count(key: str, one: str, many: str, number: int) -> str:
    """Return the text for a number in the current language: in English `one` or `many`."""
    catalog = _catalog_of(_CURRENT.get())
    if catalog is None:
        return one if number == 1 else many
    return _fitting(many, catalog.translations.npgettext(key, one, many, number))


def form_of(number: int) -> int:
    """Return which of the forms of a text, counted from 0, is that for a number in the current language."""
    catalog = _catalog_of(_CURRENT.get())
    return int(number != 1) if catalog is None else catalog.form(number)


@cache
def _catalog_of(code: str) -> Translation | None:
    """Return the catalog of a language; None for English, and where there is none."""
    if code in {"", ENGLISH} or code not in known_languages():
        return None
    from gettext import GNUTranslations, c2py  # noqa: PLC0415  # not needed for English
    from importlib.resources import files  # noqa: PLC0415  # likewise

    with files(__name__).joinpath(f"{code}.mo").open("rb") as file:
        translations = GNUTranslations(file)
    rule = translations.info().get("plural-forms", "").partition("plural=")[2].rstrip("; ")
    return Translation(translations, c2py(rule or "n != 1"))


@cache
def _fitting(text: str, found: str) -> str:
    """Return a translation, or the English text where the translation has a field that the text does not have."""
    fields, known = _fields(found), _fields(text)
    fits = known is None or (fields is not None and fields <= known)
    return found if found and fits else text


def _fields(text: str) -> frozenset[tuple[str, str]] | None:
    """Return the fields of a text, each with its form; None for a text that is not a template."""
    from string import Formatter  # noqa: PLC0415  # likewise

    try:
        parsed = tuple(Formatter().parse(text))
    except ValueError:
        return None
    return frozenset((name, (form or "").partition(" ")[0]) for _, name, form, _ in parsed if name is not None)
