"""`licensekit suspend`, `revoke`, `void`, `reinstate` and `reissue`."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import errors, issuer
from licensekit.cli import groups, inputs, proposals
from licensekit.cli.issuer import options
from licensekit.cli.issuer.options import KeyOptions, Roots, signed_by_roots, signing
from licensekit.cli.issuer.output import Audience, attachments_option, require_place, warn_of_older
from licensekit.cli.options import PATH, collected, option
from licensekit.cli.output import counted, emit, emit_json, facts, remark
from licensekit.files import make_folder, write_atomically
from licensekit.wire.documents import Revocations


class ListOptions(NamedTuple):
    """How the next revocation list is signed."""

    workspace: issuer.Workspace
    now: int
    reason: str
    fresh_until: int | None
    signing: KeyOptions
    consent: proposals.Consent

    def sign(self, action: str, **named: Any) -> None:
        """Sign the list after this action on what is `named`, and print it."""
        propose = getattr(self.workspace, f"propose_{action}")
        proposal: issuer.ListProposal = propose(now=self.now, reason=self.reason, fresh_until=self.fresh_until, **named)
        options.require_whole(self.workspace, self.consent)
        if self.consent.ends(proposal, always=not self.consent.yes):
            return
        key = None if proposal.is_done else self.signing.opener(self.workspace, self.now)("revocations")
        revocations = proposal.sign(key, who=options.operator(), confirm=True)
        _show(proposal, revocations, self.workspace.layout.pack(revocations.product), self.consent)


_fresh: Final = options.fresh_option("After this many days, the list reminds administrators to look for a newer one.")
list_options: Final = collected(
    "wanted", ListOptions, options.to_sign, options.reason_option, _fresh, signing, proposals.consenting
)


def _group(action: str, text: str) -> click.Group:
    @click.group(action, cls=groups.LicenseGroup, help=f"{text}\n\n{_LEARNS}")
    def group() -> None:
        pass

    @group.command("bundle", help=f"{action.capitalize()} single bundles.\n\n{_NAMED}")
    @click.argument("bundles", nargs=-1, required=True, metavar="BUNDLE...")
    @list_options
    def bundle(*, bundles: tuple[str, ...], wanted: ListOptions) -> None:
        wanted.sign(action, identities=[_find(wanted.workspace, name).identity for name in bundles])

    @group.command("serial", help=f"{action.capitalize()} everything of a serial.")
    @click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
    @list_options
    def serial(*, serials: tuple[str, ...], wanted: ListOptions) -> None:
        wanted.sign(action, serials=serials)

    return group


_NAMED: Final = "Each is named by its serial-part-sequence, its identity, or its file."
_LEARNS: Final = "An installation learns of it from the next pack or license file that it gets."
suspend = _group("suspend", "Take bundles or whole serials back temporarily: `licensekit reinstate` undoes it.")
revoke = _group("revoke", "Take back bundles, whole serials, or everything that a key has signed.")
void = _group("void", "Take back what was issued by mistake and was never sent; its order may be issued again.")
reinstate = _group("reinstate", "Reinstate suspended or revoked bundles or serials.")


@revoke.command()
@click.argument("name", metavar="KEY")
@options.reason_option
@options.key_option
@options.passphrase
@signed_by_roots
def key(*, name: str, reason: str, key: str | None, passphrase: inputs.SecretSource, roots: Roots) -> None:
    """Revoke a lost or stolen key, and everything that it has signed."""
    workspace = roots.workspace
    proposal = workspace.keys.propose_revoke(name, now=roots.now, reason=reason)
    void = sum(one.count for one in proposal.needs_confirmation if isinstance(one, issuer.BundlesVoid))
    change = roots.make(proposal)
    if change is None:
        return
    try:
        if change.file is None:
            _sign_again(workspace, roots.now, KeyOptions(key, passphrase, roots.given.pin))
    finally:
        roots.show(change, key=name, bundles_void=void)
    if void:
        remark(f"Sign them again with another key: licensekit reissue --signed-by {name} -o OUT")


def _sign_again(workspace: issuer.Workspace, now: int, signing: KeyOptions) -> None:
    """Sign catalog and list again if the revoked key had; if there is no other key, say what to do."""
    try:
        proposal = workspace.catalog.propose_pack(now=now)
        proposal.sign(signing.opener(workspace, now), who=options.operator(), confirm=True)
    except errors.KeyMissing as error:
        hint = error.hint if error.able else "create another with `licensekit keys new` and make it the default"
        remark(f"The key is revoked, and {error.message}: {hint}. Then run `licensekit pack`.")
    except errors.LicenseError:
        remark("The key is revoked. Run `licensekit pack`, which signs catalog and list again.")
        raise


def _find(workspace: issuer.Workspace, name: str) -> issuer.Issued:
    if not Path(name).is_file():
        return workspace.ledger.bundle(name)
    with inputs.located(name):
        return workspace.ledger.bundle_in(inputs.read_tokens(name, what="a license file"))


def _show(proposal: issuer.ListProposal, revocations: Revocations, pack: Path, consent: proposals.Consent) -> None:
    number, bundles, serials = revocations.number, len(revocations.identities), len(revocations.serials)
    if consent.as_json:
        content = {"list": number, "bundles": bundles, "serials": serials, "pack": str(pack)}
        emit_json({**content, **proposal.as_json()})
        return
    taken = f"{counted(bundles, 'bundle')}, {counted(serials, 'serial')}"
    facts(("list", f"number {number}, in {pack}"), ("takes back", taken))
    for one in proposal.consequences if consent.yes else ():
        remark(f"{one.message}.")
    if proposal.is_done:
        remark("The list in force already says this: nothing was signed.")
        return
    remark("Ship the pack with the next version; from now on, license files for these customers contain the list.")
    remark("An offline installation learns of it only when it gets one of these.")


@click.command()
@option("--signed-by KEY lost", "The key whose bundles are signed again.", required=True)
@option("-o --output DIR", "The folder for the license files; created if it does not exist.", required=True, type=PATH)
@attachments_option
@options.sign_options
def reissue(*, lost: str, output: Path, audience: Audience, wanted: options.SignOptions) -> None:
    """Sign again, with another key, every active bundle that a key has signed."""
    workspace, now, signing, consent = wanted
    proposal = workspace.propose_reissue(lost, now=now, attach=audience.read(workspace, now))
    file = None
    if proposal.numbers and not (consent.preview and signing.key is None):
        file = workspace.keys.choose("bundle", now, signing.key, bundle=proposal.first, but=proposal.old)
        proposal.require_allowed(file.part)
    if consent.ends(proposal):
        return
    require_place(str(output))
    done = proposal.sign(None if file is None else signing.open(file), who=options.operator(), confirm=True)
    make_folder(output)
    files: list[issuer.LicenseFile] = []
    left: list[issuer.Issued] = []
    for bundle, license_file in done:
        if license_file is None:
            left.append(bundle)
            continue
        issuer.require_replaceable(output / license_file.name, license_file.bundle)
        write_atomically(output / license_file.name, license_file.data)
        files.append(license_file)
    warn_of_older(fits_oldest=all(one.fits_oldest for one in files))
    repeated = sum(one.is_repeated for one in files)
    signed = len(files) - repeated
    if consent.as_json:
        names = {"files": [one.name for one in files], "left": [one.label for one in left]}
        emit_json({"reissued": signed, "repeated": repeated, **names})
        return
    emit(f"{counted(signed, 'bundle')} signed again, in {output}.")
    if repeated:
        emit(f"{counted(repeated, 'bundle')} signed again before: only the files are new.")
    for one in left:
        remark(f"{one.label} is now {one.state}, so it was not signed again.")
