"""`licensekit inspect` and `licensekit verify`: what is in a file, and whether it is genuine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import click

from licensekit.cli.customer.commands import ApplicationOption, built_in_of
from licensekit.cli.groups import exit_code
from licensekit.cli.inputs import located, read_tokens
from licensekit.cli.options import clock, now_option, option, together
from licensekit.cli.output import emit, emit_json, json_option, separated
from licensekit.cli.views import spelling
from licensekit.cli.views.documents import show
from licensekit.entitlements.parts import state_by_dates
from licensekit.trust.inspect import Finding, check
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Catalog, License

_of_file: Final = together(
    click.argument("file"),
    option("--pack FILE", "The application's pack (.lkp).", cls=ApplicationOption),
    option("--root PIN", "The pinned root, lkroot1-….", cls=ApplicationOption),
    now_option,
    json_option,
)


def _findings(file: str, pack: str | None, root: str | None, now: int) -> tuple[Sequence[Finding], TrustStore | None]:
    """Return what is in a file, and what the pack establishes under the pin, if they are given or built in."""
    built_in = built_in_of(click.get_current_context())
    pin = built_in.root or root
    if (pack is None and built_in.pack is None) != (pin is None):
        raise click.UsageError("give --pack and --root together: only its pinned root makes a pack genuine.")
    with located(file):
        tokens = armor.read(read_tokens(file, what="a license file"))
        with located(pack):
            data = built_in.pack if pack is None else read_tokens(pack, what="a pack")
            store = None if data is None or pin is None else open_pack(data, pin)
        return check(tokens, store, now), store


@click.command()
@_of_file
def inspect(file: str, pack: str | None, root: str | None, now: int | None, *, as_json: bool) -> None:
    """Show what is in a file, verified or not.

    FILE is a license file, pack, request, receipt or statement, or `-` for standard input. What the
    pack and the root do not vouch for is not verified, and the output says so.
    """
    findings, store = _findings(file, pack, root, clock() if now is None else now)
    if as_json:
        emit_json({"file": file, "documents": [finding.plain() for finding in findings]})
    else:
        show_findings(findings, store)
    refused = next((finding.error for finding in findings if finding.error), None)
    if refused is not None:
        raise click.exceptions.Exit(exit_code(refused))


def show_findings(findings: Sequence[Finding], store: TrustStore | None) -> None:
    """Print what is in a file, and what vouches for each of its documents."""
    for finding in separated(findings):
        _show_status(finding)
        show(finding.document, [("identity", finding.identity)], _licenses(finding, findings, store))


@click.command()
@_of_file
def verify(file: str, pack: str | None, root: str | None, now: int | None, *, as_json: bool) -> None:
    """Verify a file against the application's pack and root.

    FILE is a license file, or `-` for standard input. Every document in it must be genuine; the first that is not ends
    the command with its reason. Expired bundles verify: their state is shown.
    """
    moment = clock() if now is None else now
    findings, store = _findings(file, pack, root, moment)
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
        show(finding.document, state, _licenses(finding, findings, store))


def _licenses(one: Finding, findings: Iterable[Finding], store: TrustStore | None) -> Mapping[str, License]:
    """Return the licenses of the issuer of a document, by the newest catalog believed like it."""
    beside = [finding.document for finding in findings if finding.status == one.status]
    held = [] if store is None else [known.document for known in store.catalogs.values()]
    issuer = getattr(one.document, "issuer", None)
    catalogs = [c for c in (*beside, *held) if isinstance(c, Catalog) and c.issuer == issuer]
    newest = max(catalogs, key=lambda catalog: catalog.version, default=None)
    return {} if newest is None else newest.licenses


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
            emit("Anyone could have written this. To verify it, pass --pack FILE and --root PIN.")


def _state(finding: Finding, now: int) -> dict[str, str]:
    document = finding.document
    return {"state": state_by_dates(document, now)[0]} if isinstance(document, Bundle) else {}
