"""`licensekit status`: what is licensed, in use and due."""

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.options import before, now_option, option
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.license import show_license
from licensekit.cli.views.status import show_status
from licensekit.installation import Installation, metric_lines


def _require_one_form(*, code: str | None, as_metrics: bool, as_json: bool, **_: object) -> None:
    if as_metrics and (as_json or code is not None):
        raise click.UsageError("give --prometheus alone: it is of the whole installation.")


@click.command()
@before(_require_one_form)
@click.argument("code", metavar="[LICENSE]", required=False)
@option("--prometheus as_metrics", "Print metrics in the text format.")
@in_installation
@now_option
@json_option
@click.pass_context
def status(
    ctx: click.Context, *, code: str | None, installation: Installation, now: int, as_json: bool, as_metrics: bool
) -> None:
    """Show what is licensed, what is in use, and what is due.

    With LICENSE: what it means, which files grant it, and who holds it.
    """
    asks_what_then = ctx.get_parameter_source("now") is click.core.ParameterSource.COMMANDLINE
    then = now if asks_what_then else None
    if code is not None:
        details = installation.license(code, now=then)
        emit_json(details.plain()) if as_json else show_license(details)
        return
    state = installation.state(now=then)
    if as_metrics:
        click.echo("\n".join(metric_lines(state)))
    elif as_json:
        emit_json(state.plain())
    else:
        show_status(state)


@click.command("accept-clock")
@in_installation
def accept_clock(*, installation: Installation) -> None:
    """Accept the clock, in place of a later time that it has shown here.

    This can be done once for each base bundle, and the vendor sees it in every file that the installation signs.
    """
    installation.accept_clock()
    emit("the clock is accepted")
