"""`licensekit request`, `return` and `statement`: what an installation signs for its vendor."""

import click

from licensekit.cli.customer import home_option, opened
from licensekit.cli.document_view import show
from licensekit.cli.inputs import STANDARD, is_terminal, write_output
from licensekit.cli.output import emit, remark
from licensekit.wire.documents import Document

_output = click.option(
    "-o", "--output", metavar="FILE", help="Where to write it (`-`: standard output)."
)


@click.command()
@click.option("--no-facts", is_flag=True, help="Leave the hashes of machine facts out.")
@_output
@home_option
def request(*, no_facts: bool, output: str | None, home: str | None) -> None:
    """Make a request for a license bound to this installation, to send to the vendor.

    It holds the installation's key and, as keyed hashes, facts of this machine.
    """
    with opened(home) as installation:
        text, document = installation.request(with_facts=not no_facts)
    _write(output or "request.lkr", text, document)


@click.command()
@_output
@home_option
def statement(*, output: str | None, home: str | None) -> None:
    """Make a signed statement of what is in use, to send to the vendor."""
    with opened(home) as installation:
        text, document = installation.statement()
    _write(output or "statement.lkr", text, document)


@click.command("return")
@click.argument("part", default="base")
@click.option("--issuer", help="Whose bundle it is, if not the vendor's.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_output
@home_option
def return_(
    *, part: str, issuer: str | None, yes: bool, output: str | None, home: str | None
) -> None:
    """Give the active bundle of PART back to its issuer: it can never work here again.

    The signed receipt proves it. If it was lost, the same command writes it again.
    """
    if not yes and is_terminal():
        click.confirm(f"Give `{part}` back? It can never work here again.", abort=True, err=True)
    elif not yes:
        raise click.UsageError("give --yes: what is returned can never work here again.")
    with opened(home) as installation:
        text = installation.return_bundles(part, issuer=issuer)
    _write(output or f"{part}-receipt.lkr", text, None)


def _write(output: str, text: str, document: Document | None) -> None:
    write_output(output, text.encode())
    if output == STANDARD:
        return
    if document is not None:
        show(document)
    emit(f"written: {output}")
    remark("Send it to the vendor.")
