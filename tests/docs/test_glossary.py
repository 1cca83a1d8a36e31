"""Every name that the glossary gives to a term exists: in Python, in files, in commands, in tables and on screens."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name
from typing import Final, NamedTuple

import click
import pytest

import licensekit
from licensekit import issuer
from licensekit.console.rendering import texts
from licensekit.issuer.catalog import catalog_file
from licensekit.issuer.orders import order_file
from tests.cli.command_tree import every_command
from tests.docs.tables import tables, text_of
from tests.docs.test_links import PAGES, ROOT


class Term(NamedTuple):
    """A row of the glossary; the cells after the sentence have names."""

    term: str
    sentence: str
    python: str
    toml: str
    option: str
    column: str
    label: str

    def __str__(self) -> str:
        return self.term


TERMS: Final = [Term(*row) for row in chain.from_iterable(tables(text_of("reference/glossary.md")))]

KEYS: Final = {
    *order_file.KEYS,
    *catalog_file.FILE_KEYS,
    *catalog_file.ISSUER_KEYS,
    *catalog_file.LICENSE_KEYS,
    *catalog_file.SETTING_KEYS,
    *catalog_file.ACCESS_KEYS,
    *catalog_file.EDITION_KEYS,
}

NOT_OURS: Final = {
    "footing": "a workspace's verified documents",
    "grounding": "trust store",
    "riders": "attachments",
    "papers": "exchange files",
    "crew": "worker pool",
    "hired": "worker pool",
    "partnering": "create a partner's workspace",
    "for ever": "perpetual",
    "stands so": "the name of the state",
}
"""Words that we no longer use, and what to write instead. Words that also mean something else are not here."""


def options() -> set[str]:
    """Return every spelling of every option."""
    params = chain.from_iterable(node.command.params for node in every_command())
    return {name for one in params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)}


def titles() -> Iterator[str]:
    """Yield the titles of the tables that commands print, and of those that they write as CSV."""
    for module in sorted((Path(licensekit.__file__).parent / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                unpacked = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
                if any("columns" in ast.unparse(one).lower() for one in unpacked):
                    yield from texts_among(node.keys)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("columns"):
                named = chain.from_iterable(one.split() for one in texts_among(node.args[:1]))
                yield from (one.partition("=")[0].replace("_", " ") for one in named)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("table"):
                yield from texts_among(chain.from_iterable(one.elts for one in node.args if isinstance(one, ast.List)))
    yield from (*issuer.LISTED_FIELDS, *issuer.USAGE_FIELDS, *issuer.REPORT_FIELDS, *issuer.CUSTOMER_FIELDS)


def texts_among(nodes: Iterable[ast.expr | None]) -> Iterator[str]:
    """Yield the texts among some expressions."""
    yield from (one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str))


OPTIONS: Final = options()
TITLES: Final = {one.removeprefix(">") for one in titles()}
LABELS: Final = {re.sub(r"\{\w+\}", "…", one) for one in texts().values()}
"""Every text of the console; `tests/console/test_texts.py` holds that a page asks for each."""


def names(cell: str, mark: str) -> list[str]:
    """Return the names in a cell, each between two marks; nothing else may be there."""
    found = re.findall(rf"{re.escape(mark)}(.+?){re.escape(mark)}", cell)
    assert cell == ", ".join(f"{mark}{one}{mark}" for one in found)
    return found


def test_each_term_is_there_once_and_explained_in_one_sentence() -> None:
    assert len({one.term for one in TERMS}) == len(TERMS) >= 60
    assert [one.term for one in TERMS if not re.fullmatch(r"[A-Z][^.!?]*(`?\.\w+`[^.!?]*)?\.", one.sentence)] == []


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_the_python_name_of_a_term_can_be_imported(term: Term) -> None:
    for name in names(term.python, "`"):
        resolve_name(f"licensekit.{name}")


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_the_other_names_of_a_term_are_in_use(term: Term) -> None:
    assert {*names(term.toml, "`")} <= KEYS
    assert {*names(term.option, "`")} <= OPTIONS
    assert {*names(term.column, "`")} <= TITLES
    assert {*names(term.label, "*")} <= LABELS


@pytest.mark.parametrize("word", NOT_OURS)
def test_no_document_has_a_word_that_we_have_left_behind(word: str) -> None:
    """If this fails, write what `NOT_OURS` has beside the word."""
    found = re.compile(rf"\b{word}\b".replace(" ", r"\s+"), re.IGNORECASE)
    assert [str(page.relative_to(ROOT)) for page in PAGES if found.search(page.read_text("utf-8"))] == []
