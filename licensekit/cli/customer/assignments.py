"""The commands `assign`, `release` and `prefer`, which users and sites have alike."""

from collections.abc import Callable
from typing import Any, Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.options import option
from licensekit.cli.output import emit
from licensekit.installation import Installation, Sites, Users

_holder: Final[Callable[..., Any]] = click.argument("holder", metavar="ID")
_licenses: Final[Callable[..., Any]] = click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)


def assignment_commands(noun: str, holders: Callable[[Installation], Users | Sites]) -> list[click.Command]:
    """Return the commands that assign licenses to a `noun`, release them, and choose who keeps one."""

    @click.command(help=f"Assign licenses to a {noun}.")
    @_holder
    @_licenses
    @option("--release LICENSE...", "Release this license in the same change.")
    @in_installation
    def assign(*, holder: str, licenses: tuple[str, ...], release: tuple[str, ...], installation: Installation) -> None:
        assigned = holders(installation).assign(holder, *licenses, release=release)
        emit(f"{holder}: assigned {', '.join(assigned) or 'nothing new'}")

    @click.command(help=f"Release licenses of a {noun}.")
    @_holder
    @_licenses
    @in_installation
    def release(*, holder: str, licenses: tuple[str, ...], installation: Installation) -> None:
        holders(installation).release(holder, *licenses)
        emit(f"{holder}: released {', '.join(licenses)}")

    @click.command(help=f"Assign the first slots of a license to {noun}s: of too few, they keep one.")
    @click.argument("license_code", metavar="LICENSE")
    @click.argument("first", metavar="[ID]...", nargs=-1)
    @in_installation
    def prefer(*, license_code: str, first: tuple[str, ...], installation: Installation) -> None:
        holders(installation).prefer(license_code, *first)
        emit(f"{license_code}: first {', '.join(first) or 'as before'}")

    return [assign, release, prefer]
