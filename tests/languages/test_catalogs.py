"""Each catalog translates every text, with the same fields, forms and commands as the English has."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from licensekit.languages import ENGLISH, known_languages
from tests.languages.catalogs import FOLDER, catalog_at, imported, updated
from tests.languages.texts import Forms, english

ENGLISH_TEXTS = english()
CODES = sorted(path.stem for path in FOLDER.glob("*.po"))
FIELD = re.compile(r"(?<!{){(\w+)(?::([^ {}]*)([^{}]*))?}(?!})")
NOT_COMPILED = "what pip installs compiles the catalogs; here `python -m tests.languages.catalogs` does"


@pytest.fixture(params=CODES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    """A catalog."""
    return catalog_at(FOLDER / f"{request.param}.po")


def fields(text: str) -> Counter[tuple[str, str, int]]:
    """Return each field of a text with its form, and how many words of which one is chosen it has."""
    return Counter((name, form, words.count("|")) for name, form, words in FIELD.findall(text))


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the forms of a text; of most it is one."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def pairs(catalog: Catalog) -> dict[str, tuple[str, str]]:
    """Return each key with its English and its translation; of texts for one and for many, the last."""
    return {str(one.context): (forms(one.id)[-1], forms(one.string)[-1]) for one in catalog if one.id}


def test_there_is_a_catalog() -> None:
    assert "nb" in CODES
    assert len(ENGLISH_TEXTS) > 1900


def test_every_text_is_translated_and_no_other(catalog: Catalog) -> None:
    texts = {str(one.context): forms(one.id) for one in catalog if one.id}
    assert texts.keys() ^ ENGLISH_TEXTS.keys() == set()
    assert {key for key, text in texts.items() if text != forms(ENGLISH_TEXTS[key])} == set()
    assert {one.context for one in catalog if one.id and not all(forms(one.string))} == set()
    assert {one.context for one in catalog if one.id and one.fuzzy} == set()


def test_a_translation_has_the_fields_and_the_forms_of_its_text(catalog: Catalog) -> None:
    assert {key: said for key, (text, said) in pairs(catalog).items() if fields(said) != fields(text)} == {}


def test_a_translation_says_what_to_do_where_its_text_does(catalog: Catalog) -> None:
    """What to do follows the first semicolon of a message."""
    messages = {key: both for key, both in pairs(catalog).items() if not key.startswith("console/")}
    assert {key: said for key, (text, said) in messages.items() if said.count("; ") != text.count("; ")} == {}


def test_a_translation_has_the_commands_of_its_text(catalog: Catalog) -> None:
    def quoted(text: str) -> Counter[str]:
        return Counter(re.findall(r"`[^`]*`", text))

    assert {key: said for key, (text, said) in pairs(catalog).items() if quoted(said) != quoted(text)} == {}


def test_a_translation_ends_and_begins_as_its_text_does(catalog: Catalog) -> None:
    def edges(text: str) -> tuple[str, str]:
        return re.sub(r"\S.*", "", text, flags=re.DOTALL), re.sub(r".*\S", "", text, flags=re.DOTALL)

    both = {key: one for key, one in pairs(catalog).items() if key != "console/amount.group"}
    assert {key: said for key, (text, said) in both.items() if edges(said) != edges(text)} == {}


def test_every_catalog_is_compiled() -> None:
    assert known_languages() == (ENGLISH, *CODES), NOT_COMPILED


def kept(
    changed: dict[str, Forms], given: dict[str, Forms], *, same_meaning: bool = False
) -> dict[str, tuple[str, bool]]:
    """Return what becomes of a catalog of two texts: each text, and whether it is fuzzy."""
    old = Catalog("nb")
    old.add("a file", "en fil", context="one")
    old.add("a folder", "en mappe", context="two")
    new = updated(old, changed, given, same_meaning=same_meaning)
    return {str(one.context): (str(one.string), one.fuzzy) for one in new if one.id}


def test_a_translation_is_kept_by_its_key_and_is_fuzzy_once_its_text_has_changed() -> None:
    changed: dict[str, Forms] = {"one": "a file", "two": "a directory", "three": "a link"}
    assert kept(changed, {}) == {"one": ("en fil", False), "two": ("en mappe", True), "three": ("", False)}
    assert kept(changed, {}, same_meaning=True)["two"] == ("en mappe", False)
    assert kept(changed, {"two": "en katalog"})["two"] == ("en katalog", False)


def test_translations_are_imported_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"one": "en fil", "two": ["{n} fil", "{n} filer"]}', "utf-8")
    assert imported(tmp_path) == {"one": "en fil", "two": ("{n} fil", "{n} filer")}
