"""The options that say what a key may sign."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from licensekit import limits
from licensekit.cli.inputs import moment
from licensekit.issuer import Permission
from licensekit.wire.documents import SignedType, Use
from licensekit.wire.plain import word

_TYPES = {word(kind): kind for kind in SignedType}
_USES = {word(use): use for use in Use}


def permission(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; they come as `permission`, whose issuer may still be empty."""

    @click.option(
        "--issuer", metavar="CODE", help="For whom it signs. Default: the workspace's issuer."
    )
    @click.option(
        "--signs",
        multiple=True,
        type=click.Choice(list(_TYPES)),
        help="A type that it may sign. Default: every type.",
    )
    @click.option(
        "--use",
        "uses",
        multiple=True,
        type=click.Choice(list(_USES)),
        help="A use that its bundles may have. Default: every use.",
    )
    @click.option(
        "--longest-term",
        type=click.IntRange(1, limits.TERM_DAYS),
        metavar="DAYS",
        help="The longest term of its bundles, grace included.",
    )
    @click.option(
        "--from",
        "begin",
        metavar="TIME",
        callback=moment,
        help="From when on it signs. Default: now.",
    )
    @click.option(
        "--to", "end", metavar="TIME", callback=moment, help="Until when it signs. Default: no end."
    )
    @wraps(command)
    def collected(
        *,
        issuer: str | None,
        signs: tuple[str, ...],
        uses: tuple[str, ...],
        longest_term: int | None,
        begin: int | None,
        end: int | None,
        **given: Any,
    ) -> None:
        asked = Permission(
            issuer or "",
            tuple(_TYPES[name] for name in signs) or tuple(SignedType),
            tuple(_USES[name] for name in uses) or tuple(Use),
            longest_term,
            begin,
            end,
        )
        command(permission=asked, **given)

    return collected
