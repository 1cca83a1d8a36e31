"""`licensekit pack`: the pack that the application ships, brought up to date."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from licensekit.cli.inputs import STANDARD, located, read_input, write_output
from licensekit.cli.issuer.ceremony import end_of_freshness, fresh_option
from licensekit.cli.issuer.options import KeyOptions, operator, signing, to_sign
from licensekit.cli.options import option
from licensekit.cli.output import emit_json, facts, warn
from licensekit.cli.proposals import Consent, consenting
from licensekit.issuer import Workspace, WorkspaceState, module_file, renewed_module
from licensekit.wire import armor
from licensekit.wire.armor import Token


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@to_sign
@option("-o --output FILE", "Write the pack here as well (`-`: print it).")
@option("--oldest FILE", "The oldest pack in the field: every license file attaches what came since.")
@fresh_option("Sign the revocation list again, to be new for this many days.")
@signing
@consenting
def pack(
    *,
    files: tuple[str, ...],
    workspace: Workspace,
    now: int,
    output: str | None,
    oldest: str | None,
    fresh_days: int | None,
    signing: KeyOptions,
    consent: Consent,
) -> None:
    """Sign what has changed, and renew the pack that the application ships.

    A catalog that takes something away from bundles that were sold must be confirmed.

    The module of the application is written again as well, if it is in the current folder: acme_licensing.py.

    Each FILE is taken in first: a trust document that root keys have signed elsewhere, or, for a partner, the vendor's
    newest pack.
    """
    oldest_pack = None if oldest is None else _read_oldest(workspace, oldest, now)
    if not _take(workspace, files, now, consent):
        return
    until = end_of_freshness(fresh_days, now)
    proposal = workspace.catalog.propose_pack(now=now, list_fresh_until=until)
    if consent.ends(proposal):
        return
    module = module_file(proposal.draft.catalog.product)
    before = read_input(module, what="a module").decode(errors="replace") if os.path.lexists(module) else None
    proposal.sign(signing.opener(workspace, now), who=operator(), confirm=True)
    if oldest_pack is not None:
        workspace.name_oldest_pack(oldest_pack, who=operator(), now=now)
    state = workspace.state(now)
    if output is not None:
        write_output(output, state.pack)
    renewed = None if before is None else renewed_module(before, state)
    if renewed is not None:
        write_output(module, renewed.encode())
    elif before is not None:
        warn(f"{module} was left as it is: it was not written from this workspace's pack.")
    if output != STANDARD:
        path = workspace.layout.pack(state.product) if output is None else Path(output)
        _show(path, state, module if renewed else None, signed=proposal.signs_catalog, as_json=consent.as_json)


def _read_oldest(workspace: Workspace, file: str, now: int) -> bytes:
    """Read the oldest pack in the field, and check that it is one of this workspace before anything is signed."""
    with located(file):
        data = read_input(file, what="a pack")
        workspace.held_by_pack(data, now=now)
    return data


def _take(workspace: Workspace, files: Sequence[str], now: int, consent: Consent) -> bool:
    """Take in documents, unless they are only shown; return whether to go on."""
    tokens: list[Token] = []
    for file in files:
        with located(file):
            tokens += armor.read(read_input(file, what="a pack"))
    if tokens:
        proposal = workspace.keys.propose_take(tokens, action="pack", now=now)
        if consent.ends(proposal):
            return False
        proposal.sign(None, who=operator())
    return True


def _show(path: Path, state: WorkspaceState, module: str | None, *, signed: bool, as_json: bool) -> None:
    version = state.catalog.document.version if state.catalog else None
    if as_json:
        emit_json(
            {
                "pack": str(path),
                "module": module,
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
        ("pack", path),
        ("module", module and f"{module}, written again"),
        ("root", state.newest_pin),
        ("catalog", f"{catalog}, {'signed now' if signed else 'unchanged'}"),
        ("trust", f"version {state.trust.version}"),
    )
