"""No module builds a message of its own: whoever raises or tells names a class and gives data."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.errors.coded import Coded
from tests.errors.coded_classes import below
from tests.structure.layers import PACKAGE, SOURCES, tree_of

KINDS = {kind.__name__: kind for kind in below(Coded)}


def made(source: Path) -> Iterator[ast.Call]:
    """Yield every call that makes something with a code."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call) and name_of(node.func) in KINDS:
            yield node


def name_of(node: ast.expr) -> str:
    """Return the last name of an expression such as `errors.KeyMissing`."""
    return ast.unparse(node).rpartition(".")[2]


def reasons(source: Path) -> Iterator[tuple[str, str]]:
    """Yield each reason that is written out, with the name of the class that is made with it."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call):
            called = name_of(node.func)
            name = name_of(node.args[0]) if called == "partial" else called
            values = [word.value for word in node.keywords if word.arg == "reason"]
            yield from ((name, text) for value in values for text in written(value))


def written(value: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression may be, as far as they are written there."""
    if isinstance(value, ast.IfExp):
        yield from written(value.body)
        yield from written(value.orelse)
    elif isinstance(value, ast.Constant):
        yield str(value.value)


def is_composed(value: ast.expr) -> bool:
    """Return whether an expression puts a text together."""
    return any(
        isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.BinOp) and any(map(is_text, (node.left, node.right))))
        or (isinstance(node, ast.Attribute) and node.attr in {"format", "join"})
        for node in ast.walk(value)
    )


def is_text(node: ast.expr) -> bool:
    """Return whether it is a text that is written there."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_the_check_sees_what_it_looks_for() -> None:
    composed = ['f"{a} b"', '"a " + b', '"%s" % a', '", ".join(a)', '"{}".format(a)']
    assert all(is_composed(ast.parse(text, mode="eval").body) for text in composed)
    assert not is_composed(ast.parse("len(more) + 1", mode="eval").body)
    assert sum(len(list(made(source))) for source in SOURCES) > 300


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_error_is_made_of_data_and_no_text_is_put_together_for_it(source: Path) -> None:
    """A place may be put together; it is not part of the message."""
    calls = list(made(source))
    assert [ast.unparse(call) for call in calls if call.args] == []
    given = [word for call in calls for word in call.keywords if word.arg != "where"]
    assert [ast.unparse(word) for word in given if is_composed(word.value)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_reason_that_is_written_out_is_one_of_its_class(source: Path) -> None:
    """Tests check each reason when an error is made (`conftest.py`); this looks where none may have been."""
    found = {pair for pair in reasons(source) if pair[0] in KINDS}
    assert {(name, text) for name, text in found if text not in KINDS[name].template} == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_class_with_several_messages_is_made_with_a_reason(source: Path) -> None:
    """No type checker sees that it is missing; `**` may hold it."""
    several = {name for name, kind in KINDS.items() if "reason" in kind.fields and not kind.reason}
    calls = [call for call in made(source) if name_of(call.func) in several]
    without = [call for call in calls if not {"reason", None} & {word.arg for word in call.keywords}]
    assert list(map(ast.unparse, without)) == []


def test_the_check_of_reasons_sees_most_of_them() -> None:
    assert sum(len(list(reasons(source))) for source in SOURCES) > 250


def test_no_text_is_raised_that_a_person_could_read() -> None:
    """What is left are contracts between modules, whose texts nobody shows."""
    raising = {
        str(source.relative_to(PACKAGE))
        for source in SOURCES
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if ast.unparse(node.exc.func) in {"ValueError", "Exception", "csv.Error"}
    }
    assert raising == {"dates.py"}
