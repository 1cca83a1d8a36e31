"""One home a name, and few layers."""

import ast
from collections import defaultdict
from importlib import import_module
from types import ModuleType

import pytest

from tests.structure.layers import PACKAGE, SOURCES, UNITS, layers, tree_of

MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc"}
PACKAGES = sorted(
    ".".join(("licensekit", *source.parent.relative_to(PACKAGE).parts))
    for source in SOURCES
    if source.name == "__init__.py"
)


def test_every_class_name_has_one_home() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for source in SOURCES:
        for node in tree_of(source).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(source.relative_to(PACKAGE)))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("name", PACKAGES)
def test_no_attribute_of_a_package_hides_a_submodule(name: str) -> None:
    package = import_module(name)
    folder = PACKAGE.joinpath(*name.split(".")[1:])
    submodules = {path.stem for path in folder.iterdir() if path.suffix == ".py"}
    submodules |= {path.parent.name for path in folder.glob("*/__init__.py")}
    bound = {submodule: vars(package).get(submodule) for submodule in submodules}
    hidden = {k for k, v in bound.items() if v is not None and not isinstance(v, ModuleType)}
    assert hidden == set()


def test_every_module_is_named_for_what_it_holds() -> None:
    assert {source for source in SOURCES if source.stem in MEANINGLESS} == set()
    assert {source for source in SOURCES if source.parent.name in MEANINGLESS} == set()


def test_there_are_few_packages_on_few_layers() -> None:
    assert len(UNITS) <= 24
    assert len(layers()) <= 11
