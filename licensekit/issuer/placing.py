"""A new workspace comes to its place whole: made beside it, then moved there."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from licensekit.errors import FileUnusable, WorkspaceExists
from licensekit.files import sync_folder, unusable
from licensekit.issuer.layout import Layout


@contextmanager
def placed(folder: Path, product: str, catalog: bytes | None) -> Generator[Layout]:
    """Give a place to make a workspace in; when the block ends, it is in `folder`.

    Raises:
        WorkspaceExists, FileUnusable: as `require_room`, or it cannot be written; nothing was.
    """
    require_room(folder, product, catalog)
    partial = folder.with_name(f".{folder.name}.{token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        yield Layout(partial)
        _move(partial, folder)
    except OSError as error:
        raise unusable(folder, "a workspace", error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_room(folder: Path, product: str, catalog: bytes | None = None) -> None:
    """Refuse a folder that holds a workspace, or a file that one would have.

    The catalog that the workspace is to begin with may lie there already.

    Raises:
        WorkspaceExists: it does.
        FileUnusable: it is no folder.
    """
    layout = Layout(folder)
    if folder.exists() and not folder.is_dir():
        raise FileUnusable(reason="not-a-folder", where=str(folder))
    if layout.ledger.exists() or layout.ledger_url.exists():
        raise WorkspaceExists("there is a workspace here already", where=str(folder))
    for path in layout.all(product):
        if path.exists() and not (path == layout.catalog and path.read_bytes() == catalog):
            raise WorkspaceExists(
                f"`{path.name}` is in the way",
                where=str(folder),
                hint="choose another folder, or move it away first",
            )


def _move(partial: Path, folder: Path) -> None:
    if not folder.exists():
        partial.rename(folder)
    else:
        _move_into(partial, folder)
    sync_folder(folder.parent)


def _move_into(partial: Path, folder: Path) -> None:
    """Move every entry, the ledger last, because it is what makes a folder a workspace."""
    layout = Layout(partial)
    last = {layout.ledger, layout.ledger_url}
    moved: list[tuple[Path, Path]] = []
    try:
        for source in sorted(partial.iterdir(), key=lambda path: (path in last, path.name)):
            place = folder / source.name
            if not place.exists():
                source.rename(place)
                moved.append((source, place))
    except OSError:
        for source, place in reversed(moved):
            place.rename(source)
        raise
