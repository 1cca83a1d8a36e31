"""`licensekit catalog`: check it, show it, and compare it with what was signed."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.catalog.changes import CatalogChange
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import located, read_input
from licensekit.cli.issuer.options import workspace_option
from licensekit.cli.options import clock
from licensekit.cli.output import counted, emit, emit_json, json_option, table, warn
from licensekit.cli.views.documents import show as show_document
from licensekit.issuer import CatalogDraft, Workspace, read_catalog
from licensekit.text.marks import marks_in
from licensekit.wire.plain import plain


@click.group(cls=LicenseGroup)
def catalog() -> None:
    """Check, show and compare the catalog of what can be licensed."""


_file = click.argument("file", required=False)


@catalog.command()
@_file
@workspace_option
@json_option
def check(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Name every fault of a catalog, and what it would take away from what was sold.

    It is the workspace's own catalog, or the one in FILE. FILE may also be one that belongs to no workspace yet;
    otherwise it is compared with the catalog that the workspace has signed last.
    """
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
@_file
@workspace_option
@json_option
def show(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Show the catalog that the workspace has signed last, or the one in FILE."""
    if file is None:
        with Workspace.open(folder) as workspace:
            document = workspace.state(clock()).signed_catalog
    else:
        document = _draft(file, folder).catalog
    if as_json:
        emit_json(plain(document))
    else:
        show_document(document)


@catalog.command()
@_file
@workspace_option
@json_option
def diff(*, file: str | None, folder: Path, as_json: bool) -> None:
    """Show how the workspace's catalog, or the one in FILE, differs from what it signed last."""
    draft = _draft(file, folder, must_compare=True)
    found = draft.differences
    if as_json:
        emit_json({"changed": draft.is_changed, "differences": [one._asdict() for one in found]})
        return
    if found:
        table(["", "where", "signed", "now"], [_row(one) for one in found])
        emit()
    emit(_state(draft, file))


def _draft(file: str | None, folder: Path, *, must_compare: bool = False) -> CatalogDraft:
    """Return a catalog, and what the workspace has signed; a file need not be beside one."""
    with located(file):
        limit = limits.TOML_BYTES
        text = None if file is None else read_input(file, what="a catalog", limit=limit)
        if text is None or must_compare or folder != Path() or Workspace.exists(folder):
            with Workspace.open(folder) as workspace:
                return workspace.catalog.draft(clock(), text)
        sound = read_catalog(text, version=1, issued=clock())
        return CatalogDraft(sound, None, remarks=marks_in(text))


def _row(one: CatalogChange) -> tuple[str, str, str, str]:
    sign = "+" if one.before is None else "-" if one.after is None else "~"
    mark = f"{sign}{'!' if one.takes_away else ''}"
    return mark, one.where, one.before or "", one.after or ""


def _state(draft: CatalogDraft, file: str | None) -> str:
    if draft.signed is None:
        return "Nothing was signed yet: `licensekit pack` signs it."
    version = f"version {draft.signed.version}"
    if file is not None:
        how = "Differs from" if draft.is_changed else "Says the same as"
        return f"{how} {version}, which was signed last."
    if draft.is_changed:
        return f"Changed since {version} was signed: `licensekit pack` signs it."
    return f"Unchanged since {version} was signed."
