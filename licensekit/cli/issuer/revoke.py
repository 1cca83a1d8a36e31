"""`licensekit revoke`: take back a bundle, a serial or a key."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import PassphraseSource, located, read_input
from licensekit.cli.issuer.ceremony import (
    Roots,
    end_of_freshness,
    fresh_option,
    require_vendor,
    show_outcome,
    sign_and_write,
    signed_by_roots,
)
from licensekit.cli.issuer.options import clock, operator, passphrase, unlock, workspace_option
from licensekit.cli.issuer.refresh import refresh
from licensekit.cli.output import counted, emit_json, facts, json_option, remark
from licensekit.errors import KeyMissing, NoBundle
from licensekit.issuer.keys.changes import revoke as revoked
from licensekit.issuer.keys.documents import named
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.workspace import Workspace
from licensekit.trust.signed import identity_of
from licensekit.wire import armor
from licensekit.wire.documents import Revocations
from licensekit.wire.frame import read

reason_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--reason", default="", metavar="TEXT", help="Why, for the ledger."
)


class Why(NamedTuple):
    """What is said about a list beside what it takes back."""

    reason: str
    """For the ledger."""
    fresh_days: int | None


@click.group(cls=LicenseGroup)
def revoke() -> None:
    """Take back bundles, whole serials, or everything that a key has signed.

    An installation learns of it from the next pack, or from the next license file that it gets.
    """


@revoke.command()
@click.argument("bundles", nargs=-1, required=True, metavar="BUNDLE...")
@workspace_option
@reason_option
@fresh_option("the list")
@passphrase
@json_option
def bundle(
    *,
    bundles: tuple[str, ...],
    folder: Path,
    reason: str,
    fresh_days: int | None,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Take back single bundles.

    Each is named by its serial-part-sequence, its identity, or its file.
    """
    with Workspace.open(folder) as workspace:
        identities = [_find(workspace, name).identity for name in bundles]
        why = Why(reason, fresh_days)
        _take_back(workspace, passphrase, why, identities=identities, as_json=as_json)


@revoke.command()
@click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
@workspace_option
@reason_option
@fresh_option("the list")
@passphrase
@json_option
def serial(
    *,
    serials: tuple[str, ...],
    folder: Path,
    reason: str,
    fresh_days: int | None,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Take back everything of a serial, now and in future."""
    with Workspace.open(folder) as workspace:
        for one in serials:
            workspace.require_serial(one)
        why = Why(reason, fresh_days)
        _take_back(workspace, passphrase, why, serials=serials, as_json=as_json)


@revoke.command()
@click.argument("name", metavar="KEY")
@workspace_option
@reason_option
@passphrase
@signed_by_roots
@json_option
def key(
    *,
    name: str,
    folder: Path,
    reason: str,
    passphrase: PassphraseSource,
    roots: Roots,
    as_json: bool,
) -> None:
    """Declare everything void that a key has signed: it was lost, or stolen.

    KEY is its name or key id. `licensekit reissue --signed-by KEY` then signs anew what it had
    signed, with another key.
    """
    with Workspace.open(folder) as workspace:
        now = clock()
        state = workspace.state(now)
        require_vendor(state)
        trust = revoked(state.trust, name, now)
        outcome = sign_and_write(workspace, [trust], [], roots, action="revoke key", note=reason)
        void = workspace.count_signed_by(named(state.trust.keys, name))
        show_outcome(outcome, as_json=as_json, key=name, bundles_void=void)
        if outcome.file is None:
            _sign_again(workspace, passphrase)
    if void:
        remark(f"Sign them anew with another key: licensekit reissue --signed-by {name} -o OUT")


def _sign_again(workspace: Workspace, source: PassphraseSource) -> None:
    """Sign catalog and list anew, where the revoked key had; it may have been the only one."""
    try:
        refresh(workspace, source)
    except KeyMissing as error:
        remark(
            f"The key is revoked, and {error.what}: make another with `licensekit keys new`,"
            " then run `licensekit pack`."
        )


def _find(workspace: Workspace, name: str) -> Issued:
    path = Path(name)
    if not path.is_file():
        return workspace.bundle(name)
    with located(name):
        tokens = armor.read(read_input(name, what="a license file"))
        identities = [
            identity_of(token.type, read(token.frame).payload).hex()
            for token in tokens
            if token.type == "bundle"
        ]
        if not identities:
            raise NoBundle(reason="other", type=tokens[0].type)
        return workspace.bundle(identities[0])


def _take_back(
    workspace: Workspace,
    source: PassphraseSource,
    why: Why,
    *,
    identities: Sequence[bytes] = (),
    serials: Sequence[str] = (),
    as_json: bool,
) -> None:
    now = clock()
    signer = unlock(workspace.key_for("revocations", now), source)
    taken = workspace.revoke(
        signer,
        who=operator(),
        now=now,
        identities=identities,
        serials=serials,
        reason=why.reason,
        fresh_until=end_of_freshness(why.fresh_days, now),
    )
    _show(taken, workspace.layout.pack(taken.product), as_json=as_json)


def _show(taken: Revocations, pack: Path, *, as_json: bool) -> None:
    said = {
        "list": taken.number,
        "bundles": len(taken.identities),
        "serials": len(taken.serials),
        "pack": str(pack),
    }
    if as_json:
        emit_json(said)
        return
    bundles = counted(len(taken.identities), "bundle")
    serials = counted(len(taken.serials), "serial")
    facts(
        [
            ("list", f"number {taken.number}, in {pack}"),
            ("takes back", f"{bundles}, {serials}"),
        ]
    )
    remark("Ship the pack with the next version; every license file from now on brings the list.")
