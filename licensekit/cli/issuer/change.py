"""`licensekit renew` and `licensekit amend`: the next sequence of what was sold."""

from collections.abc import Callable
from typing import Any

import click

from licensekit import limits
from licensekit.cli.inputs import is_terminal
from licensekit.cli.issuer.options import remind_of_root
from licensekit.cli.issuer.output import FileOptions, license_options
from licensekit.cli.options import before, divided, option, whole
from licensekit.cli.output import remark
from licensekit.issuer import Amendment, Workspace, amendment, parse_key, renewal
from licensekit.wire.documents import Catalog


def change_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that both commands have; what is asked for comes as `serial` to `number`."""
    number = option("--order-number NUMBER number", "Your number for it: done once.")
    part = option("--part PART", "Which part of the serial.", default="base")
    asked = part(number(license_options(command)))
    return before(_require_consent)(click.argument("serial")(asked))


def _require_end(*, expires: str | None, days: int | None, **_: object) -> None:
    if (expires is None) == (days is None):
        raise click.UsageError("give --expires DATE or --days N.")


def _require_consent(*, preview: bool, yes: bool, as_json: bool, **_: object) -> None:
    if not (yes or preview) and (as_json or not is_terminal()):
        raise click.UsageError("not a terminal: pass --yes, or --preview to only show the changes.")


def _require_keys(*, sets: tuple[str, ...], removed: tuple[str, ...], **_: object) -> None:
    if not (sets or removed):
        raise click.UsageError("give --set KEY=VALUE or --remove KEY.")
    for one in sets:
        divided(one)


@click.command()
@before(_require_end)
@option("--expires DATE", "The new expiry: 2028-12-31.")
@option(
    "--days N",
    "Extend by this many days from the present expiry, or from today if that has passed. Each"
    " run adds them; with --order-number, only the first.",
    type=whole(1, limits.TERM_DAYS),
)
@option("--maintenance DATE", "Cover versions released up to this date.")
@change_options
def renew(
    *,
    serial: str,
    part: str,
    number: str | None,
    expires: str | None,
    days: int | None,
    maintenance: str | None,
    **given: Any,
) -> None:
    """Issue a license again with a later end: its next sequence, with everything else as it was.

    Warning, grace and next check keep their distance to the expiry. The changes are shown before they are signed.
    Without a terminal to ask on, nothing is signed without --yes.
    """
    asked = renewal(serial, part=part, expires=expires, days=days, maintenance=maintenance, number=number)
    _change(lambda _: asked, **given)


@click.command()
@before(_require_keys)
@option(
    "--set KEY=VALUE... sets", "Set a count, a value or any key of an order: users.sales-pro=50, expiry=2028-12-31."
)
@option("--remove KEY... removed", "Take something out: users.sales-pro.")
@change_options
def amend(
    *, serial: str, part: str, number: str | None, sets: tuple[str, ...], removed: tuple[str, ...], **given: Any
) -> None:
    """Change what was sold: its next sequence, with everything else as it was.

    KEY is one of an order, `system.CODE`, `sites.CODE`, `users.CODE`, `settings.CODE`, or the code of a license alone;
    a count is a number or `unrestricted`. The changes are shown before they are signed. Without a terminal to ask on,
    nothing is signed without --yes.
    """
    pairs = [*(divided(one) for one in sets), *((key, None) for key in removed)]

    def asked(catalog: Catalog) -> Amendment:
        values: dict[str, object] = {}
        for name, text in pairs:
            key = parse_key(name, catalog)
            if key.path in values:
                raise click.UsageError(f"{key.path} is given twice.")
            values[key.path] = None if text is None else key.read(text)
        return amendment(serial, values, part=part, number=number)

    _change(asked, **given)


def _change(asking: Callable[[Catalog], Amendment], *, workspace: Workspace, now: int, wanted: FileOptions) -> None:
    catalog = workspace.catalog.require_unchanged(now)
    attach, approve = wanted.audience.read(workspace, now), wanted.drawing(catalog)
    proposed = workspace.propose_change(asking(catalog), now=now, attach=attach, approve=approve)
    file = wanted.sign(workspace, proposed, catalog, always=True)
    if file is None:
        return
    wanted.write(file, catalog, changes=proposed.as_json()["changes"])
    remind_of_root(workspace)
    if not wanted.as_json and not file.is_repeated:
        remark("Send it to the customer, who activates it over the present one.")
