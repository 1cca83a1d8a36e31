"""`licensekit pack`: the pack that the application ships, brought up to date."""

from collections.abc import Sequence
from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import STANDARD, PassphraseSource, located, read_input, write_output
from licensekit.cli.issuer.ceremony import end_of_freshness
from licensekit.cli.issuer.options import clock, in_workspace, operator, passphrase, unlock
from licensekit.cli.output import emit_json, facts, json_option
from licensekit.issuer.catalog.pack import CatalogDraft
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.workspace import Workspace
from licensekit.wire import armor
from licensekit.wire.armor import Token


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@in_workspace
@click.option("-o", "--output", metavar="FILE", help="Write the pack here as well (`-`: print it).")
@click.option(
    "--take-away",
    is_flag=True,
    help="Sign the catalog even if it takes something away from bundles that were sold.",
)
@click.option(
    "--fresh-days",
    type=click.IntRange(1, limits.TERM_DAYS),
    metavar="DAYS",
    help="Sign the revocation list again, to be new for this many days.",
)
@passphrase
@json_option
def pack(
    *,
    files: tuple[str, ...],
    workspace: Workspace,
    now: int,
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
    _take(workspace, files, now)
    until = end_of_freshness(fresh_days, now)
    draft = refresh(workspace, passphrase, taking_away=take_away, list_fresh_until=until)
    state = workspace.state(now)
    if output is not None:
        write_output(output, state.pack)
    if output != STANDARD:
        path = workspace.layout.pack(state.product) if output is None else Path(output)
        _show(path, state, signed=draft.is_changed, as_json=as_json)


def refresh(
    workspace: Workspace,
    source: PassphraseSource,
    *,
    taking_away: bool = False,
    list_fresh_until: int | None = None,
) -> CatalogDraft:
    """Sign the catalog if it has changed, and what a revoked key had signed; renew the pack.

    With `list_fresh_until` the newest revocation list is signed again in any case. Returns the
    catalog as it was before.
    """
    now = clock()
    draft = workspace.catalog.draft(now)
    if draft.is_changed:
        draft.require_nothing_taken(taking_away=taking_away)
        signer = unlock(workspace.keys.choose("catalog", now), source)
        workspace.catalog.sign(signer, who=operator(), now=now, taking_away=taking_away)
    state = workspace.state(now)
    last = state.last_list
    if last is not None and (state.lacks_list or list_fresh_until is not None):
        signer = unlock(workspace.keys.choose("revocations", now), source)
        until = last.fresh_until if list_fresh_until is None else list_fresh_until
        workspace.revoke(signer, who=operator(), now=now, reason="signed again", fresh_until=until)
    workspace.write_pack(now)
    return draft


def _take(workspace: Workspace, files: Sequence[str], now: int) -> None:
    tokens: list[Token] = []
    for file in files:
        with located(file):
            tokens += armor.read(read_input(file, what="a pack"))
    if tokens:
        workspace.keys.take(tokens, action="pack", who=operator(), now=now)


def _show(path: Path, state: WorkspaceState, *, signed: bool, as_json: bool) -> None:
    version = state.catalog.document.version if state.catalog else None
    if as_json:
        emit_json(
            {
                "pack": str(path),
                "root": state.newest_pin,
                "product": state.product,
                "catalog": version,
                "catalog_signed": signed,
                "trust": state.trust.version,
                "documents": len(state.tokens),
            }
        )
        return
    catalog = "none yet" if version is None else f"version {version}"
    facts(
        [
            ("pack", path),
            ("root", state.newest_pin),
            ("catalog", f"{catalog}, {'signed now' if signed else 'unchanged'}"),
            ("trust", f"version {state.trust.version}"),
        ]
    )
