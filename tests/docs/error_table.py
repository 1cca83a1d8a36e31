"""The tables of `docs/errors.md`, made from the classes: `python -m tests.docs.error_table`."""

import inspect
import re
from collections.abc import Iterator

from licensekit.cli.exits import exit_code
from licensekit.errors import LicenseError
from tests.docs.tables import DOCS


def meaning(kind: type[LicenseError]) -> str:
    """Return the docstring as one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split())


def below(kind: type[LicenseError]) -> Iterator[type[LicenseError]]:
    """Yield the subclasses, each before its own."""
    for child in sorted(kind.__subclasses__(), key=lambda child: child.code):
        yield child
        yield from below(child)


def branch(kind: type[LicenseError]) -> str:
    """Return the section of one branch of the tree."""
    rows = [
        f"| `{child.code}` | `{child.__name__}` | {meaning(child)} | {child.default_hint} |"
        for child in below(kind)
    ]
    codes = f"Code `{kind.code}`, exit code {exit_code(kind(''))}."
    head = f"## {kind.__name__}\n\n{meaning(kind)} {codes}\n"
    if not rows:
        return head
    table = ["| code | class | meaning | what to do |", "|---|---|---|---|", *rows]
    return head + "\n" + "\n".join(table) + "\n"


def sections() -> str:
    """Return all that follows the first section of `docs/errors.md`."""
    branches = sorted(LicenseError.__subclasses__(), key=lambda kind: kind.__name__)
    return "\n".join(branch(kind) for kind in branches)


def main() -> None:
    """Replace the sections that follow the text a person wrote."""
    path = DOCS / "errors.md"
    written = re.split(r"^(?=## )", path.read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    path.write_text(written + sections(), "utf-8")


if __name__ == "__main__":
    main()
