"""`licensekit inspect`: what is in a file, whether or not it can be verified."""

import click

from licensekit.cli.checking import Finding, check, look, read_trust_store, trust_options
from licensekit.cli.exits import exit_code
from licensekit.cli.inputs import located, now_option, read_input
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.documents import show
from licensekit.wire import armor


@click.command()
@click.argument("file")
@trust_options
@now_option
@json_option
@click.pass_context
def inspect(
    ctx: click.Context, file: str, pack: str | None, root: str | None, now: int, *, as_json: bool
) -> None:
    """Show what is in a file, verified or not.

    FILE is a license file, pack, request, receipt or statement, or `-` for standard input.
    Without --pack and --root nothing is verified, and the output says so.
    """
    if (pack is None) != (root is None):
        raise click.UsageError("--pack and --root go together: a pack alone vouches for nothing.")
    with located(file):
        tokens = armor.read(read_input(file, what="a license file"))
        if pack is None or root is None:
            findings = look(tokens)
        else:
            findings = check(tokens, read_trust_store(pack, root, now), now)
    if as_json:
        emit_json({"file": file, "documents": [finding.as_json() for finding in findings]})
    else:
        _show_all(findings)
    refused = next((finding.error for finding in findings if finding.error), None)
    if refused is not None:
        ctx.exit(exit_code(refused))


def _show_all(findings: list[Finding]) -> None:
    for number, finding in enumerate(findings):
        if number:
            emit()
        _show_status(finding)
        show(finding.document, [("identity", finding.identity)])


def _show_status(finding: Finding) -> None:
    name = finding.type.upper()
    signers = ", ".join(finding.signers)
    match finding.status:
        case "verified":
            click.secho(f"{name}  VERIFIED, signed by {signers}", fg="green", bold=True)
        case "superseded":
            click.secho(f"{name}  SUPERSEDED by a newer one, signed by {signers}", bold=True)
        case "self-signed":
            click.secho(f"{name}  SELF-SIGNED by installation {signers}", bold=True)
            emit("Whose installation that is, only the vendor's ledger can tell.")
        case "refused":
            click.secho(f"{name}  REFUSED: {finding.error}", fg="red", bold=True)
        case _:
            click.secho(f"{name}  UNVERIFIED", fg="red", bold=True)
            emit("Anyone could have written this. To verify it, give --pack FILE and --root PIN.")
