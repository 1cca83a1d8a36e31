"""`licensekit activate`: take a license file, or show what it would change."""

from contextlib import AbstractContextManager
from datetime import date, datetime
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from licensekit.cli.customer import ApplicationOption, built_in_of, home_option, opened
from licensekit.cli.exits import NO
from licensekit.cli.inputs import located, read_input
from licensekit.cli.output import emit, emit_json, json_option, warn
from licensekit.cli.preview_view import preview_json, show_preview
from licensekit.customer import Activated, Installation, Preview
from licensekit.customer.first import pin_in_pack
from licensekit.errors import NotActivated


@click.command()
@click.argument("file")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would change, and stop.")
@click.option("--all", "show_all", is_flag=True, help="Show licenses that do not change as well.")
@click.option(
    "--pack",
    cls=ApplicationOption,
    metavar="FILE",
    help="The application's pack (.lkp), the first time.",
)
@click.option(
    "--root",
    cls=ApplicationOption,
    metavar="PIN",
    help="The vendor's root pin, lkroot1-…, the first time.",
)
@click.option(
    "--released",
    cls=ApplicationOption,
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="When this version of the product was released, for its maintenance.",
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
    released: datetime | None,
    home: str | None,
    only_preview: bool,
    show_all: bool,
    as_json: bool,
) -> None:
    """Activate a license file (`-`: standard input), whole or not at all.

    The first time, the vendor's pack and root pin are needed; they are recorded.
    """
    data = read_input(file, what="a license file")
    trust = _trust(home, pack, root, None if released is None else released.date())
    with located(file):
        if only_preview:
            preview, changed = _preview(trust, data), False
        else:
            preview, changed = _activate(trust, data)
    if as_json:
        emit_json({"activated": changed, **preview_json(preview)})
    else:
        show_preview(preview, show_all=show_all)
        _show_result(preview, changed=changed, only_preview=only_preview)
    if only_preview and not preview.can_activate:
        ctx.exit(NO)


class _Trust(NamedTuple):
    """Where to activate, and whom to believe there."""

    home: str | None
    root: str | None
    pack: bytes | None
    released: date | None
    is_set_up: bool

    def open(
        self, *, create: bool, place: str | None = None
    ) -> AbstractContextManager[Installation]:
        return opened(
            self.home,
            place=place,
            root=self.root,
            pack=self.pack,
            released=self.released,
            create=create,
        )


def _trust(home: str | None, pack: str | None, root: str | None, released: date | None) -> _Trust:
    """Take pack and pin as built in, given or recorded; warn where the pin is a guess."""
    built_in = built_in_of(click.get_current_context())
    data = None
    if pack is not None:
        with located(pack):
            data = read_input(pack, what="a pack")
    try:
        with opened(home) as installation:
            recorded, is_set_up = installation.recorded, True
    except NotActivated:
        recorded, is_set_up = None, False
    if recorded is None and data is None and built_in.pack is None:
        raise NotActivated(
            "nothing was activated here yet, so the vendor's pack is needed",
            hint="give --pack FILE, and --root PIN from the vendor's documentation",
        )
    if recorded is None and root is None and built_in.root is None and data is not None:
        with located(str(pack)):
            root = pin_in_pack(data)
        warn(
            f"No --root was given, so the root was taken from the pack: {root}\n"
            "Compare it with the vendor's documentation: whoever made this pack chose it."
        )
    return _Trust(home, root, data, released, is_set_up)


def _preview(trust: _Trust, data: bytes) -> Preview:
    if trust.is_set_up:
        with trust.open(create=False) as installation:
            return installation.preview(data)
    with TemporaryDirectory() as folder, trust.open(create=True, place=folder) as rehearsal:
        return rehearsal.preview(data)


def _activate(trust: _Trust, data: bytes) -> Activated:
    if not trust.is_set_up:
        # A file that is refused must not leave an empty installation behind.
        preview = _preview(trust, data)
        if preview.reasons:
            raise preview.reasons[0].with_more(preview.reasons[1:])
    with trust.open(create=True) as installation:
        return installation.activate(data)


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
