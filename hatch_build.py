"""What a build adds to the package: the catalogs of its languages, compiled for `gettext`."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogs(folder: Path) -> None:
    """Compile each catalog of a folder beside it; what is marked as fuzzy is left out."""
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.stem, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


class CatalogsHook(BuildHookInterface[Any]):
    """Compiles the catalogs before files are collected; an editable installation has them in its checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the interface has both
        """Compile them."""
        compile_catalogs(Path(self.root, "licensekit", "languages"))
