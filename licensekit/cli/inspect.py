"""`licensekit inspect`, `verify` and `explain`: what is in a file, whether it is genuine, and what would help."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from licensekit.cli import groups, inputs
from licensekit.cli.customer.commands import ApplicationOption, built_in_of, home_option
from licensekit.cli.options import PATH, clock, now_option, option, refuse, together
from licensekit.cli.output import emit, emit_json, json_option, remark, separated
from licensekit.cli.views import documents, spelling
from licensekit.entitlements.states import state_by_dates
from licensekit.trust.findings import Finding, check
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Catalog, License

_ANSWERS: Final = "The workspace that answers. Default: the current folder, if it is one."
_workspace_option: Final = option("-C DIR folder", _ANSWERS, type=PATH, cls=ApplicationOption)
LEDGERS: Final = ("ledger.db", "ledger.url")  # what makes a folder a workspace
_of_file: Final = together(
    click.argument("file"),
    _workspace_option,
    refuse("give -C, or --pack and --root.", lambda given: given["folder"] and (given["pack"] or given["root"])),
    option("--pack FILE", "The application's pack (.lkp).", cls=ApplicationOption),
    option("--root PIN", "The pinned root, lkroot1-….", cls=ApplicationOption),
    now_option,
    json_option,
)


def _workspace(folder: Path | None, *given: str | None) -> Path | None:
    """Return the folder of the workspace that answers; None without one, or if `given` names another source."""
    is_here = built_in_of(click.get_current_context()).folder is None and any(map(os.path.isfile, LEDGERS))
    return folder or (Path() if is_here and not any(given) else None)


def _findings(
    file: str, now: int, *, pack: str | None, root: str | None, folder: Path | None
) -> tuple[Sequence[Finding], TrustStore | None]:
    """Check a file; return its findings and the trust store used: a workspace's, or that of a pack and pin, if any."""
    if (place := _workspace(folder, pack, root)) is not None:
        from licensekit.issuer import Workspace  # noqa: PLC0415  # a customer's command does not load it

        remark(f"Checked against the workspace {place.absolute()}.")
        with Workspace.open(place) as workspace, inputs.located(file):
            known = workspace.state(now).trust_store
            return check(armor.read(inputs.read_tokens(file, what="a license file")), known, now), known
    built_in = built_in_of(click.get_current_context())
    pin = built_in.root or root
    if (pack is None and built_in.pack is None) != (pin is None):
        raise click.UsageError("give --pack and --root together: only its pinned root makes a pack genuine.")
    with inputs.located(file):
        tokens = armor.read(inputs.read_tokens(file, what="a license file"))
        with inputs.located(pack):
            data = built_in.pack if pack is None else inputs.read_tokens(pack, what="a pack")
            store = None if data is None or pin is None else open_pack(data, pin)
        return check(tokens, store, now), store


@click.command()
@_of_file
def inspect(*, file: str, now: int | None, as_json: bool, **source: Any) -> None:
    """Show what is in a file, verified or not."""
    findings, store = _findings(file, clock() if now is None else now, **source)
    if as_json:
        emit_json({"file": file, "documents": [finding.plain() for finding in findings]})
    else:
        show_findings(findings, store)
    refused = next((finding.error for finding in findings if finding.error), None)
    if refused is not None:
        raise click.exceptions.Exit(groups.exit_code(refused))


def show_findings(findings: Sequence[Finding], store: TrustStore | None) -> None:
    """Print the documents of a file, each with its status and signers."""
    for finding in separated(findings):
        said, color, more = _STATUS[finding.status]
        said = said.format(signers=", ".join(finding.signers), error=finding.error)
        click.secho(f"{finding.type.upper()}  {said}", fg=color, bold=True)
        if more:
            emit(more)
        documents.show(finding.document, [("identity", finding.identity)], _licenses(finding, findings, store))


@click.command()
@_of_file
def verify(*, file: str, now: int | None, as_json: bool, **source: Any) -> None:
    """Verify a file against the application's pack and root, or in a workspace against what is in force there."""
    moment = clock() if now is None else now
    findings, store = _findings(file, moment, **source)
    if store is None:
        raise click.UsageError("give --pack FILE and --root PIN; `inspect` shows a file without them.")
    for finding in findings:
        if finding.error is not None:
            raise finding.error.at(file)
    if as_json:
        emit_json({"file": file, "verified": True, "documents": [{**f.plain(), **_state(f, moment)} for f in findings]})
        return
    for finding in separated(findings):
        click.secho(f"{finding.type.upper()}  {finding.status.upper()}", fg="green", bold=True)
        state = [(name, f"{s} at {spelling.moment(moment)}") for name, s in _state(finding, moment).items()]
        documents.show(finding.document, state, _licenses(finding, findings, store))


@click.command()
@refuse("give -C or --home, not both.", lambda given: given["folder"] and given["home"])
@click.argument("name", metavar="[FILE|SERIAL|ORDER|REQUEST|USER|LICENSE]", default="")
@_workspace_option
@home_option
@now_option
@json_option
@click.pass_context
def explain(
    ctx: click.Context, *, name: str, folder: Path | None, home: str | None, now: int | None, as_json: bool
) -> None:
    """Explain what is wrong, and how to fix it."""
    place = _workspace(folder, home)
    if place is None:
        from licensekit.cli.customer import status  # noqa: PLC0415  # a vendor's command does not load it

        ctx.invoke(status.explain, name=name, home=home, now=now, as_json=as_json)
        return
    if not name:
        raise click.UsageError("name what to explain in the workspace.")
    from licensekit.cli.issuer.reports import explain_in  # noqa: PLC0415  # a customer's command does not load it

    if not explain_in(place, name, now=clock() if now is None else now, as_json=as_json):
        ctx.exit(groups.NO)


def _licenses(one: Finding, findings: Iterable[Finding], store: TrustStore | None) -> Mapping[str, License]:
    """Return the licenses of a document's issuer, by its newest catalog: in `store`, or beside it with equal status."""
    beside = [finding.document for finding in findings if finding.status == one.status]
    held = [] if store is None else [known.document for known in store.catalogs.values()]
    issuer = getattr(one.document, "issuer", None)
    catalogs = [c for c in (*beside, *held) if isinstance(c, Catalog) and c.issuer == issuer]
    newest = max(catalogs, key=lambda catalog: catalog.version, default=None)
    return {} if newest is None else newest.licenses


_SELF_SIGNED: Final = "Only the vendor's ledger can tell whose installation that is."
_UNVERIFIED: Final = "Anyone could have written this. To verify it, pass --pack FILE and --root PIN."
_STATUS: Final[Mapping[str, tuple[str, str | None, str]]] = {  # the heading of a status, its color, an explanation
    "verified": ("VERIFIED, signed by {signers}", "green", ""),
    "superseded": ("SUPERSEDED by a newer one, signed by {signers}", None, ""),
    "self-signed": ("SELF-SIGNED by installation {signers}", None, _SELF_SIGNED),
    "refused": ("REFUSED: {error}", "red", ""),
    "unverified": ("UNVERIFIED", "red", _UNVERIFIED),
}


def _state(finding: Finding, now: int) -> dict[str, str]:
    document = finding.document
    return {"state": state_by_dates(document, now)[0]} if isinstance(document, Bundle) else {}
