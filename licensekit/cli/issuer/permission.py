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
        help="A type that it may sign. Default: every type; with a limit below, bundle alone.",
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
        "--parts",
        multiple=True,
        metavar="PART",
        help="A part that its bundles may be of. Default: every part.",
    ),
    click.option(
        "--most",
        type=click.IntRange(1, limits.COUNT),
        metavar="COUNT",
        help="The highest count of any license in one of its bundles; needs --parts.",
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
