"""`licensekit request`, `return` and `statement`: what an installation signs for its vendor."""

import click

from licensekit.cli.customer.commands import home_option, opened, opened_first, trust_options
from licensekit.cli.inputs import STANDARD, is_terminal, write_output
from licensekit.cli.output import emit, emit_json, json_option, remark
from licensekit.cli.views.documents import show
from licensekit.wire.documents import Document
from licensekit.wire.plain import plain

_output = click.option(
    "-o", "--output", metavar="FILE", help="Where to write it (`-`: standard output)."
)


@click.command()
@click.option("--no-facts", is_flag=True, help="Leave the hashes of machine facts out.")
@_output
@trust_options
@home_option
@json_option
def request(
    *,
    no_facts: bool,
    output: str | None,
    pack: str | None,
    root: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Make a request for a license bound to this installation, to send to the vendor.

    It holds the installation's key and, as keyed hashes, facts of this machine. Before anything
    was activated the vendor's pack and root pin are needed; the installation is set up then.
    """
    _require_one(output, as_json=as_json)
    with opened_first(home, pack, root) as installation:
        text, document = installation.request(with_facts=not no_facts)
    _write(output or "request.lkr", text, document, as_json=as_json)


@click.command()
@_output
@home_option
@json_option
def statement(*, output: str | None, home: str | None, as_json: bool) -> None:
    """Make a signed statement of what is in use, to send to the vendor."""
    _require_one(output, as_json=as_json)
    with opened(home) as installation:
        text, document = installation.statement()
    _write(output or "statement.lkr", text, document, as_json=as_json)


@click.command("return")
@click.argument("part", default="base")
@click.option("--issuer", metavar="CODE", help="Whose bundle it is, if not the vendor's.")
@click.option("--preview", is_flag=True, help="Show what would change, and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_output
@home_option
@json_option
def return_(
    *,
    part: str,
    issuer: str | None,
    preview: bool,
    yes: bool,
    output: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Return the active bundle of PART back to its issuer: it can never work here again.

    The signed receipt proves it. If it was lost, the same command writes it again.
    """
    with opened(home) as installation:
        proposal = installation.propose_return(part, issuer=issuer)
        if preview:
            if as_json:
                return emit_json(proposal.as_json())
            for line in (*proposal.changes, *proposal.needs_confirmation):
                emit(str(line))
            return None
        for question in proposal.needs_confirmation if is_terminal() and not yes else ():
            click.confirm(f"{question.message}. Give it back?", abort=True, err=True)
        text = proposal.apply(confirm=yes or is_terminal())
    return _write(output or f"{part}-receipt.lkr", text, None, as_json=as_json)


def _require_one(output: str | None, *, as_json: bool) -> None:
    if as_json and output == STANDARD:
        raise click.UsageError("give --json or `-o -`: standard output holds one of the two.")


def _write(output: str, text: str, document: Document | None, *, as_json: bool = False) -> None:
    write_output(output, text.encode())
    if output == STANDARD:
        return
    if as_json:
        emit_json({"written": output, "document": document and plain(document)})
        return
    if document is not None:
        show(document)
    emit(f"written: {output}")
    remark("Send it to the vendor.")
