"""Options for tables that people wrote: `--encoding`, `--column` and `--ignore`."""

from collections.abc import Sequence
from typing import Final

import click

from licensekit.cli.options import Decorator, collected, option, pairs
from licensekit.text.columns import TableOptions
from licensekit.text.rows import ENCODINGS, UTF_8


def _columns(ctx: click.Context, param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    return dict(pairs(ctx, param, given))


table_options: Final[Decorator] = collected(
    "table",
    TableOptions,
    option(
        "--encoding NAME",
        "The encoding of a table: windows-1252. Default: UTF-8 or UTF-16, as it shows.",
        type=click.Choice(ENCODINGS, case_sensitive=False),
        default=UTF_8,
        show_default=False,
    ),
    option(
        "--column HEADING=COLUMN... columns",
        "Read the column with this heading as COLUMN; may be repeated.",
        callback=_columns,
    ),
    option("--ignore HEADING... ignored", "Leave out the column with this heading; may be repeated."),
)
"""How a table is read: `--encoding`, `--column` and `--ignore`, as `table`."""
