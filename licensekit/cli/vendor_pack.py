"""`licensekit pack`: what the application ships, brought up to date."""

from collections.abc import Sequence
from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import (
    STANDARD,
    PassphraseSource,
    located,
    read_input,
    write_output,
)
from licensekit.cli.output import emit_json, facts, json_option
from licensekit.cli.vendor_base import clock, operator, passphrase, workspace_option
from licensekit.cli.vendor_ceremony import end_of_freshness
from licensekit.cli.vendor_refresh import refresh
from licensekit.vendor.footing import Footing
from licensekit.vendor.workspace import Workspace
from licensekit.wire import armor
from licensekit.wire.armor import Token


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@workspace_option
@click.option("-o", "output", metavar="FILE", help="Write the pack here as well (`-`: print it).")
@click.option(
    "--take-away",
    is_flag=True,
    help="Sign the catalog even if it takes something away from bundles that were sold.",
)
@click.option(
    "--fresh-days",
    type=click.IntRange(1, limits.TERM_DAYS),
    metavar="DAYS",
    help="Sign the revocation list anew, to count as new for so long.",
)
@passphrase
@json_option
def pack(
    *,
    files: tuple[str, ...],
    folder: Path,
    output: str | None,
    take_away: bool,
    fresh_days: int | None,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign what has changed, and renew the pack that the application ships.

    Each FILE is taken in first: a trust document that root keys have signed elsewhere, or, for a
    partner, the vendor's newest pack.
    """
    now = clock()
    with Workspace.open(folder) as workspace:
        _take(workspace, files, now)
        until = end_of_freshness(fresh_days, now)
        draft = refresh(workspace, passphrase, taking_away=take_away, list_fresh_until=until)
        stands_on = workspace.footing(now)
        path = workspace.layout.pack(stands_on.product)
    if output is not None:
        write_output(output, stands_on.pack)
    if output != STANDARD:
        _show(
            path if output is None else Path(output),
            stands_on,
            signed=draft.is_changed,
            as_json=as_json,
        )


def _take(workspace: Workspace, files: Sequence[str], now: int) -> None:
    tokens: list[Token] = []
    for file in files:
        with located(file):
            tokens += armor.read(read_input(file, what="a pack"))
    if tokens:
        workspace.take(tokens, action="pack", who=operator(), now=now)


def _show(path: Path, stands_on: Footing, *, signed: bool, as_json: bool) -> None:
    version = stands_on.catalog.document.version if stands_on.catalog else None
    if as_json:
        emit_json(
            {
                "pack": str(path),
                "root": stands_on.newest_pin,
                "product": stands_on.product,
                "catalog": version,
                "catalog_signed": signed,
                "trust": stands_on.trust.version,
                "documents": len(stands_on.tokens),
            }
        )
        return
    catalog = "none yet" if version is None else f"version {version}"
    facts(
        [
            ("pack", path),
            ("root", stands_on.newest_pin),
            ("catalog", f"{catalog}, {'signed now' if signed else 'unchanged'}"),
            ("trust", f"version {stands_on.trust.version}"),
        ]
    )
