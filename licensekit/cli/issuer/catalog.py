"""`licensekit catalog`: check it, show it, and compare it with what was signed."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.catalog.changes import CatalogChange
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import located, read_input
from licensekit.cli.issuer.options import in_workspace, workspace_option
from licensekit.cli.options import clock
from licensekit.cli.output import counted, emit, emit_json, json_option, table, warn
from licensekit.cli.views.documents import show as show_document
from licensekit.issuer import CatalogDraft, Workspace, read_catalog
from licensekit.wire.documents import Catalog
from licensekit.wire.plain import plain


@click.group(cls=LicenseGroup)
def catalog() -> None:
    """Check, show and compare the catalog of what can be licensed."""


@catalog.command()
@click.argument("file", required=False)
@workspace_option
@json_option
def check(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Name every fault of a catalog, and what it would take away from what was sold.

    FILE is a catalog that belongs to no workspace yet; without it, the workspace's own is checked,
    against the one that was signed last.
    """
    now = clock()
    if file is None:
        with Workspace.open(folder) as workspace:
            draft = workspace.catalog.draft(now)
    else:
        draft = CatalogDraft(_read(file, now), None)
    for one in draft.remarks:
        warn(f"{one.message}.")
    draft.require_nothing_taken()
    if as_json:
        emit_json(
            {"sound": True, "changed": draft.is_changed, "licenses": len(draft.catalog.licenses)}
        )
        return
    emit(f"{counted(len(draft.catalog.licenses), 'license')}, no faults.")
    if file is None:
        emit(_state(draft))


@catalog.command()
@click.argument("file", required=False)
@workspace_option
@json_option
def show(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Show the catalog that was signed last, or the one in FILE."""
    now = clock()
    if file is None:
        with Workspace.open(folder) as workspace:
            document = workspace.state(now).signed_catalog
    else:
        document = _read(file, now)
    if as_json:
        emit_json(plain(document))
    else:
        show_document(document)


@catalog.command()
@in_workspace
@json_option
def diff(*, workspace: Workspace, now: int, as_json: bool) -> None:
    """Show what has changed in the catalog since it was signed."""
    draft = workspace.catalog.draft(now)
    found = draft.differences
    if as_json:
        emit_json({"changed": draft.is_changed, "differences": [one._asdict() for one in found]})
        return
    if found:
        table(["", "where", "signed", "now"], [_row(one) for one in found])
        emit()
    emit(_state(draft))


def _row(one: CatalogChange) -> tuple[str, str, str, str]:
    sign = "+" if one.before is None else "-" if one.after is None else "~"
    mark = f"{sign}{'!' if one.takes_away else ''}"
    return mark, one.where, one.before or "", one.after or ""


def _state(draft: CatalogDraft) -> str:
    if draft.signed is None:
        return "Nothing was signed yet: `licensekit pack` signs it."
    if draft.is_changed:
        return (
            f"Changed since version {draft.signed.version} was signed: `licensekit pack` signs it."
        )
    return f"Unchanged since version {draft.signed.version} was signed."


def _read(file: str, now: int) -> Catalog:
    with located(file):
        text = read_input(file, what="a catalog", limit=limits.TOML_BYTES)
        return read_catalog(text, version=1, issued=now)
