"""`licensekit status`: what is licensed, in use and due."""

import click

from licensekit.cli.customer.commands import home_option, opened
from licensekit.cli.options import now_option
from licensekit.cli.output import emit_json, json_option
from licensekit.cli.views.license import license_json, show_license
from licensekit.cli.views.metrics import show_metrics
from licensekit.cli.views.status import show_status, status_json


@click.command()
@click.argument("code", metavar="[LICENSE]", required=False)
@click.option("--prometheus", "as_metrics", is_flag=True, help="Print metrics in the text format.")
@home_option
@now_option
@json_option
@click.pass_context
def status(
    ctx: click.Context,
    *,
    code: str | None,
    home: str | None,
    now: int,
    as_json: bool,
    as_metrics: bool,
) -> None:
    """Show what is licensed, what is in use, and what is due.

    With LICENSE: what it means, which files grant it, and who holds it.
    """
    if as_metrics and (as_json or code is not None):
        raise click.UsageError("give --prometheus alone: it is of the whole installation.")
    asks_what_then = ctx.get_parameter_source("now") is click.core.ParameterSource.COMMANDLINE
    then = now if asks_what_then else None
    with opened(home) as installation:
        if code is not None:
            details = installation.license(code, now=then)
            emit_json(license_json(details)) if as_json else show_license(details)
            return
        state = installation.state(now=then)
    if as_metrics:
        show_metrics(state)
    elif as_json:
        emit_json(status_json(state))
    else:
        show_status(state)
