"""`licensekit answer`: what an installation asks for, bound to it, or a reset for it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import STANDARD, PassphraseSource, located, read_input, write_output
from licensekit.cli.issuer.options import (
    clock,
    operator,
    passphrase,
    remind_of_root,
    unlock,
    workspace_option,
)
from licensekit.cli.issuer.output import FileOptions, hand_out, license_options, place_of
from licensekit.cli.output import emit_json, facts, json_option, remark, warn
from licensekit.cli.views.documents import bound_to
from licensekit.errors import OrderConflict, OrderInvalid
from licensekit.issuer.catalog.pack import require_unchanged
from licensekit.issuer.exchange.requests import Asking
from licensekit.issuer.exchange.resets import ResetFile
from licensekit.issuer.ledger.histories import History
from licensekit.issuer.orders.order_file import read_draft
from licensekit.issuer.workspace import Workspace
from licensekit.wire.documents import ResetWhat
from licensekit.wire.plain import word

_WHAT = {word(what): what for what in ResetWhat}


@click.command()
@click.argument("request", metavar="REQUEST")
@click.option("--order", "order", metavar="ORDER.toml", help="What the installation gets.")
@click.option(
    "--reset",
    "what",
    type=click.Choice(list(_WHAT)),
    help="Sign a reset for it instead: it works there once.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why it is reset, for the ledger.")
@workspace_option
@license_options
@passphrase
@json_option
def answer(
    *,
    request: str,
    order: str | None,
    what: str | None,
    reason: str,
    folder: Path,
    wanted: FileOptions,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Answer the request of an installation with a license that works only there.

    An order binds one installation, or as many as its `installations` says; what was returned makes
    room for another. The same request and order give the same license again. With --reset, the
    answer puts the installation's clock or sequence right, or accepts its restored backup.
    """
    job: Callable[..., None]
    if order is not None and what is None:
        job = partial(_answer, order=order)
    elif what is not None and order is None:
        job = partial(_reset, what=_WHAT[what], reason=reason)
    else:
        raise click.UsageError("give --order ORDER.toml or --reset WHAT.")
    if order == request == STANDARD:
        raise click.UsageError("request and order cannot both come from standard input.")
    now = clock()
    with Workspace.open(folder) as workspace:
        with located(request):
            data = read_input(request, what="a request")
            asking = workspace.read_request(data, now=now)
            job(workspace, asking, wanted, passphrase, now=now, as_json=as_json)
        if workspace.history(asking.installation) is History.FORKED:
            warn_of_fork(asking.installation)
        remind_of_root(workspace)


def warn_of_fork(installation: bytes) -> None:
    """Say that what an installation sends does not come from one history."""
    warn(
        f"What installation {installation.hex()[:8]}… has sent does not come from one history: its"
        " database was restored from a backup, copied or rewritten."
    )


@contextmanager
def _of_order(path: str) -> Generator[None]:
    """Say where the order is of what is wrong with it; the rest is said of the request."""
    try:
        yield
    except (OrderInvalid, OrderConflict) as error:
        raise error.at(path) from error


def _answer(
    workspace: Workspace,
    asking: Asking,
    wanted: FileOptions,
    source: PassphraseSource,
    *,
    order: str,
    now: int,
    as_json: bool,
) -> None:
    with located(order):
        draft = read_draft(read_input(order, what="an order", limit=limits.TOML_BYTES))
    state = workspace.state(now)
    require_unchanged(workspace.layout, state, now)
    catalog = state.signed_catalog
    with _of_order(order):
        file = workspace.check_answer(asking, draft, now=now, bare=wanted.bare)
    wanted.require_places()
    if file is None:
        signer = unlock(workspace.key_for("bundle", now, wanted.signed_by), source)
        with _of_order(order):
            file = workspace.answer(
                asking,
                draft,
                signer,
                who=operator(),
                now=now,
                bare=wanted.bare,
                approve=lambda signed: wanted.drawings.draw(signed, catalog),
            )
    drawn = wanted.drawings.draw(file, catalog)
    bound = asking.installation.hex()
    hand_out(file, wanted.output, as_json=as_json, drawn=drawn, installation=bound)
    if not as_json and wanted.output != STANDARD:
        facts([("bound to", bound_to(file.bundle))])


def _reset(
    workspace: Workspace,
    asking: Asking,
    wanted: FileOptions,
    source: PassphraseSource,
    *,
    what: ResetWhat,
    reason: str,
    now: int,
    as_json: bool,
) -> None:
    if any(wanted.drawings):
        raise click.UsageError("--qr and --print are for licenses.")
    file = workspace.check_reset(asking, what, now=now, bare=wanted.bare)
    wanted.require_places()
    if file is None:
        signer = unlock(workspace.key_for("reset", now, wanted.signed_by), source)
        file = workspace.reset(
            asking, what, signer, who=operator(), now=now, bare=wanted.bare, reason=reason
        )
    _hand_out(file, place_of(wanted.output, file.name), as_json=as_json)


def _hand_out(file: ResetFile, place: str, *, as_json: bool) -> None:
    write_output(place, file.data)
    if place == STANDARD:
        return
    what, installation = word(file.reset.what), file.reset.installation.hex()
    if as_json:
        said = {"file": place, "reset": what, "installation": installation}
        emit_json({**said, "repeated": file.is_repeated, "bytes": len(file.data)})
        return
    again = "  (signed before: the same reset again)" if file.is_repeated else ""
    facts([("file", f"{place}{again}"), ("resets", what), ("only on", installation)])
    remark("Send it to the customer, who activates it like a license.")
