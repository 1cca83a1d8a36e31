"""`licensekit ledger absorb`: what a restored ledger lost, taken back from files."""

import click

from licensekit.cli.failures import NO
from licensekit.cli.inputs import read_input
from licensekit.cli.issuer.options import operator, to_sign
from licensekit.cli.output import emit_json, facts
from licensekit.cli.proposals import Consent, consenting
from licensekit.issuer import Workspace


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@to_sign
@consenting
def absorb(*, files: tuple[str, ...], workspace: Workspace, now: int, consent: Consent) -> None:
    """Enter again what a restored ledger lost, from license files, packs and resets that were signed here.

    In any order, and more than once. What is not genuine is refused by name, and the exit code is 1.

    A ledger that was restored or cut signs nothing before this. What no FILE brings back stays unknown; once that is
    confirmed, sequences go on at a random place.
    """
    read = {name: read_input(name, what="a license file") for name in files}
    proposal = workspace.ledger.propose_absorb(read, now=now)
    if consent.ends(proposal, question="Accept the ledger?"):
        return
    done = proposal.sign(None, who=operator(), confirm=True)
    if consent.as_json:
        emit_json({**done._asdict(), "refused": [one.as_json() for one in proposal.warnings]})
    else:
        facts(*done._asdict().items())
    if proposal.warnings:
        click.get_current_context().exit(NO)
