"""`licensekit revoke`: take back a bundle, a serial or a key."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import SecretSource, located, read_input
from licensekit.cli.issuer.ceremony import Roots, end_of_freshness, fresh_option, signed_by_roots
from licensekit.cli.issuer.options import KeyOptions, key_option, operator, passphrase, reason_option, signing, to_sign
from licensekit.cli.options import collected
from licensekit.cli.output import counted, emit_json, facts, remark
from licensekit.cli.proposals import Consent, consenting
from licensekit.errors import KeyMissing
from licensekit.issuer import BundlesVoid, Issued, Workspace
from licensekit.wire.documents import Revocations


class ListOptions(NamedTuple):
    """How the next revocation list is signed."""

    workspace: Workspace
    now: int
    reason: str
    fresh_days: int | None
    signing: KeyOptions
    consent: Consent

    def revoke(self, **revoked: Any) -> None:
        """Sign the list that takes these back as well, and print what it says."""
        until = end_of_freshness(self.fresh_days, self.now)
        proposal = self.workspace.propose_revoke(now=self.now, reason=self.reason, fresh_until=until, **revoked)
        if self.consent.ends(proposal):
            return
        key = None
        if not proposal.is_done:
            key = self.signing.opener(self.workspace, self.now)("revocations")
        revocations = proposal.sign(key, who=operator(), confirm=True)
        pack = self.workspace.layout.pack(revocations.product)
        _show(revocations, pack, as_json=self.consent.as_json)
        if proposal.is_done and not self.consent.as_json:
            remark("All of it was taken back before: nothing was signed.")


list_options: Final = collected(
    "wanted",
    ListOptions,
    to_sign,
    reason_option,
    fresh_option("After this many days, the list reminds administrators to look for a newer one."),
    signing,
    consenting,
)
"""The options of commands that sign a revocation list; they come as `wanted`."""


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
    wanted.revoke(serials=serials)


@revoke.command()
@click.argument("name", metavar="KEY")
@reason_option
@key_option
@passphrase
@signed_by_roots
def key(*, name: str, reason: str, key: str | None, passphrase: SecretSource, roots: Roots) -> None:
    """Declare everything void that a key has signed: it was lost, or stolen.

    KEY is its name or key id. Before that, `licensekit reissue --signed-by KEY` signs again, with another key, what it
    had signed and what counts, so that no customer loses it.
    """
    workspace = roots.workspace
    proposal = workspace.keys.propose_revoke(name, now=roots.now, reason=reason)
    void = sum(one.count for one in proposal.consequences if isinstance(one, BundlesVoid))
    change = roots.sign(proposal, key=name, bundles_void=void)
    if change is not None and change.file is None:
        _sign_again(workspace, roots.now, KeyOptions(key, passphrase, roots.given.pin))
    if change is not None and void:
        remark(f"Sign them again with another key: licensekit reissue --signed-by {name} -o OUT")


def _sign_again(workspace: Workspace, now: int, signing: KeyOptions) -> None:
    """Sign catalog and list again, where the revoked key had; it may have been the only one."""
    try:
        proposal = workspace.catalog.propose_pack(now=now)
        proposal.sign(signing.opener(workspace, now), who=operator(), confirm=True)
    except KeyMissing as error:
        hint = error.hint if error.able else "make another with `licensekit keys new`, and the default"
        remark(f"The key is revoked, and {error.message}: {hint}. Then run `licensekit pack`.")


def _find(workspace: Workspace, name: str) -> Issued:
    if not Path(name).is_file():
        return workspace.ledger.bundle(name)
    with located(name):
        return workspace.ledger.bundle_in(read_input(name, what="a license file"))


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
    facts(("list", f"number {revocations.number}, in {pack}"), ("takes back", f"{bundles}, {serials}"))
    remark("Ship the pack with the next version; every license file from now on brings the list.")
