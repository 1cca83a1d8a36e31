"""`licensekit answer`: what an installation asks for, bound to it, or a reset for it."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import STANDARD, located, read_input, write_output
from licensekit.cli.issuer.options import reason_option, remind_of_root, warn_of_forks
from licensekit.cli.issuer.output import FileOptions, license_options, place_of, warn_of_older
from licensekit.cli.options import WordChoice, before, option
from licensekit.cli.output import emit_json, facts, remark
from licensekit.cli.views.documents import bound_to
from licensekit.errors import OrderConflict, OrderInvalid
from licensekit.issuer import VerifiedRequest, Workspace, read_draft, require_replaceable
from licensekit.wire.documents import ResetWhat
from licensekit.wire.plain import word


def _require_answer(*, file: str, order: str | None, what: ResetWhat | None, **_: object) -> None:
    if order == file == STANDARD:
        raise click.UsageError("request and order cannot both come from standard input.")
    if (order is None) == (what is None):
        raise click.UsageError("give --order FILE or --reset WHAT.")


@click.command()
@before(_require_answer)
@click.argument("file", metavar="REQUEST")
@option("--order FILE order", "What the installation gets.")
@option("--reset what", "Sign a reset for it instead: it works there once.", type=WordChoice(ResetWhat))
@reason_option
@license_options
def answer(
    *,
    file: str,
    order: str | None,
    what: ResetWhat | None,
    reason: str,
    workspace: Workspace,
    now: int,
    wanted: FileOptions,
) -> None:
    """Answer the request of an installation with a license that works only there.

    An order binds one installation, or as many as its `installations` says; what was returned makes room for another.
    The same request and order give the same license again. With --reset, the answer puts the installation's clock or
    sequence right, or accepts its restored backup; --reason says why.
    """
    with located(file):
        data = read_input(file, what="a request")
        request = workspace.customers.read_request(data, now=now)
        if order is not None:
            _answer(workspace, request, wanted, order, now)
        elif what is not None:
            _reset(workspace, request, wanted, what, reason=reason, now=now)
    warn_of_forks(workspace, [request.installation])
    remind_of_root(workspace)


def _answer(workspace: Workspace, request: VerifiedRequest, wanted: FileOptions, order: str, now: int) -> None:
    with located(order):
        draft = read_draft(read_input(order, what="an order", limit=limits.TOML_BYTES))
    catalog = workspace.catalog.require_unchanged(now)
    try:
        proposal = workspace.customers.propose_answer(
            request, draft, now=now, attach=wanted.audience.read(workspace, now), approve=wanted.drawing(catalog)
        )
        file = wanted.sign(workspace, proposal, catalog)
    except (OrderInvalid, OrderConflict) as error:  # other errors are about the request
        raise error.at(order) from error
    if file is not None and wanted.write(file, catalog, installation=request.installation.hex()):
        facts(("bound to", bound_to(file.bundle)))


def _reset(
    workspace: Workspace, request: VerifiedRequest, wanted: FileOptions, what: ResetWhat, *, reason: str, now: int
) -> None:
    if any(wanted.drawings):
        raise click.UsageError("--qr and --print are for licenses.")
    attach = wanted.audience.read(workspace, now)
    proposal = workspace.customers.propose_reset(request, what, now=now, attach=attach, reason=reason)
    file = wanted.sign(workspace, proposal)
    if file is None:
        return
    place = place_of(wanted.output, file.name)
    if place != STANDARD:
        require_replaceable(Path(place), file.reset)
    write_output(place, file.data)
    warn_of_older(fits_oldest=file.fits_oldest)
    if place == STANDARD:
        return
    resets, installation = word(what), request.installation.hex()
    if wanted.as_json:
        named = {"file": place, "reset": resets, "installation": installation}
        emit_json({**named, "repeated": file.is_repeated, "bytes": len(file.data)})
        return
    again = "  (signed before: the same reset again)" if file.is_repeated else ""
    facts(("file", f"{place}{again}"), ("resets", resets), ("only on", installation))
    remark("Send it to the customer, who activates it like a license.")
