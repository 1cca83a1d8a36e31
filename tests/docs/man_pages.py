"""Pages for `man`, made from the commands: `python -m tests.docs.man_pages FOLDER` writes them there.

`licensekit.1` lists the commands, and each has a page of its own with its subcommands: `licensekit-users.1`.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from licensekit.cli.main import COMMANDS, licensekit
from tests.docs.tables import section, tables, text_of

PROGRAM: Final = "licensekit"
ENVIRONMENT: Final[Mapping[str, str]] = {
    "LICENSEKIT_HOME": "The installation of customers' commands: a folder, or a postgresql:// URL.",
    "LICENSEKIT_TRACEBACK": "If it is not empty, a defect of licensekit is shown with its traceback.",
    "COLUMNS": "The width of tables. By default that of the terminal; a row in a file or a pipe is one line.",
    "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR": "Whether output is in color; --color and --no-color go before.",
}
_ESCAPED: Final = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"})
_WORD: Final = re.compile(r"(?P<option>(?<![\w-])--?[a-z][\w-]*)|(?P<value>\b[A-Z][A-Z.]+\b)")


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    context = click.Context(licensekit, info_name=PROGRAM, **licensekit.context_settings)
    found = {f"{PROGRAM}.1": "".join(_overview(context))}
    for name in COMMANDS:
        command = licensekit.get_command(context, name)
        assert command is not None
        found[f"{PROGRAM}-{name}.1"] = "".join(_page(click.Context(command, context, name)))
    return found


def _overview(context: click.Context) -> Iterator[str]:
    text = cleandoc(licensekit.help or "")
    yield from _head(PROGRAM, text.partition("\n")[0])
    yield f".SH SYNOPSIS\n{_usage(context)}"
    yield f".SH DESCRIPTION\n{_paragraphs(text)}"
    yield f".SH OPTIONS\n{''.join(_options(context))}"
    for heading, names in groupby(COMMANDS, lambda name: COMMANDS[name].section):
        yield f".SH {_escaped(heading.upper())}\n"
        for name in names:
            command = licensekit.get_command(context, name)
            assert command is not None
            yield f".TP\n.BR {_escaped(f'{PROGRAM}-{name}')} (1)\n{_line(command.get_short_help_str(limit=200))}"
    (codes,) = tables(section(text_of("commands.md"), "Exit codes"))
    yield ".SH EXIT STATUS\n"
    yield from (f".TP\n.B {code}\n{_line(meaning)}" for code, meaning in codes)
    yield ".SH ENVIRONMENT\n"
    yield from (f".TP\n.B {_escaped(name)}\n{_line(meaning)}" for name, meaning in ENVIRONMENT.items())


def _page(context: click.Context) -> Iterator[str]:
    name = context.command_path.replace(" ", "-")
    yield from _head(name, context.command.get_short_help_str(limit=200))
    below = list(_below(context))
    yield ".SH SYNOPSIS\n"
    yield ".br\n".join(_usage(one) for one in below or [context])
    yield f".SH DESCRIPTION\n{_paragraphs(context.command.help or '')}"
    yield f".SH OPTIONS\n{''.join(_options(context))}"
    if below:
        yield ".SH COMMANDS\n"
    for one in below:
        yield f".SS {_escaped(one.command_path)}\n{_paragraphs(one.command.help or '')}{''.join(_options(one))}"
    yield f".SH SEE ALSO\n.BR {PROGRAM} (1)\n"


def _below(context: click.Context) -> Iterator[click.Context]:
    """Yield the commands of a group, and of groups in it."""
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            found = click.Context(command, context, name)
            yield from [*_below(found)] or [found]


def _head(name: str, text: str) -> Iterator[str]:
    yield f'.TH "{_escaped(name.upper())}" 1 "" "licensekit {version("licensekit-files")}" "licensekit"\n'
    # No hyphens where a line ends: names of commands and options have their own.
    yield f".nh\n.ad l\n.SH NAME\n{_escaped(name)} \\- {_escaped(text.rstrip('.'))}\n"


def _usage(context: click.Context) -> str:
    words = [context.command_path, *context.command.collect_usage_pieces(context)]
    return f".B {_escaped(words[0])}\n{_marked(' '.join(words[1:]))}\n"


def _options(context: click.Context) -> Iterator[str]:
    records = (one.get_help_record(context) for one in context.command.get_params(context))
    for written, text in (record for record in records if record and record[1]):
        yield f".TP\n{_marked(written)}\n{_line(text)}"


def _paragraphs(text: str) -> str:
    return ".PP\n".join(_line(" ".join(one.split())) for one in cleandoc(text).split("\n\n"))


def _line(text: str) -> str:
    """Return a text as one line, with what is typed in bold."""
    parts = re.split(r"`([^`]*)`", text)
    shown = "".join(rf"\fB{_escaped(part)}\fR" if odd % 2 else _escaped(part) for odd, part in enumerate(parts))
    return f"\\&{shown}\n"


def _marked(text: str) -> str:
    """Return how something is typed: options in bold, what stands for a value in italics."""
    shown, at = "", 0
    for found in _WORD.finditer(text):
        font = "B" if found["option"] else "I"
        shown += f"{_escaped(text[at : found.start()])}\\f{font}{_escaped(found[0])}\\fR"
        at = found.end()
    return f"\\&{shown}{_escaped(text[at:])}"


def _escaped(text: str) -> str:
    return re.sub(r"[^\x00-\x7f]", lambda found: rf"\[u{ord(found[0]):04X}]", text.translate(_ESCAPED))


def main() -> None:
    """Write every page into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
