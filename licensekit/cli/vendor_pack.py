"""`licensekit pack`: what the application ships, brought up to date."""

from pathlib import Path

import click

from licensekit.cli.inputs import (
    STANDARD,
    PassphraseSource,
    write_output,
)
from licensekit.cli.output import emit_json, facts, json_option
from licensekit.cli.vendor_base import clock, operator, passphrase, unlock, workspace_option
from licensekit.vendor.footing import Footing
from licensekit.vendor.workspace import Workspace


@click.command()
@workspace_option
@click.option("-o", "output", metavar="FILE", help="Write the pack here as well (`-`: print it).")
@click.option(
    "--take-away",
    is_flag=True,
    help="Sign the catalog even if it takes something away from bundles that were sold.",
)
@passphrase
@json_option
def pack(
    *,
    folder: Path,
    output: str | None,
    take_away: bool,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign the catalog if it has changed, and renew the pack that the application ships."""
    now = clock()
    with Workspace.open(folder) as workspace:
        draft = workspace.catalog_draft(now)
        if draft.is_changed:
            draft.require_nothing_taken(taking_away=take_away)
            signer = unlock(workspace.key_for("catalog", now), passphrase)
            workspace.sign_catalog(signer, who=operator(), now=now, taking_away=take_away)
        path = workspace.write_pack(now)
        stands_on = workspace.footing(now)
    if output is not None:
        write_output(output, stands_on.pack)
    if output != STANDARD:
        _show(
            path if output is None else Path(output),
            stands_on,
            signed=draft.is_changed,
            as_json=as_json,
        )


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
