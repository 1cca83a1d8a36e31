"""Options of commands that read spreadsheets."""

from collections.abc import Sequence
from typing import Final

import click

from licensekit.cli.options import Decorator, collected, option, pairs
from licensekit.text import columns, rows


def _columns(ctx: click.Context, param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    return dict(pairs(ctx, param, given))


_ENCODING: Final = "The encoding of the table, such as windows-1252. Default: UTF-8 or UTF-16, detected."
_ENCODINGS: Final = click.Choice(rows.ENCODINGS, case_sensitive=False)
_COLUMN: Final = "Read the column with this heading as COLUMN; may be repeated."
table_options: Final[Decorator] = collected(
    "table",
    columns.TableOptions,
    option("--encoding NAME", _ENCODING, type=_ENCODINGS, default=rows.UTF_8, show_default=False),
    option("--column HEADING=COLUMN... columns", _COLUMN, callback=_columns),
    option("--ignore HEADING... ignored", "Leave out the column with this heading; may be repeated."),
)
