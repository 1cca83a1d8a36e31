"""`licensekit product`: the module that an application imports."""

from datetime import date

import click

from licensekit.cli.failures import NO
from licensekit.cli.inputs import STANDARD, located, read_input, write_output
from licensekit.cli.options import DAY, option
from licensekit.cli.output import emit, facts
from licensekit.issuer import product_module
from licensekit.trust.pack import pin_in_pack


@click.command()
@click.argument("pack")
@option("-o --output FILE", "Where the module goes: acme_licensing.py, or `-`.", required=True)
@option("--released DATE", "When this version of the product was released, for its maintenance.", type=DAY)
@option("--check", "Write nothing: exit with 1 if FILE is not what would be written.")
@click.pass_context
def product(ctx: click.Context, *, pack: str, output: str, released: date | None, check: bool) -> None:
    """Write the module that the application imports: its root, its pack, and its codes as types.

    The public PACK is enough. Run it again whenever the pack changes; with --check the tests of the application find
    out that it has.
    """
    with located(pack):
        data = read_input(pack, what="a pack")
        text, root = product_module(data, released=released), pin_in_pack(data)
    if check:
        ctx.exit(_compare(output, text))
    write_output(output, text.encode())
    if output != STANDARD:
        facts(("module", output), ("root", root))


def _compare(path: str, text: str) -> int:
    if read_input(path, what="a module", limit=2 * len(text.encode())).decode(errors="replace") == text:
        emit(f"{path} is what the pack makes.")
        return 0
    emit(f"{path} is not what the pack makes: write it again.")
    return NO
