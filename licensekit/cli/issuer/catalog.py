"""`licensekit catalog`, `pack` and `product`: what can be licensed, and what the application ships of it."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import click

from licensekit import errors, issuer, limits
from licensekit.catalog.tables import CatalogChange
from licensekit.cli import groups, proposals
from licensekit.cli.inputs import STANDARD, located, read_input, read_tokens, write_output
from licensekit.cli.issuer.options import SignOptions, fresh_option, operator, sign_options, workspace_option
from licensekit.cli.options import DAY, clock, option, together
from licensekit.cli.output import counted, emit, emit_json, facts, json_option, table, warn
from licensekit.cli.views.documents import show as show_document
from licensekit.text.names import marks_in
from licensekit.trust.pack import open_pack, pin_in_pack
from licensekit.wire import armor
from licensekit.wire.plain import plain


@click.group(cls=groups.LicenseGroup)
def catalog() -> None:
    """Check, show and compare the catalog of what can be licensed."""


_of_file: Final = together(click.argument("file", required=False), workspace_option, json_option)


@catalog.command()
@_of_file
def check(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Report every fault of a catalog, and what it would take away from what was sold."""
    draft = _draft(file, folder)
    for one in draft.remarks:
        warn(f"{one.message}.")
    with located(file):
        draft.require_nothing_taken()
    count = len(draft.catalog.licenses)
    if as_json:
        emit_json({"sound": True, "changed": draft.is_changed, "licenses": count})
        return
    emit(f"{counted(count, 'license')}, no faults.")
    if file is None or draft.signed is not None:
        emit(_state(draft, file))


@catalog.command()
@_of_file
def show(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Show the catalog that the workspace has signed last, or the one in FILE."""
    if file is None:
        with issuer.Workspace.open(folder) as workspace:
            document = workspace.state(clock()).signed_catalog
    else:
        document = _draft(file, folder).catalog
    emit_json(plain(document)) if as_json else show_document(document)


@catalog.command()
@click.argument("pack", required=False)
@workspace_option
@option("-o --output FILE", "Where the file goes. Default: print it.", default=STANDARD, show_default=False)
def export(*, pack: str | None, folder: Path, output: str) -> None:
    """Write the signed catalog as a file to edit, in case the original is lost."""
    if pack is None:
        with issuer.Workspace.open(folder) as workspace:
            document = workspace.state(clock()).last_catalog
    else:
        with located(pack):
            data = read_tokens(pack, what="a pack")
            trust_store = open_pack(data, pin_in_pack(data))
            document = trust_store.catalog_documents.get(trust_store.issuer)
    if document is None:
        raise errors.WorkspaceInvalid(reason="no-catalog", where=pack or "")
    write_output(output, issuer.catalog_text(document).encode())


@catalog.command()
@_of_file
def diff(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Show how the workspace's catalog, or the one in FILE, differs from what it signed last."""
    draft = _draft(file, folder, must_compare=True)
    found = draft.differences
    if as_json:
        shown = {"changed": draft.is_changed, "differences": [one._asdict() for one in found]}
        emit_json({**shown, "concerned": [one.as_json() for one in draft.concerned]})
        return
    if found:
        table(["", "where", "signed", "now"], [_row(one) for one in found])
        emit()
    for one in draft.concerned:
        emit(f"{one.message}.")
    emit(_state(draft, file))


def _draft(file: str | None, folder: Path, *, must_compare: bool = False) -> issuer.CatalogDraft:
    """Return a catalog with the one that the workspace signed last; for a file without a workspace, alone."""
    with located(file):
        text = None if file is None else read_input(file, what="a catalog", limit=limits.TOML_BYTES)
        if text is None or must_compare or folder != Path() or issuer.Workspace.exists(folder):
            with issuer.Workspace.open(folder) as workspace:
                return workspace.catalog.draft(clock(), text)
        return issuer.CatalogDraft(issuer.read_catalog(text, version=1, issued=clock()), None, remarks=marks_in(text))


def _row(one: CatalogChange) -> tuple[str, str, str, str]:
    sign = "+" if one.before is None else "-" if one.after is None else "~"
    return f"{sign}{'!' if one.takes_away else ''}", one.where, one.before or "", one.after or ""


def _state(draft: issuer.CatalogDraft, file: str | None) -> str:
    if draft.signed is None:
        return "Nothing was signed yet: `licensekit pack` signs it."
    version = f"version {draft.signed.version}"
    if file is not None:
        how = "Differs from" if draft.is_changed else "Is the same as"
        return f"{how} {version}, which was signed last."
    if draft.is_changed:
        return f"Changed since {version} was signed: `licensekit pack` signs it."
    return f"Unchanged since {version} was signed."


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@option("-o --output FILE", "Also write the pack here (`-`: print it).")
@option("--oldest FILE", "The oldest pack in use: license files attach everything newer.")
@fresh_option("Sign the revocation list again, and count it as current for this many days.")
@sign_options
def pack(
    *, files: tuple[str, ...], output: str | None, oldest: str | None, fresh_until: int | None, wanted: SignOptions
) -> None:
    """Sign what has changed, and renew the pack that the application ships."""
    workspace, now, signing, consent = wanted
    oldest_pack = None
    if oldest is not None:
        with located(oldest):
            oldest_pack = read_tokens(oldest, what="a pack")
            workspace.held_by_pack(oldest_pack, now=now)  # refuse a pack of another workspace before anything is signed
    if not _take(workspace, files, now, consent):
        return
    proposal = workspace.catalog.propose_pack(now=now, list_fresh_until=fresh_until)
    if consent.ends(proposal):
        return
    module = issuer.module_file(proposal.draft.catalog.product)
    before = read_input(module, what="a module").decode(errors="replace") if os.path.lexists(module) else None
    proposal.sign(signing.opener(workspace, now), who=operator(), confirm=True)
    if oldest_pack is not None:
        workspace.name_oldest_pack(oldest_pack, who=operator(), now=now)
    state = workspace.state(now)
    if output is not None:
        write_output(output, state.pack)
    renewed = None if before is None else issuer.renewed_module(before, state)
    if renewed is not None:
        write_output(module, renewed.encode())
    elif before is not None:
        warn(f"{module} was left as it is: it was not written from this workspace's pack.")
    if output != STANDARD:
        path = workspace.layout.pack(state.product) if output is None else Path(output)
        _show(path, state, module if renewed else None, signed=proposal.signs_catalog, as_json=consent.as_json)


def _take(workspace: issuer.Workspace, files: Sequence[str], now: int, consent: proposals.Consent) -> bool:
    """Enter the documents in `files`, unless they are only previewed; return whether to continue."""
    tokens: list[armor.Token] = []
    for file in files:
        with located(file):
            tokens += armor.read(read_tokens(file, what="a pack"))
    if tokens:
        proposal = workspace.keys.propose_take(tokens, action="pack", now=now)
        if consent.ends(proposal):
            return False
        proposal.sign(None, who=operator())
    return True


def _show(path: Path, state: issuer.WorkspaceState, module: str | None, *, signed: bool, as_json: bool) -> None:
    version = state.catalog.document.version if state.catalog else None
    if as_json:
        named = {"pack": str(path), "module": module, "root": state.newest_pin, "product": state.product}
        versions = {"catalog": version, "catalog_signed": signed, "trust": state.trust.version}
        emit_json({**named, **versions, "documents": len(state.tokens)})
        return
    catalog = "none yet" if version is None else f"version {version}"
    facts(
        ("pack", path),
        ("module", module and f"{module}, written again"),
        ("root", state.newest_pin),
        ("catalog", f"{catalog}, {'signed now' if signed else 'unchanged'}"),
        ("trust", f"version {state.trust.version}"),
    )


@click.command()
@click.argument("pack")
@option("-o --output FILE", "Where the module goes: acme_licensing.py, or `-`.", required=True)
@option("--released DATE", "When this version of the product was released, for its maintenance.", type=DAY)
@option("--check", "Write nothing: exit with 1 if FILE is not what would be written.")
@click.pass_context
def product(ctx: click.Context, *, pack: str, output: str, released: date | None, check: bool) -> None:
    """Write the module that the application imports: its root, its pack, and its codes as types."""
    there = read_input(output, what="a module").decode(errors="replace") if os.path.lexists(output) else ""
    with located(pack):
        data = read_tokens(pack, what="a pack")
        root = pin_in_pack(data)
    with located(output):
        text = issuer.product_module(data, released=released, before=there)
    if check:
        same = read_input(output, what="a module", limit=2 * len(text.encode())).decode(errors="replace") == text
        emit(f"{output} is up to date with the pack." if same else f"{output} is not up to date: write it again.")
        ctx.exit(0 if same else groups.NO)
    write_output(output, text.encode())
    if output != STANDARD:
        facts(("module", output), ("root", root))
