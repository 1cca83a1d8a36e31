"""The catalogs of `licensekit/languages`, brought up to date with the English: `python -m tests.languages.catalogs`.

Every text is kept by its key. A translation whose English has changed is marked as fuzzy, and is not shown until
somebody has looked at it, unless `--same-meaning` says that only words changed. `--import FOLDER` takes translations
from the JSON files there, each an object of keys to a text, or to a list of the forms for one and for many. With the
code of a language that has no catalog yet, an empty one is written.
"""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from hatch_build import compile_catalogs
from tests.languages.texts import Forms, english
from tests.structure.layers import PACKAGE

FOLDER: Final = PACKAGE / "languages"
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)  # one that stays: git says when a catalog was changed
_HEADER: Final = (
    "# What licensekit shows, in another language: `python -m tests.languages.catalogs` keeps it up to date."
)


def catalog_at(path: Path) -> Catalog:
    """Return the catalog in a file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def updated(old: Catalog, texts: Mapping[str, Forms], given: Mapping[str, Forms], *, same_meaning: bool) -> Catalog:
    """Return a catalog with `texts`, translated as `given` or as before."""
    nobody = dict.fromkeys(("msgid_bugs_address", "last_translator", "language_team"), "licensekit")
    new = Catalog(old.locale, project="licensekit", version="1", header_comment=_HEADER, fuzzy=False, **nobody)
    new.creation_date = new.revision_date = _MADE
    before = {one.context: one for one in old if one.id}
    for key, text in texts.items():
        known = before.get(key)
        flags = set[str]() if known is None or key in given else known.flags & {"fuzzy"}
        if known is not None and key not in given and known.id != text and not same_meaning:
            flags.add("fuzzy")
        translation = given.get(key, "" if known is None else known.string)
        new.add(text, translation, context=key, flags=flags)
    return new


def imported(folder: Path) -> dict[str, Forms]:
    """Return the translations in the JSON files of a folder."""
    found: dict[str, str | list[str]] = {}
    for path in sorted(folder.glob("*.json")):
        found |= json.loads(path.read_text("utf-8"))
    return {key: text if isinstance(text, str) else (text[0], text[1]) for key, text in found.items()}


def main() -> None:
    """Update the catalog of a language, and compile all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", nargs="?", default="nb")
    parser.add_argument("--import", type=Path, dest="folder", help="a folder of translations as JSON")
    parser.add_argument("--same-meaning", action="store_true", help="no translation becomes fuzzy")
    asked = parser.parse_args()
    path = FOLDER / f"{asked.language}.po"
    old = catalog_at(path) if path.exists() else Catalog(asked.language)
    given = imported(asked.folder) if asked.folder else {}
    new = updated(old, english(), given, same_meaning=asked.same_meaning)
    with path.open("wb") as file:
        write_po(file, new, width=0)
    compile_catalogs(FOLDER)
    missing, unknown = sum(not one.string or one.fuzzy for one in new if one.id), given.keys() - english().keys()
    print(f"{path.name}: {len(new)} texts, {missing} without a translation; {len(unknown)} that nobody asks for")


if __name__ == "__main__":
    main()
