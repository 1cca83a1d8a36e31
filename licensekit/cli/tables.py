"""Options for tables that people wrote: `--encoding`, `--column` and `--ignore`."""

from collections.abc import Sequence
from typing import Final

import click

from licensekit.cli.options import Decorator, collected, divided
from licensekit.text.columns import TableOptions
from licensekit.text.rows import ENCODINGS, UTF_8


def _pairs(_ctx: click.Context, _param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    return dict(map(divided, given))


_encoding = click.option(
    "--encoding",
    type=click.Choice(ENCODINGS, case_sensitive=False),
    default=UTF_8,
    metavar="NAME",
    help="The encoding of a table: windows-1252. Default: UTF-8 or UTF-16, as it shows.",
)
_column = click.option(
    "--column",
    "columns",
    metavar="HEADING=COLUMN",
    multiple=True,
    callback=_pairs,
    help="Read the column with this heading as COLUMN; may be repeated.",
)
_ignore = click.option(
    "--ignore",
    "ignored",
    metavar="HEADING",
    multiple=True,
    help="Leave out the column with this heading; may be repeated.",
)
table_options: Final[Decorator] = collected("table", TableOptions, _encoding, _column, _ignore)
"""How a table is read: `--encoding`, `--column` and `--ignore`, as `table`."""
