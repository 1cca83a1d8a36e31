"""The newest file of each customer, in a folder that any web server serves (`docs/how-to/renewals.md`)."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, groupby
from pathlib import Path
from typing import Final, Literal, NamedTuple

from licensekit.dates import day_at
from licensekit.errors import FileUnusable, LicenseError, PlaceTaken
from licensekit.files import write_many
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.output.attachments import AttachmentSource
from licensekit.issuer.output.license_file import present_at
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.verify import verify_bundle

_READABLE: Final = 0o644
"""The account of a web server reads the files, whatever the umask of the issuer's account is."""


class PublishedFile(NamedTuple):
    """The newest file of a serial, under a name that its customer's license file has in it.

    The name is not among these: whoever knows it can fetch the file.
    """

    serial: str
    company: str
    holds: tuple[str, ...]
    """The labels of its bundles; empty: all were taken back or replaced, and the file brings the newest list."""
    change: Literal["new", "changed", "unchanged"]


def publish(tx: LedgerTransaction, folder: Path) -> Iterator[PublishedFile]:
    """Write the newest file of each pickup that differs from what is in `folder`, and yield every one; lazily.

    Nothing else in the folder is touched.

    Raises:
        FileUnusable: the folder is missing, or a file in it cannot be read or replaced; those before it were written.
        PlaceTaken: the workspace with its keys is in the folder.
    """
    if not os.path.isdir(folder):  # noqa: PTH112  # one that may not be looked into is none, and no error
        raise FileUnusable(reason="folder-missing", where=str(folder))
    if tx.store.layout.folder.resolve().is_relative_to(folder.resolve()):
        raise PlaceTaken(reason="workspace", where=str(folder))
    source = AttachmentSource(tx, attach=True)
    rows = bundles.by_serial(tx.ledger, day_at(tx.now))
    for _, group in groupby(rows, key=lambda row: row[0].bundle.serial):
        issued, counts = zip(*group, strict=True)
        # There is one, unless a restored ledger has drawn another: its customers ask for either.
        pickups = sorted({one.pickup for one in issued if one.pickup is not None})
        if not pickups:
            continue
        held, data = _newest_file(tx, source, issued, compress(issued, counts))
        last, labels = issued[-1].bundle, tuple(one.label for one in held)
        for pickup in pickups:
            change = _put(folder / f"{pickup.hex()}.lic", data)
            yield PublishedFile(last.serial, last.company, labels, change)


def _newest_file(
    tx: LedgerTransaction, source: AttachmentSource, issued: Sequence[Issued], counting: Iterable[Issued]
) -> tuple[list[Issued], bytes]:
    """Return the bundles of the file of a serial, and its bytes."""
    held = [one for one in counting if _is_believed(tx, one)]
    attached = [token for one in held or issued[-1:] for token in source.attachments(one.bundle).beside(one.bundle)]
    if not held:
        newest = tx.trust.lists.get(tx.state.issuer)
        attached += [tx.state.verified_trust.token, *([] if newest is None else [newest.token])]
    return held, source.file(tuple(dict.fromkeys(attached)), *(one.token for one in held))


def _is_believed(tx: LedgerTransaction, one: Issued) -> bool:
    """Return whether an installation takes a bundle; one that it refuses would keep it from the rest of the file."""
    try:
        verify_bundle(one.token, tx.trust, tx.now)
    except LicenseError:
        return False
    return True


def _put(path: Path, data: bytes) -> Literal["new", "changed", "unchanged"]:
    """Write a file unless it is there, and return what changes."""
    before = present_at(path)
    if before == data:
        return "unchanged"
    write_many(path.parent, [(path.name, data)], mode=_READABLE)
    return "new" if before is None else "changed"
