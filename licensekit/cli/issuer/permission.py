"""The options that say what a key may sign."""

from typing import Final

import click

from licensekit import limits
from licensekit.cli.options import WordChoice, collected, moment
from licensekit.issuer import Permission
from licensekit.wire.documents import SignedType, Use

permission: Final = collected(
    "permission",
    Permission,
    click.option(
        "--issuer",
        metavar="CODE",
        default="",
        help="For whom it signs. Default: the workspace's issuer.",
    ),
    click.option(
        "--signs",
        "types",
        multiple=True,
        type=WordChoice(SignedType),
        default=WordChoice(SignedType).choices,
        help="A type that it may sign. Default: every type.",
    ),
    click.option(
        "--use",
        "uses",
        multiple=True,
        type=WordChoice(Use),
        default=WordChoice(Use).choices,
        help="A use that its bundles may have. Default: every use.",
    ),
    click.option(
        "--longest-term",
        type=click.IntRange(1, limits.TERM_DAYS),
        metavar="DAYS",
        help="The longest term of its bundles, grace included.",
    ),
    click.option(
        "--from",
        "valid_from",
        metavar="TIME",
        callback=moment,
        help="From when on it signs. Default: now.",
    ),
    click.option(
        "--to",
        "valid_to",
        metavar="TIME",
        callback=moment,
        help="Until when it signs. Default: no end.",
    ),
)
"""They come as `permission`, whose issuer may still be empty."""
