"""The files that customers receive, the files that they may overwrite, and publishing the newest to a web server."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import compress, groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

from licensekit import dates, errors, files, limits
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.output.attachments import AttachmentSource
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust import signed, verify
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Reset, decode
from licensekit.wire.plain import plain_fields, word


class LicenseFile(NamedTuple):
    """The file of a signed bundle, ready to be sent."""

    bundle: Bundle
    token: armor.Token
    data: bytes
    """The file: the bundle and its attachments."""
    is_repeated: bool
    """Whether the bundle was issued before for the same order."""
    fits_oldest: bool
    """Whether the oldest application in the field accepts it (`attachments`)."""

    @property
    def name(self) -> str:
        """The name of the file: product, serial, part, use unless production, and sequence."""
        return file_name(self.bundle)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, without the file's contents."""
        identity = signed.identity_of(self.token.type, self.token.payload).hex()
        named = plain_fields(self.bundle, "serial part use sequence")
        file = {"repeated": self.is_repeated, "bytes": len(self.data), "fits_oldest": self.fits_oldest}
        return {"identity": identity, **named, **file}


class ResetFile(NamedTuple):
    """The file of a signed reset, ready to be sent."""

    product: str
    reset: Reset
    token: armor.Token
    data: bytes
    """The file: the reset and its attachments."""
    is_repeated: bool
    """Whether the same request was answered with it before."""
    fits_oldest: bool
    """As for a license file."""

    @property
    def name(self) -> str:
        """The name of the file: product, the start of the installation's id, and the kind of reset."""
        return f"{self.product}-{self.reset.installation.hex()[:8]}-{word(self.reset.what)}.lic"


def file_name(bundle: Bundle) -> str:
    """Return the name of a bundle's file: `acme-1010000014-base-1.lic`."""
    return f"{bundle.product}-{bundle.name}.lic"


def license_file(source: AttachmentSource, bundle: Bundle, token: armor.Token, *, repeated: bool) -> LicenseFile:
    """Return the file of a signed bundle."""
    lacking = source.attachments(bundle)
    return LicenseFile(bundle, token, source.file(lacking.beside(bundle), token), repeated, lacking.fits_oldest)


def reset_file(source: AttachmentSource, token: armor.Token, *, repeated: bool) -> ResetFile:
    """Return the file of a signed reset."""
    reset = decode(Reset, token.payload)
    lacking = source.attachments(reset)
    return ResetFile(source.product, reset, token, source.file(lacking.always, token), repeated, lacking.fits_oldest)


def require_replaceable(path: Path, document: Bundle | Reset) -> None:
    """Raise `PlaceTaken` unless a file may be overwritten by that of `document`.

    A license file may overwrite an older or equal one of the same serial and part; a reset, one for the same
    installation; both, an empty file. Raises `FileUnusable` if the file cannot be read, or is not a plain file.
    """
    data = present_at(path)
    if data is None:
        return
    there = _license_in(data) if data else document
    if there is None:
        raise errors.PlaceTaken(reason="no-license", where=str(path))
    if _line(there) != _line(document):
        if isinstance(there, Reset):
            raise errors.PlaceTaken(reason="reset", where=str(path))
        raise errors.PlaceTaken(reason="other", bundle=there.label, company=there.company, where=str(path))
    if isinstance(there, Bundle) and isinstance(document, Bundle) and _order(there) > _order(document):
        raise errors.PlaceTaken(reason="newer", bundle=there.label, company=there.company, where=str(path))


def present_at(path: Path) -> bytes | None:
    """Return the contents of a file that would be overwritten; None: there is none."""
    if not os.path.lexists(path):
        return None
    files.require_plain_file(path, path.lstat().st_mode, "a file to be replaced")
    return files.read_bytes(path, limit=limits.FILE_BYTES, what="a license file")


def _license_in(data: bytes) -> Bundle | Reset | None:
    """Return the only bundle or reset of a file; None if it is another file."""
    try:
        [token] = (one for one in armor.read(data) if one.type in {"bundle", "reset"})
        return decode(Bundle, token.payload) if token.type == "bundle" else decode(Reset, token.payload)
    except (errors.FormatError, ValueError):  # another file, or none or several of them
        return None


def _line(document: Bundle | Reset) -> tuple[str | bytes, ...]:
    """Return the key that is the same for files that may overwrite each other."""
    if isinstance(document, Reset):
        return document.issuer, document.installation
    return document.issuer, document.product, document.serial, document.part


def _order(bundle: Bundle) -> tuple[int, int]:
    return -bundle.use, bundle.sequence


class PublishedFile(NamedTuple):
    """The newest file of a serial, published under a name that only its license files contain.

    The name is not a field here, because everybody who knows it can fetch the file.
    """

    serial: str
    company: str
    holds: tuple[str, ...]
    """The labels of its bundles; empty: all were taken back or replaced, and the file has the newest list."""
    change: Literal["new", "changed", "unchanged"]


def publish(tx: LedgerTransaction, folder: Path) -> Iterator[PublishedFile]:
    """Write the newest file of each pickup if it differs from the one in `folder`; yield each, lazily."""
    if not os.path.isdir(folder):  # noqa: PTH112  # false also without permission, where `Path` raises
        raise errors.FileUnusable(reason="folder-missing", where=str(folder))
    if tx.store.layout.folder.resolve().is_relative_to(folder.resolve()):
        raise errors.PlaceTaken(reason="workspace", where=str(folder))
    source = AttachmentSource(tx, attach=True)
    rows = bundles.by_serial(tx.ledger, dates.day_at(tx.now))
    for _, group in groupby(rows, key=lambda row: row[0].bundle.serial):
        issued, counts = zip(*group, strict=True)
        # Usually one. A restored ledger may have drawn another: customers ask for either.
        pickups = sorted({one.pickup for one in issued if one.pickup is not None})
        if not pickups:
            continue
        held, data = _newest_file(tx, source, issued, compress(issued, counts))
        last, labels = issued[-1].bundle, tuple(one.label for one in held)
        for pickup in pickups:
            yield PublishedFile(last.serial, last.company, labels, _put(folder / f"{pickup.hex()}.lic", data))
    files.write_many(folder, ())  # syncs all of them; files lost in a power failure are written by the next call


def _newest_file(
    tx: LedgerTransaction, source: AttachmentSource, issued: Sequence[Issued], counting: Iterable[Issued]
) -> tuple[list[Issued], bytes]:
    """Return the bundles of the newest file of a serial, and its bytes."""
    held: list[Issued] = []
    for one in counting:
        with suppress(errors.LicenseError):  # an installation that refuses a bundle would refuse the whole file
            verify.verify_bundle(one.token, tx.trust, tx.now)
            held.append(one)
    attached = [token for one in held or issued[-1:] for token in source.attachments(one.bundle).beside(one.bundle)]
    if not held:
        newest = tx.trust.lists.get(tx.state.issuer)
        attached += [tx.state.verified_trust.token, *([] if newest is None else [newest.token])]
    return held, source.file(tuple(dict.fromkeys(attached)), *(one.token for one in held))


def _put(path: Path, data: bytes) -> Literal["new", "changed", "unchanged"]:
    """Write a file unless it has these contents, and return what changes."""
    before = present_at(path)
    if before == data:
        return "unchanged"
    # The account of the web server must be able to read it, whatever the issuer's umask.
    files.write_many(path.parent, [(path.name, data)], mode=0o644, sync=False)
    return "new" if before is None else "changed"
