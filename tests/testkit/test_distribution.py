"""The kit is a distribution of its own that needs nothing and knows no reader."""

import ast
import sys
import tomllib

from tests.docs.tables import DOCS

ROOT = DOCS.parent
KIT = ROOT / "testkit"
PROJECT = tomllib.loads((KIT / "pyproject.toml").read_text("utf-8"))["project"]


def test_it_has_the_license_and_the_python_versions_of_the_package() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (KIT / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert PROJECT["license"] == package["license"]
    assert PROJECT["requires-python"] == package["requires-python"]


def test_it_depends_on_nothing() -> None:
    imported = {
        name.partition(".")[0]
        for path in (KIT / "licensekit_testkit").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imported(node)
    }
    assert PROJECT["dependencies"] == []
    assert imported <= {*sys.stdlib_module_names, "licensekit_testkit"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
