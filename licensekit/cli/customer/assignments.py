"""The commands `assign`, `release` and `prefer`, which users and sites have alike."""

from collections.abc import Callable
from typing import Any, Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.options import option
from licensekit.cli.output import emit
from licensekit.installation import Installation, Sites, Users

Holders = Callable[[Installation], Users | Sites]
"""What of an installation the commands change."""

_holder: Final[Callable[..., Any]] = click.argument("holder", metavar="ID")
_licenses: Final[Callable[..., Any]] = click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)


def assign_command(noun: str, holders: Holders) -> click.Command:
    """Return the command that assigns licenses to a `noun`."""

    @click.command(help=f"Assign licenses to a {noun}.")
    @_holder
    @_licenses
    @option("--release LICENSE...", "Release this license in the same change.")
    @in_installation
    def assign(*, holder: str, licenses: tuple[str, ...], release: tuple[str, ...], installation: Installation) -> None:
        assigned = holders(installation).assign(holder, *licenses, release=release)
        emit(f"{holder}: assigned {', '.join(assigned) or 'nothing new'}")

    return assign


def release_command(noun: str, holders: Holders) -> click.Command:
    """Return the command that releases licenses of a `noun`."""

    @click.command(help=f"Release licenses of a {noun}.")
    @_holder
    @_licenses
    @in_installation
    def release(*, holder: str, licenses: tuple[str, ...], installation: Installation) -> None:
        holders(installation).release(holder, *licenses)
        emit(f"{holder}: released {', '.join(licenses)}")

    return release


def prefer_command(noun: str, holders: Holders) -> click.Command:
    """Return the command that chooses which of a `noun` keep a license."""

    @click.command(help=f"Assign the first slots of a license to {noun}s: of too few, they keep one.")
    @click.argument("license_code", metavar="LICENSE")
    @click.argument("first", metavar="[ID]...", nargs=-1)
    @in_installation
    def prefer(*, license_code: str, first: tuple[str, ...], installation: Installation) -> None:
        holders(installation).prefer(license_code, *first)
        emit(f"{license_code}: first {', '.join(first) or 'as before'}")

    return prefer
