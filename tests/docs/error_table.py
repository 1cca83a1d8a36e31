"""The tables of `docs/errors.md`, made from the classes: `python -m tests.docs.error_table`."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar, get_origin

import tests.errors.coded_classes  # noqa: F401  # a class is known once its module is imported
from licensekit.cli.groups import exit_code
from licensekit.errors import Fault, LicenseError, RuleBroken, documents, faults, installation, storage, workspace
from licensekit.errors.coded import Coded, Located
from tests.docs.tables import DOCS
from tests.errors import coded_classes as _loaded  # noqa: F401  # a class is listed once its module is loaded

K = TypeVar("K", bound=Located)

ALL = documents, faults, installation, storage, workspace
"""The modules of the tree: a class is there once its module is loaded."""
ABOUT = {"where"}
"""Fields that each error has, so that no list names them."""


def meaning(kind: type[Coded]) -> str:
    """Return the docstring as one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split())


def children(kind: type[K]) -> list[type[K]]:
    """Return the subclasses, as far as they are the package's own."""
    ours = (child for child in kind.__subclasses__() if child.__module__.startswith("licensekit."))
    return sorted(ours, key=lambda child: child.code)


def below(kind: type[K]) -> Iterator[type[K]]:
    """Yield the subclasses, each before its own."""
    for child in children(kind):
        yield child
        yield from below(child)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shown(template: str) -> str:
    """Return a template with the names of its fields, without how each is formatted."""
    counted = re.sub(r"{(\w+):count [^|}]*\|([^}]*)}", r"{\1} \2", template)
    counted = re.sub(r"{(\w+):guess ([^}]*)}", r"did you mean `{\1}`? or, where nothing is near: \2", counted)
    return re.sub(r"{(\w+):[^}]*}", r"{\1}", counted)


def field_type(kind: object) -> str:
    """Return the type of a field as it is written, without modules and values."""
    if get_origin(kind) is Literal:
        return "str"
    name = kind.__name__ if isinstance(kind, type) and get_origin(kind) is None else str(kind)
    return re.sub(r"\b\w+\.", "", name)


def fields(kind: type[Coded]) -> str:
    """Return the sentence that lists the data of an error."""
    types: dict[str, object] = {}
    for one in reversed(kind.__mro__):
        types |= inspect.get_annotations(one)
    named = [f"`{name}: {field_type(types[name])}`" for name in kind.fields if name not in ABOUT]
    return f"Data: {', '.join(named)}.\n\n" if named else ""


def messages(kind: type[Coded]) -> str:
    """Return the section of one code: its data and its messages."""
    reasons = list(kind.template) if isinstance(kind.template, Mapping) else [""]
    rows = [(reason and f"`{reason}`", *map(shown, kind.texts(reason))) for reason in reasons]
    return f"### `{kind.code}`\n\n`{kind.__name__}`: {meaning(kind)} {fields(kind)}" + table(
        ("reason", "message", "what to do"), rows
    )


def branch(kind: type[LicenseError]) -> str:
    """Return the section of one branch of the tree."""
    code = exit_code(kind.__new__(kind))
    parts = [f"## {kind.__name__}\n\n{meaning(kind)} Code `{kind.code}`, exit code {code}.\n"]
    for one in (kind, *below(kind)):
        if hasattr(one, "template"):
            parts.append(messages(one))
        elif one is not kind:
            parts.append(f"### `{one.code}`\n\n`{one.__name__}`: {meaning(one)} Only its subclasses are raised.\n")
    return "\n".join(parts)


def sections() -> str:
    """Return all that follows the first section of `docs/errors.md`."""
    branches = sorted(children(LicenseError), key=lambda kind: kind.__name__)
    faults = [f"## Fault\n\n{meaning(Fault)}\n", *map(messages, below(Fault))]
    rules = ["## Rules of documents\n\nIn `rule` of `PayloadInvalid`.\n", messages(RuleBroken)]
    return "\n".join([*map(branch, branches), *faults, *rules])


def main() -> None:
    """Replace the sections that follow the text a person wrote."""
    path = DOCS / "errors.md"
    written = re.split(r"^(?=## )", path.read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    path.write_text(written + sections(), "utf-8")


if __name__ == "__main__":
    main()
