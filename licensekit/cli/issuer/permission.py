"""The options that say what a key may sign."""

from functools import wraps
from typing import Any, Final

import click

from licensekit import limits
from licensekit.cli.options import CODE, MOMENT, WordChoice, collected, option, whole
from licensekit.issuer import Permission
from licensekit.wire.documents import SignedType, Use


@wraps(Permission)
def _permitted(**given: Any) -> Permission:
    """Return what is asked for, unless the command line alone shows that no key can have it."""
    asked = Permission(**{name: value for name, value in given.items() if value})
    limits_ = (asked.longest_term, asked.parts, asked.most)
    if asked.types and SignedType.BUNDLE not in asked.types and given["uses"]:
        raise click.UsageError("--use is about bundles: add --signs bundle, or leave it out.")
    if any(limits_) and set(asked.types) - {SignedType.BUNDLE}:
        raise click.UsageError("with --longest-term, --parts or --most a key signs bundles alone.")
    if asked.most and not asked.parts:
        raise click.UsageError("--most needs --parts: name each part that the key may sign.")
    if asked.valid_from and asked.valid_to and asked.valid_to < asked.valid_from:
        raise click.UsageError("--to is before --from.")
    return asked


permission: Final = collected(
    "permission",
    _permitted,
    option("--issuer CODE", "For whom it signs. Default: the workspace's issuer.", type=CODE),
    option(
        "--signs types",
        "A type that it may sign. Default: every type; with a limit below, bundle alone.",
        multiple=True,
        type=WordChoice(SignedType),
    ),
    option("--use uses", "A use that its bundles may have. Default: every use.", multiple=True, type=WordChoice(Use)),
    option("--longest-term DAYS", "The longest term of its bundles, grace included.", type=whole(1, limits.TERM_DAYS)),
    option("--parts PART...", "A part that its bundles may be of. Default: every part.", type=CODE),
    option(
        "--most COUNT",
        "The highest count of any license in one of its bundles; needs --parts.",
        type=whole(1, limits.COUNT),
    ),
    option("--from TIME valid_from", "From when on it signs. Default: now.", type=MOMENT),
    option("--to TIME valid_to", "Until when it signs. Default: no end.", type=MOMENT),
)
"""They come as `permission`, whose issuer may still be empty."""
