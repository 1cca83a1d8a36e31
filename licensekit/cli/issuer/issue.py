"""`licensekit issue`, `renew` and `amend`: license files from orders, and from changes of what was sold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
from click.core import ParameterSource

from licensekit import issuer, limits
from licensekit.cli.inputs import STANDARD, is_terminal, located, standard_input
from licensekit.cli.issuer import options, output
from licensekit.cli.options import PATH, collected, option, pairs, refuse, together, whole
from licensekit.cli.output import remark
from licensekit.cli.tables import table_options
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import Catalog

_change_options: Final = together(  # of `renew` and `amend`
    refuse(
        "not a terminal: pass --yes, or --preview to only show the changes.",
        lambda given: (
            not (given["yes"] or given["preview"] or given.get("as_csv")) and (given["as_json"] or not is_terminal())
        ),
    ),
    option("--part PART", "Which part of the serial.", default="base"),
    option("--order-number NUMBER number", "Your number for it; the same number is done only once."),
    option("--purchase-order NUMBER", "The customer's own number for it, for the ledger."),
    output.license_options,
)
_DAYS: Final = (
    "Extend by this many days from the present end, or from today if that has passed. Each run adds them; with"
    " --order-number, only the first."
)
_ENDING: Final = "Renew all whose term or maintenance ends today or within this many days."
_MANY: Final = ("expiring_within", "source")
_ENDS: Final = ("expires", "days", "source")
_OF_ONE: Final = ("expires", "maintenance", "part", "number", "purchase_order")
_SETS: Final = "Set a count, a value or any key of an order: users.sales-pro=50, expiry=2028-12-31."


class BulkOptions(NamedTuple):
    """How orders are read and issued in bulk."""

    table: TableOptions
    as_lines: bool  # print licenses instead of writing files
    keep_going: bool
    workers: int


_WORKERS: Final = "In bulk, sign and write with this many additional processes."
_bulk_options: Final = collected(
    "how",
    BulkOptions,
    option("--json-lines as_lines", "Print a line of JSON for each license instead of writing files."),
    option("--keep-going", "Skip invalid orders and issue the rest."),
    option("--workers N", _WORKERS, type=whole(1, 64), default=1),
    table_options,
)

_FORMS: Final = click.Choice(["toml", "jsonl", "csv"])


@click.command()
@click.argument("orders", nargs=-1, required=True, metavar="ORDERS...")
@option("--format form", "How ORDERS are written. Default: by their names.", type=_FORMS)
@_bulk_options
@output.license_options
def issue(*, orders: tuple[str, ...], form: str | None, how: BulkOptions, wanted: output.FileOptions) -> None:
    """Sign the licenses that orders describe, and enter them in the ledger."""
    sources = [_source(path, form) for path in orders]
    if len(sources) == 1 and sources[0].is_one_order and not how.as_lines:
        _issue_one(sources[0], wanted)
    else:
        from licensekit.cli.issuer.issue_bulk import issue_bulk  # noqa: PLC0415  # one order does not need it

        issue_bulk(sources, wanted, how)


def _source(path: str, form: str | None) -> issuer.OrderSource:
    if path == STANDARD:
        return issuer.order_stream(standard_input(), "standard input", form)
    found = issuer.order_file(path, form)
    if found is None:
        raise click.UsageError(f"{path} does not end in .toml, .jsonl or .csv: pass --format.")
    return found


def _issue_one(one: issuer.OrderSource, wanted: output.FileOptions) -> None:
    workspace, now = wanted.workspace, wanted.now
    with located(one.path):
        draft = issuer.read_draft(one.read())
    attach, catalog = wanted.attach, workspace.catalog.require_unchanged(now)
    with located(one.path):
        proposal = workspace.propose_issue(draft, now=now, attach=attach, approve=wanted.drawing(catalog))
        file = wanted.sign(proposal, catalog)
    if file is not None:
        wanted.write(file, catalog)
        options.remind_of_root(workspace)


def _is_mixed(given: dict[str, Any]) -> bool:
    """Return whether options for one renewal are given for many, or the reverse."""
    source_of = click.get_current_context().get_parameter_source
    of_one = any(source_of(name) is not ParameterSource.DEFAULT for name in _OF_ONE)
    of_list = given["as_csv"] or given["customer"] is not None
    return (of_one and not given["serial"]) or (of_list and given["expiring_within"] is None)


@click.command()
@refuse(
    "give SERIAL, --expiring-within DAYS or --from-file FILE.",
    lambda given: sum(given[name] is not None for name in ("serial", *_MANY)) != 1,
)
@refuse(
    "give --expires DATE or --days N; with --from-file, neither.",
    lambda given: len([name for name in _ENDS if given[name] is not None]) != 1 and given["maintenance"] is None,
)
@refuse(
    "--customer and --csv go with --expiring-within;"
    " --part, --order-number, --purchase-order, --expires and --maintenance with SERIAL.",
    _is_mixed,
)
@click.argument("serial", required=False)
@option("--expires DATE", "The new expiry: 2028-12-31.")
@option("--days N", _DAYS, type=whole(1, limits.TERM_DAYS))
@option("--maintenance DATE", "Cover versions released up to this date.")
@option("--expiring-within DAYS", _ENDING, type=whole(0, limits.TERM_DAYS))
@option("--customer NAME", "Only those of this customer: its external id, or its name.")
@option("--csv as_csv", "Print CSV, to edit and pass to --from-file.")
@option("--from-file FILE source", "Many renewals: a table, as --csv prints it.", type=PATH)
@_bulk_options
@_change_options
def renew(
    *, serial: str | None, as_csv: bool, source: Path | None, how: BulkOptions, wanted: output.FileOptions, **asked: Any
) -> None:
    """Renew a license: issue its next sequence, with a later end."""
    filters = issuer.Filters(expiring_within=asked.pop("expiring_within"), customer=asked.pop("customer"))
    if serial is not None:
        change = issuer.renewal(serial, **asked)
        _change(lambda _: change, wanted)
        return
    from licensekit.cli.issuer.issue_bulk import renew_ending, renew_listed  # noqa: PLC0415  # one renewal does not need it

    if source is not None:
        renew_listed(source, wanted, how)
    else:
        renew_ending(wanted, how, filters, asked["days"], as_csv=as_csv)


@click.command()
@refuse("give --set KEY=VALUE or --remove KEY.", lambda given: not (given["sets"] or given["removed"]))
@option("--set KEY=VALUE... sets", _SETS, callback=pairs)
@click.argument("serial")
@option("--remove KEY... removed", "Take something out: users.sales-pro.")
@_change_options
def amend(*, sets: list[tuple[str, str]], removed: tuple[str, ...], wanted: output.FileOptions, **named: Any) -> None:
    """Change what was sold: issue its next sequence, with only these changes."""
    changes = [*sets, *((key, None) for key in removed)]

    def asked(catalog: Catalog) -> issuer.Amendment:
        values: dict[str, object] = {}
        for name, text in changes:
            key = issuer.parse_key(name, catalog)
            if key.path in values:
                raise click.UsageError(f"{key.path} is given twice.")
            values[key.path] = None if text is None else key.read(text)
        return issuer.amendment(sets=values, **named)

    _change(asked, wanted)


def _change(asking: Callable[[Catalog], issuer.Amendment], wanted: output.FileOptions) -> None:
    workspace, now = wanted.workspace, wanted.now
    catalog = workspace.catalog.require_unchanged(now)
    proposed = workspace.propose_change(asking(catalog), now=now, attach=wanted.attach, approve=wanted.drawing(catalog))
    file = wanted.sign(proposed, catalog, always=True)
    if file is None:
        return
    wanted.write(file, catalog, changes=proposed.as_json()["changes"])
    options.remind_of_root(workspace)
    if not wanted.consent.as_json and not file.is_repeated:
        remark("Send it to the customer, who activates it over the old one.")
