"""`licensekit activate`: take a license file, or show what it would change."""

from datetime import date

import click

from licensekit.cli.customer.commands import ApplicationOption, home_option, opened_first, trust_options
from licensekit.cli.exits import NO
from licensekit.cli.inputs import located, read_input
from licensekit.cli.options import DAY, option
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.preview import show_preview
from licensekit.installation import Preview


@click.command()
@click.argument("file")
@option("--preview only_preview", "Show what would change, and stop.")
@option("--all show_all", "Show licenses that do not change as well.")
@trust_options
@option(
    "--released DATE",
    "When this version of the product was released, for its maintenance.",
    cls=ApplicationOption,
    type=DAY,
)
@home_option
@json_option
@click.pass_context
def activate(
    ctx: click.Context,
    *,
    file: str,
    pack: str | None,
    root: str | None,
    released: date | None,
    home: str | None,
    only_preview: bool,
    show_all: bool,
    as_json: bool,
) -> None:
    """Activate a license file (`-`: standard input), whole or not at all.

    The first time, the vendor's pack and root pin are needed; they are recorded.
    """
    data = read_input(file, what="a license file")
    with located(file), opened_first(home, pack, root, released) as installation:
        proposal = installation.propose_activate(data)
        preview, more = proposal.preview, proposal.as_json() if only_preview else {}
        changed = not only_preview and installation.activate(data).changed
    if as_json:
        emit_json({"activated": changed, **preview.plain(), **more})
    else:
        show_preview(preview, show_all=show_all)
        _show_result(preview, changed=changed, only_preview=only_preview)
    if only_preview and not preview.can_activate:
        ctx.exit(NO)


def _show_result(preview: Preview, *, changed: bool, only_preview: bool) -> None:
    if preview.reasons:
        click.secho("cannot be activated:", fg="red", bold=True)
        for reason in preview.reasons:
            emit(f"  {reason}")
    elif only_preview and preview.changes:
        click.secho("can be activated", fg="green", bold=True)
    elif changed:
        click.secho("activated", fg="green", bold=True)
    else:
        emit("nothing changes: all of this was activated before")
