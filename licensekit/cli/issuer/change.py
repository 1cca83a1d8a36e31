"""`licensekit renew` and `licensekit amend`: the next sequence of what was sold."""

from collections.abc import Callable
from typing import Any, Final

import click

from licensekit import limits
from licensekit.cli.inputs import is_terminal
from licensekit.cli.issuer.options import remind_of_root
from licensekit.cli.issuer.output import FileOptions, license_options
from licensekit.cli.options import option, pairs, refuse, together, whole
from licensekit.cli.output import remark
from licensekit.issuer import Amendment, amendment, parse_key, renewal
from licensekit.wire.documents import Catalog

change_options: Final = together(
    refuse(
        "not a terminal: pass --yes, or --preview to only show the changes.",
        lambda given: not (given["yes"] or given["preview"]) and (given["as_json"] or not is_terminal()),
    ),
    click.argument("serial"),
    option("--part PART", "Which part of the serial.", default="base"),
    option("--order-number NUMBER number", "Your number for it: done once."),
    license_options,
)
"""The options that both commands have; what is asked for comes as `serial`, `part` and `number`."""


@click.command()
@refuse("give --expires DATE or --days N.", lambda given: (given["expires"] is None) == (given["days"] is None))
@option("--expires DATE", "The new expiry: 2028-12-31.")
@option(
    "--days N",
    "Extend by this many days from the present expiry, or from today if that has passed. Each"
    " run adds them; with --order-number, only the first.",
    type=whole(1, limits.TERM_DAYS),
)
@option("--maintenance DATE", "Cover versions released up to this date.")
@change_options
def renew(*, wanted: FileOptions, **asked: Any) -> None:
    """Issue a license again with a later end: its next sequence, with everything else as it was.

    Warning, grace and next check keep their distance to the expiry. The changes are shown before they are signed.
    Without a terminal to ask on, nothing is signed without --yes.
    """
    change = renewal(**asked)
    _change(lambda _: change, wanted)


@click.command()
@refuse("give --set KEY=VALUE or --remove KEY.", lambda given: not (given["sets"] or given["removed"]))
@option(
    "--set KEY=VALUE... sets",
    "Set a count, a value or any key of an order: users.sales-pro=50, expiry=2028-12-31.",
    callback=pairs,
)
@option("--remove KEY... removed", "Take something out: users.sales-pro.")
@change_options
def amend(*, sets: list[tuple[str, str]], removed: tuple[str, ...], wanted: FileOptions, **named: Any) -> None:
    """Change what was sold: its next sequence, with everything else as it was.

    KEY is one of an order, `system.CODE`, `sites.CODE`, `users.CODE`, `settings.CODE`, or the code of a license alone;
    a count is a number or `unrestricted`. The changes are shown before they are signed. Without a terminal to ask on,
    nothing is signed without --yes.
    """
    changes = [*sets, *((key, None) for key in removed)]

    def asked(catalog: Catalog) -> Amendment:
        values: dict[str, object] = {}
        for name, text in changes:
            key = parse_key(name, catalog)
            if key.path in values:
                raise click.UsageError(f"{key.path} is given twice.")
            values[key.path] = None if text is None else key.read(text)
        return amendment(sets=values, **named)

    _change(asked, wanted)


def _change(asking: Callable[[Catalog], Amendment], wanted: FileOptions) -> None:
    workspace, now = wanted.workspace, wanted.now
    catalog = workspace.catalog.require_unchanged(now)
    attach, approve = wanted.attach, wanted.drawing(catalog)
    proposed = workspace.propose_change(asking(catalog), now=now, attach=attach, approve=approve)
    file = wanted.sign(proposed, catalog, always=True)
    if file is None:
        return
    wanted.write(file, catalog, changes=proposed.as_json()["changes"])
    remind_of_root(workspace)
    if not wanted.as_json and not file.is_repeated:
        remark("Send it to the customer, who activates it over the present one.")
