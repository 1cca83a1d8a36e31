"""Whom the commands believe that may be the first in an installation: built in, given, recorded."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NamedTuple

import click

from licensekit.cli.customer.commands import ApplicationOption, built_in_of, opened
from licensekit.cli.inputs import located, read_input
from licensekit.cli.output import warn
from licensekit.errors import NotActivated
from licensekit.installation import Installation
from licensekit.limits import SECONDS
from licensekit.state.stored import Recorded
from licensekit.trust.pack import open_pack, pin_in_pack


class Trusted(NamedTuple):
    """Where an installation is, and whom to believe there."""

    home: str | None
    root: str | None
    pack: bytes | None
    released: date | None
    is_set_up: bool
    """Whether there is one already."""

    def open(
        self, *, create: bool, place: str | None = None
    ) -> AbstractContextManager[Installation]:
        """Open the installation, at `place` for a rehearsal."""
        return opened(
            self.home,
            place=place,
            root=self.root,
            pack=self.pack,
            released=self.released,
            create=create,
        )


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--pack` and `--root`, which are needed until the first activation records them."""
    command = click.option(
        "--root",
        cls=ApplicationOption,
        metavar="PIN",
        help="The vendor's root pin, lkroot1-…, the first time.",
    )(command)
    return click.option(
        "--pack",
        cls=ApplicationOption,
        metavar="FILE",
        help="The application's pack (.lkp), the first time.",
    )(command)


def trusted(
    home: str | None, pack: str | None, root: str | None, released: date | None = None
) -> Trusted:
    """Take pack and pin as built in, given or recorded; warn where the pin is a guess.

    Raises:
        NotActivated: there is neither a pack nor a record of one.
        LicenseError: the pack cannot be read, or is not of that root.
    """
    recorded, is_set_up = _recorded(home)
    built_in = built_in_of(click.get_current_context())
    if pack is None:
        if recorded is None and built_in.pack is None:
            raise NotActivated(
                "nothing was activated here yet, so the vendor's pack is needed",
                hint="give --pack FILE, and --root PIN from the vendor's documentation",
            )
        return Trusted(home, root, None, released, is_set_up)
    with located(pack):
        data = read_input(pack, what="a pack")
        known = built_in.root or root or (recorded and recorded.root)
        if known is None:
            known = root = pin_in_pack(data)
            warn(
                f"No --root was given, so the root was taken from the pack: {root}\n"
                "Compare it with the vendor's documentation: whoever made this pack chose it."
            )
        open_pack(data, known, SECONDS)  # whatever the clock shows: it is judged again
    return Trusted(home, root, data, released, is_set_up)


def _recorded(home: str | None) -> tuple[Recorded | None, bool]:
    """Return what was recorded, and whether there is an installation."""
    try:
        with opened(home) as installation:
            return installation.recorded, True
    except NotActivated:
        return None, False
