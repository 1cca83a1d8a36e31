"""The page `docs/attacks.md`, made from `tests/attacks.toml` and the marks on tests: `python -m tests.docs.attacks`.

A mark `@pytest.mark.attack("name")` is on each test that shows that an attack fails.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from tests.docs.error_table import table
from tests.docs.tables import DOCS

ROOT: Final = DOCS.parent
PAGE: Final = DOCS / "attacks.md"
THREATS: Final = "explanation/what-a-customer-can-cheat.md"


class Promise(NamedTuple):
    """What we promise, as `tests/attacks.toml` has it."""

    says: str
    attacks: dict[str, str]
    """What an attacker tries, by the name that marks use."""
    remains: str
    """What an attacker can still do."""
    rows: tuple[str, ...] = ()
    """The rows of the table in the threat model that it keeps, by their first cell."""
    notes: tuple[str, ...] = ()
    """The points of "What is reported?" that it keeps, by their first words."""


class Remaining(NamedTuple):
    """What nothing prevents, and the test that shows it, so that the page stays true."""

    says: str
    test: str


def promises() -> list[Promise]:
    """Return the promises of `tests/attacks.toml`."""
    found = tomllib.loads((ROOT / "tests" / "attacks.toml").read_text("utf-8"))["promise"]
    return [Promise(**one) for one in found]


def remaining() -> list[Remaining]:
    """Return what nothing prevents."""
    found = tomllib.loads((ROOT / "tests" / "attacks.toml").read_text("utf-8"))["remaining"]
    return [Remaining(**one) for one in found]


def marked() -> dict[str, list[str]]:
    """Return the tests against each attack, by its name: `package/module::test`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if ".attack(" in text:
            for test, attack in marks(ast.parse(text)):
                found[attack].append(f"{path.relative_to(ROOT / 'tests').with_suffix('')}::{test}")
    return dict(found)


def marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each test of a module with each attack that its decorators, or the module's `pytestmark`, name."""
    named = [one.value for one in module.body if isinstance(one, ast.Assign) and _assigns(one, "pytestmark")]
    everywhere = list(_attacks(named))
    for node in module.body:
        is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if is_test and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for attack in dict.fromkeys([*_attacks(node.decorator_list), *everywhere]):
                yield node.name, attack


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _attacks(nodes: list[ast.expr]) -> Iterator[str]:
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        match node:
            case ast.Call(func=ast.Attribute(attr="attack"), args=[ast.Constant(value=str(name))]):
                yield name
            case _:
                pass


def section(promise: Promise, tests: Mapping[str, list[str]]) -> str:
    """Return the section of the page about one promise."""
    rows = [
        (f"`{name}`", what, "<br>".join(f"`{test}`" for test in tests.get(name, ())))
        for name, what in promise.attacks.items()
    ]
    head = ("attack", "what is tried", "prevented by")
    return f"## {promise.says}\n\n{table(head, rows)}\nWhat remains: {promise.remains}\n"


def page(tests: Mapping[str, list[str]]) -> str:
    """Return the whole page, with the tests against each attack."""
    known = [name for promise in promises() for name in promise.attacks]
    count = len({test for name in known for test in tests.get(name, ())})
    left = [(one.says, f"`{one.test}`") for one in remaining()]
    head = f"""# Which test prevents which attack?

For each promise of [the threat model]({THREATS}), this page lists the attacks
on it and the tests that show that they fail: {len(known)} attacks, {count} tests. Each test ends by checking what was
refused, granted or changed. Many run many cases: every bit of a file, every edit of a table, every point at which a
process can be killed.

Tests are under `tests/`. `python -m tests.docs.attacks clock-stopped` prints the tests of one attack, as arguments for
`pytest -m ""`. `python -m tests.docs.attacks` makes the page from `tests/attacks.toml` and the marks on tests. A test
fails if the page is not up to date, if an attack has no test, or if a promise of the threat model has no attack.

"""
    body = "\n".join(section(promise, tests) for promise in promises())
    tail = f"""
## What does nothing prevent?

The threat model says what [is not possible]({THREATS}#what-is-not-possible). These tests show it, so that the
page stays true.

{table(("what", "shown by"), left)}"""
    return head + body + tail


def main(attacks: list[str]) -> None:
    """Write the page; or print the tests of some attacks, as arguments for pytest."""
    tests = marked()
    if not attacks:
        PAGE.write_text(page(tests), "utf-8")
    for test in dict.fromkeys(test for name in attacks for test in tests[name]):
        path, _, name = test.partition("::")
        print(f"tests/{path}.py::{name}")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
