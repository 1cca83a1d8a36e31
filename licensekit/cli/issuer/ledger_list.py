"""`licensekit ledger list`: which bundles were issued, and how they stand."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from licensekit.cli.issuer.options import clock, workspace_option
from licensekit.cli.issuer.permission import moment
from licensekit.cli.output import emit_json, json_option, remark, table
from licensekit.dates import format_days, format_seconds
from licensekit.issuer.ledger.listing import STATES, Filters, Listed
from licensekit.issuer.workspace import Workspace
from licensekit.limits import TERM_DAYS
from licensekit.wire.plain import word

_PAGE: Final = 50
_COLUMNS: Final = (
    "entry",
    "identity",
    "serial",
    "part",
    "sequence",
    "company",
    "product",
    "use",
    "issued",
    "expiry",
    "state",
    "order",
    "key_id",
    "who",
)


@click.command("list")
@click.option("--company", metavar="NAME", help="Of companies whose name begins so.")
@click.option("--serial", metavar="SERIAL", help="Of this serial.")
@click.option("--order", metavar="NUMBER", help="For the order of this number.")
@click.option("--product", metavar="CODE", help="Of this product.")
@click.option("--state", type=click.Choice(STATES), help="That stand so now.")
@click.option(
    "--expiring-within",
    type=click.IntRange(0, TERM_DAYS),
    metavar="DAYS",
    help="Current ones whose term ends today or within so many days.",
)
@click.option("--since", metavar="TIME", callback=moment, help="Issued on this day, or later.")
@click.option(
    "--limit", type=click.IntRange(1), default=_PAGE, show_default=True, help="So many at most."
)
@click.option("--after", type=click.IntRange(1), metavar="ENTRY", help="Go on behind this one.")
@click.option("--all", "show_all", is_flag=True, help="All of them, however many there are.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@workspace_option
@json_option
def list_(
    *,
    folder: Path,
    expiring_within: int | None,
    limit: int,
    after: int | None,
    show_all: bool,
    as_csv: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """List the bundles that were issued, the newest first.

    With --expiring-within, and with --state current, those whose end is near come first.
    """
    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both.")
    filters = Filters(expiring_within=expiring_within, **asked)
    with Workspace.open(folder) as workspace:
        found = workspace.bundles(
            filters, now=clock(), limit=None if show_all else limit + 1, after=after
        )
        shown, more = (found, None) if show_all else _page(found, limit)
        if as_csv:
            _print_csv(shown)
        elif as_json:
            emit_json({"bundles": [_json(one) for one in shown], "more_after": more})
        else:
            _show(shown)
    if more is not None and not as_json:
        remark(f"There are more: go on with --after {more}, or give --all.")


def _page(found: Iterable[Listed], limit: int) -> tuple[list[Listed], int | None]:
    """Give a page, and the entry that the next one comes behind, if there is one."""
    rows = list(found)
    return rows[:limit], rows[limit - 1].number if len(rows) > limit else None


def _show(found: Iterable[Listed]) -> None:
    rows = [
        (
            one.number,
            format_seconds(one.issued)[:10],
            one.name,
            one.company,
            "for ever" if one.expiry is None else format_days(one.expiry),
            one.state,
            one.order_number,
        )
        for one in found
    ]
    if not rows:
        remark("There are none.")
        return
    table([">entry", "issued", "bundle", "company", "until", "state", "order"], rows)


def _json(one: Listed) -> dict[str, Any]:
    return dict(zip(_COLUMNS, _cells(one), strict=True))


def _cells(one: Listed) -> tuple[Any, ...]:
    return (
        one.number,
        one.identity.hex(),
        one.serial,
        one.part,
        one.sequence,
        one.company,
        one.product,
        word(one.use),
        format_seconds(one.issued),
        None if one.expiry is None else format_days(one.expiry),
        one.state,
        one.order_number,
        one.key_id.hex(),
        one.who,
    )


def _print_csv(found: Iterable[Listed]) -> None:
    for line in _csv_lines([_COLUMNS, *map(_cells, found)]):
        click.echo(line, nl=False)


def _csv_lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerow(row)
        yield buffer.getvalue()
