"""What the documents for developers name is there: modules, files, layers, decisions."""

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.tables import headings, section, tables

TOP = Path(__file__).parents[2]
DECISIONS = sorted((TOP / "docs" / "decisions").glob("[0-9]*.md"))
INDEX = TOP / "docs" / "decisions" / "README.md"
DOCUMENTS = [TOP / "ARCHITECTURE.md", TOP / "CONTRIBUTING.md", TOP / "SECURITY.md", INDEX, *DECISIONS]
DOTTED = re.compile(r"\b(?:licensekit|tests)(?:\.\w+)+")
LINK = re.compile(r"\]\(([^)#:\s]+)[^)]*\)")
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")


def names_of_file(path: Path) -> str:
    return str(path.relative_to(TOP))


def is_there(name: str) -> bool:
    """Return whether a dotted name is a module, or an attribute of one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            spec = find_spec(module)
        except ModuleNotFoundError:
            continue
        if spec is not None and not parts[length:]:
            return True  # without its packages: some are extras that the quick tier lacks
        if spec is not None:
            value: object = import_module(module)
            for part in parts[length:]:
                if not hasattr(value, part):
                    return False
                value = getattr(value, part)
            return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=names_of_file)
def test_every_module_that_is_named_is_there(document: Path) -> None:
    """A dotted name is a module, or a class or function in one."""
    named = sorted(set(DOTTED.findall(document.read_text("utf-8"))))
    assert [name for name in named if not is_there(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names_of_file)
def test_every_path_that_is_named_is_there(document: Path) -> None:
    """Links are relative to the document, paths in the text to the top of the checkout."""
    text = document.read_text("utf-8")
    links = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    paths = [path for path in PATH.findall(text) if not (TOP / path).exists()]
    assert (links, paths) == ([], [])


def test_the_layers_are_those_of_the_contract() -> None:
    """The table has the layers that import-linter holds, the highest first."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    (layers,) = (
        contract["layers"] for contract in project["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"
    )
    (table,) = tables(section((TOP / "ARCHITECTURE.md").read_text("utf-8"), "Packages and layers"))
    rows = [(int(row[0]), row[1].strip("`").removeprefix("licensekit.")) for row in table]
    numbers = sorted({number for number, _ in rows}, reverse=True)
    assert numbers == list(range(len(layers), 0, -1))
    assert [number for number, _ in rows] == sorted((n for n, _ in rows), reverse=True)
    named = [{package for layer, package in rows if layer == number} for number in numbers]
    assert named == [set(re.split(r"\s*[|:]\s*", layer)) for layer in layers]


@pytest.mark.parametrize("decision", DECISIONS, ids=names_of_file)
def test_each_decision_has_one_form(decision: Path) -> None:
    """A number and a title, then the context, the decision, and what it costs."""
    title, *parts = headings(decision.read_text("utf-8"))
    assert title.startswith(f"{int(decision.name[:4])}. ")
    assert parts == ["Context", "Decision", "What it costs"]


def test_the_index_has_every_decision() -> None:
    """Each has its line, in order and under its own title."""
    listed = re.findall(r"\| (\d+) \| \[(.+)\]\((\S+)\)", INDEX.read_text("utf-8"))
    titles = [headings(decision.read_text("utf-8"))[0] for decision in DECISIONS]
    assert [f"{number}. {title}" for number, title, _ in listed] == titles
    assert [name for _, _, name in listed] == [decision.name for decision in DECISIONS]
