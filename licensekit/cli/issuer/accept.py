"""`licensekit accept`: enter what installations send back."""

from pathlib import Path

import click

from licensekit.cli.inputs import located, read_input
from licensekit.cli.issuer.options import KeyOptions, operator, remind_of_root, signing, to_sign, warn_of_forks
from licensekit.cli.output import counted, emit, emit_json, facts, remark
from licensekit.cli.proposals import Consent, consenting
from licensekit.dates import format_seconds
from licensekit.issuer import Received, Workspace


@click.command()
@click.argument("file", metavar="FILE")
@to_sign
@signing
@consenting
def accept(*, file: str, workspace: Workspace, now: int, signing: KeyOptions, consent: Consent) -> None:
    """Enter the receipts of returned licenses, and statements of what is in use.

    A returned bundle goes on a new revocation list, and its installation makes room for another (`licensekit answer`).
    The return of one that is bound to no installation takes it back from everybody and must be confirmed. Statements
    need no key; `licensekit ledger usage` compares them with what was sold.
    """
    with located(file):
        data = read_input(file, what="what an installation has sent")
        proposal = workspace.customers.propose_accept(data, now=now)
        if consent.ends(proposal):
            return
        key = None
        if proposal.received.to_revoke:
            key = signing.opener(workspace, now)("revocations")
        received = proposal.sign(key, who=operator(), confirm=True)
    remind_of_root(workspace)
    if consent.as_json:
        ledger = workspace.ledger
        sent = {one.hex(): ledger.history(one).value for one in received.installations}
        emit_json({**received.plain(), "histories": sent})
        return
    _show(received, workspace.layout.pack(workspace.state(now).product))
    warn_of_forks(workspace, received.installations)


def _show(received: Received, pack: Path) -> None:
    for one in received.returned:
        facts(("returned", f"{one.issued.label}, {one.issued.bundle.company}"))
        if one.issued.state == "replaced":
            remark("A later sequence took its place: that one is still in force.")
    for signed in received.statements:
        statement = signed.document
        in_use = sum(usage.in_use > 0 for usage in statement.usage.values())
        stated = f"{statement.serial}, {format_seconds(statement.issued)}, {counted(in_use, 'license')} in use"
        facts(("stated", stated))
    if received.known:
        others = "1 other was" if received.known == 1 else f"{received.known} others were"
        emit(f"{others} entered before.")
    if received.to_revoke:
        remark(f"They are on the new revocation list, in {pack}: ship it with the next version.")
