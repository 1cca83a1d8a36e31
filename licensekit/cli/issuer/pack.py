"""`licensekit pack`: the pack that the application ships, brought up to date."""

from collections.abc import Sequence
from pathlib import Path

import click

from licensekit.cli.inputs import STANDARD, PassphraseSource, located, read_input, write_output
from licensekit.cli.issuer.ceremony import end_of_freshness, fresh_option
from licensekit.cli.issuer.options import operator, passphrase, to_sign, unlock
from licensekit.cli.options import option
from licensekit.cli.output import emit_json, facts
from licensekit.cli.proposals import Consent, consenting
from licensekit.issuer import PackProposal, Workspace, WorkspaceState
from licensekit.keys.signing import Signer
from licensekit.wire import armor
from licensekit.wire.armor import Token


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@to_sign
@option("-o --output FILE", "Write the pack here as well (`-`: print it).")
@fresh_option("Sign the revocation list again, to be new for this many days.")
@passphrase
@consenting
def pack(
    *,
    files: tuple[str, ...],
    workspace: Workspace,
    now: int,
    output: str | None,
    fresh_days: int | None,
    passphrase: PassphraseSource,
    consent: Consent,
) -> None:
    """Sign what has changed, and renew the pack that the application ships.

    A catalog that takes something away from bundles that were sold must be confirmed.

    Each FILE is taken in first: a trust document that root keys have signed elsewhere, or, for a partner, the vendor's
    newest pack.
    """
    if not _take(workspace, files, now, consent):
        return
    until = end_of_freshness(fresh_days, now)
    proposal = workspace.catalog.propose_pack(now=now, list_fresh_until=until)
    if consent.ends(proposal):
        return
    sign_pack(workspace, proposal, passphrase)
    state = workspace.state(now)
    if output is not None:
        write_output(output, state.pack)
    if output != STANDARD:
        path = workspace.layout.pack(state.product) if output is None else Path(output)
        _show(path, state, signed=proposal.signs_catalog, as_json=consent.as_json)


def sign_pack(workspace: Workspace, proposal: PackProposal, source: PassphraseSource) -> None:
    """Sign what the pack needs with the keys that it needs, and write it."""

    def key(kind: str) -> Signer:
        return unlock(workspace.keys.choose(kind, proposal.now), source)

    proposal.sign(key, who=operator(), confirm=True)


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
        ("pack", path),
        ("root", state.newest_pin),
        ("catalog", f"{catalog}, {'signed now' if signed else 'unchanged'}"),
        ("trust", f"version {state.trust.version}"),
    )
