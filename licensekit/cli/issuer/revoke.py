"""`licensekit revoke`: take back a bundle, a serial or a key."""

from collections.abc import Callable
from functools import wraps
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
from licensekit.cli.issuer.options import (
    in_workspace,
    operator,
    passphrase,
    reason_option,
    unlock,
)
from licensekit.cli.issuer.pack import refresh
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


class ListOptions(NamedTuple):
    """How the next revocation list is signed."""

    workspace: Workspace
    now: int
    reason: str
    fresh_days: int | None
    passphrase: PassphraseSource
    as_json: bool

    def revoke(self, **revoked: Any) -> None:
        """Sign the list that takes these back as well, and print what it says."""
        signer = unlock(self.workspace.keys.choose("revocations", self.now), self.passphrase)
        until = end_of_freshness(self.fresh_days, self.now)
        revocations = self.workspace.revoke(
            signer,
            who=operator(),
            now=self.now,
            reason=self.reason,
            fresh_until=until,
            **revoked,
        )
        _show(revocations, self.workspace.layout.pack(revocations.product), as_json=self.as_json)


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of commands that sign a revocation list; they come as `wanted`."""

    @in_workspace
    @reason_option
    @fresh_option("the list")
    @passphrase
    @json_option
    @wraps(command)
    def collected(
        *,
        workspace: Workspace,
        now: int,
        reason: str,
        fresh_days: int | None,
        passphrase: PassphraseSource,
        as_json: bool,
        **given: Any,
    ) -> None:
        wanted = ListOptions(workspace, now, reason, fresh_days, passphrase, as_json)
        command(wanted=wanted, **given)

    return collected


@click.group(cls=LicenseGroup)
def revoke() -> None:
    """Take back bundles, whole serials, or everything that a key has signed.

    An installation learns of it from the next pack, or from the next license file that it gets.
    """


@revoke.command()
@click.argument("bundles", nargs=-1, required=True, metavar="BUNDLE...")
@list_options
def bundle(*, bundles: tuple[str, ...], wanted: ListOptions) -> None:
    """Take back single bundles.

    Each is named by its serial-part-sequence, its identity, or its file.
    """
    wanted.revoke(identities=[_find(wanted.workspace, name).identity for name in bundles])


@revoke.command()
@click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
@list_options
def serial(*, serials: tuple[str, ...], wanted: ListOptions) -> None:
    """Take back everything of a serial, now and in future."""
    for one in serials:
        wanted.workspace.ledger.require_serial(one)
    wanted.revoke(serials=serials)


@revoke.command()
@click.argument("name", metavar="KEY")
@reason_option
@passphrase
@signed_by_roots
@json_option
def key(
    *,
    name: str,
    workspace: Workspace,
    now: int,
    reason: str,
    passphrase: PassphraseSource,
    roots: Roots,
    as_json: bool,
) -> None:
    """Declare everything void that a key has signed: it was lost, or stolen.

    KEY is its name or key id. `licensekit reissue --signed-by KEY` then signs again what it had
    signed, with another key.
    """
    state = workspace.state(now)
    require_vendor(state)
    trust = revoked(state.trust, name, now)
    outcome = sign_and_write(workspace, [trust], [], roots, action="revoke key", note=reason)
    void = workspace.ledger.count_signed_by(named(state.trust.keys, name))
    show_outcome(outcome, as_json=as_json, key=name, bundles_void=void)
    if outcome.file is None:
        _sign_again(workspace, passphrase)
    if void:
        remark(f"Sign them again with another key: licensekit reissue --signed-by {name} -o OUT")


def _sign_again(workspace: Workspace, source: PassphraseSource) -> None:
    """Sign catalog and list again, where the revoked key had; it may have been the only one."""
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
        return workspace.ledger.bundle(name)
    with located(name):
        tokens = armor.read(read_input(name, what="a license file"))
        identities = [
            identity_of(token.type, read(token.frame).payload).hex()
            for token in tokens
            if token.type == "bundle"
        ]
        if not identities:
            raise NoBundle(reason="other", type=tokens[0].type)
        return workspace.ledger.bundle(identities[0])


def _show(revocations: Revocations, pack: Path, *, as_json: bool) -> None:
    content = {
        "list": revocations.number,
        "bundles": len(revocations.identities),
        "serials": len(revocations.serials),
        "pack": str(pack),
    }
    if as_json:
        emit_json(content)
        return
    bundles = counted(len(revocations.identities), "bundle")
    serials = counted(len(revocations.serials), "serial")
    facts(
        [
            ("list", f"number {revocations.number}, in {pack}"),
            ("takes back", f"{bundles}, {serials}"),
        ]
    )
    remark("Ship the pack with the next version; every license file from now on brings the list.")
