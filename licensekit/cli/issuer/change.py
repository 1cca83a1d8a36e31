"""`licensekit renew` and `licensekit amend`: the next sequence of what was sold."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, is_terminal
from licensekit.cli.issuer.options import (
    clock,
    operator,
    passphrase,
    remind_of_root,
    unlock,
    workspace_option,
)
from licensekit.cli.issuer.output import FileOptions, hand_out, license_options
from licensekit.cli.output import emit_json, json_option, remark
from licensekit.cli.views.changes import changes_json, show_changes
from licensekit.issuer.catalog.pack import require_unchanged
from licensekit.issuer.orders.amendment import Amendment, amendment, renewal
from licensekit.issuer.orders.cells import place
from licensekit.issuer.workspace import Workspace
from licensekit.wire.documents import Catalog


def change_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that both commands have; `--yes` and `--preview` come as they are."""

    @click.argument("serial")
    @workspace_option
    @click.option("--part", default="base", show_default=True, help="Which part of the serial.")
    @click.option("--order", "number", metavar="NUMBER", help="Your number for it: done once.")
    @click.option("--preview", is_flag=True, help="Show the difference, and sign nothing.")
    @click.option("--yes", is_flag=True, help="Sign without asking.")
    @license_options
    @passphrase
    @json_option
    @wraps(command)
    def told(**given: Any) -> None:
        command(**given)

    return told


@click.command()
@click.option("--expires", metavar="DATE", help="The new expiry: 2028-12-31.")
@click.option(
    "--days",
    type=click.IntRange(1, limits.TERM_DAYS),
    metavar="N",
    help="So many days on from the present expiry, or from today if that has passed. Each run adds"
    " them; with --order, only the first.",
)
@click.option("--maintenance", metavar="DATE", help="Cover versions released up to this date.")
@change_options
def renew(
    *,
    serial: str,
    part: str,
    number: str | None,
    expires: str | None,
    days: int | None,
    maintenance: str | None,
    **told: Any,
) -> None:
    """Give a license a later end: its next sequence, with everything else as it was.

    Warning, grace and next check keep their distance to the expiry. The difference is shown before
    it is signed. Without a terminal to ask on, nothing is signed but with --yes.
    """
    if (expires is None) == (days is None):
        raise click.UsageError("give --expires DATE or --days N.")
    asked = renewal(
        serial, part=part, expires=expires, days=days, maintenance=maintenance, number=number
    )
    _change(lambda _: asked, **told)


@click.command()
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a count, a value or any key of an order: users.sales-pro=50, expiry=2028-12-31.",
)
@click.option(
    "--remove", "removed", multiple=True, metavar="KEY", help="Take something out: users.sales-pro."
)
@change_options
def amend(
    *,
    serial: str,
    part: str,
    number: str | None,
    sets: tuple[str, ...],
    removed: tuple[str, ...],
    **told: Any,
) -> None:
    """Change what was sold: its next sequence, with everything else as it was.

    KEY is one of an order, `system.CODE`, `sites.CODE`, `users.CODE`, `values.CODE`, or the code of
    a license alone; a count is a number or `unrestricted`. The difference is shown before it is
    signed. Without a terminal to ask on, nothing is signed but with --yes.
    """
    given = [*(_divided(one) for one in sets), *((key, None) for key in removed)]
    if not given:
        raise click.UsageError("give --set KEY=VALUE or --remove KEY.")

    def asked(catalog: Catalog) -> Amendment:
        told: dict[str, object] = {}
        for key, text in given:
            where = place(key, catalog)
            if where.path in told:
                raise click.UsageError(f"{where.path} is given twice.")
            told[where.path] = None if text is None else where.read(text)
        return amendment(serial, told, part=part, number=number)

    _change(asked, **told)


def _divided(written: str) -> tuple[str, str]:
    key, equals, text = written.partition("=")
    if not (key.strip() and equals and text.strip()):
        raise click.UsageError(f"{written!r} is not KEY=VALUE.")
    return key.strip(), text.strip()


def _change(
    asking: Callable[[Catalog], Amendment],
    *,
    folder: Path,
    preview: bool,
    yes: bool,
    wanted: FileOptions,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    now = clock()
    if not (yes or preview) and (as_json or not is_terminal()):
        raise click.UsageError(
            "give --yes to sign, or --preview to look: there is nobody to ask here."
        )
    with Workspace.open(folder) as workspace:
        state = workspace.state(now)
        require_unchanged(workspace.layout, state, now)
        catalog = state.signed_catalog
        asked = asking(catalog)
        proposed = workspace.propose(asked, now=now)
        if preview and as_json:
            emit_json(changes_json(proposed))
        elif not as_json:
            show_changes(proposed)
        if preview:
            return
        wanted.require_places()
        signer = None
        if proposed.differences:
            if not yes:
                click.confirm("Sign this?", abort=True, err=True)
            signer = unlock(workspace.key_for("bundle", now, wanted.signed_by), passphrase)
        file = workspace.change(
            asked,
            signer,
            who=operator(),
            now=now,
            bare=wanted.bare,
            shown=proposed,
            approve=lambda signed: wanted.drawings.draw(signed, catalog),
        )
        drawn = wanted.drawings.draw(file, catalog)
        changes = changes_json(proposed)["changes"]
        hand_out(file, wanted.output, as_json=as_json, drawn=drawn, changes=changes)
        remind_of_root(workspace)
    if not as_json and not file.is_repeated:
        remark("Send it to the customer, who activates it over the present one.")
