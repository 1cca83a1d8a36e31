"""A license that the environment of a program supplies as text or as a file, which is activated and followed."""

import os
from collections.abc import Iterator
from pathlib import Path

from licensekit.entitlements import Notice, Severity
from licensekit.errors import ArmorInvalid, BundleRefused, LicenseError, StateError, UnexpectedType
from licensekit.files import read_bytes
from licensekit.installation.installation import Installation
from licensekit.limits import FILE_BYTES
from licensekit.state.home import Source
from licensekit.state.loading import OpenInstallation
from licensekit.wire import armor


class LicenseNotTaken(Notice, reasons=True):
    """The license that the environment supplies cannot be used; what was active before stays active."""

    severity = Severity.ERROR
    variable: str
    path: str
    home: str
    error: LicenseError


class KeptInMemory(Notice):
    """There is no home, so everything that the installation has seen is lost with the process."""

    home: str


class SuppliedLicense:
    """The license of a `source`, activated in an open installation; `text` contains it unless it is in a file."""

    def __init__(self, opened: OpenInstallation, source: Source, text: str) -> None:
        self._version = opened.database.version
        self._installation = Installation(opened)
        self._source = source
        self._text = text
        self._home = f"{source.variable.removesuffix('_FILE')}_HOME"
        self._taken: tuple[int, ...] | None = None  # the stamp of the file when it was activated
        self._refused: object = None  # the data that was refused, and the version of the database then
        self._error: LicenseError | None = None
        self._is_of_home = False  # whether the error is the home's, and not the file's

    def look(self) -> tuple[Notice, ...]:
        """Activate the license if it has changed, and return the notices about it.

        A missing, half-written, refused or older license changes nothing.
        """
        stamp = self._stamp()
        if stamp is None or stamp != self._taken:
            self._error = self._take()
            self._taken = None if self._error else stamp
        return tuple(self._notices())

    def _stamp(self) -> tuple[int, ...] | None:
        """Return a value that changes whenever the file is written, replaced or mounted; None if it cannot be read."""
        if self._text:
            return ()
        try:
            found = os.stat(self._source.path)  # noqa: PTH116  # asked each second, by every program
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _take(self) -> LicenseError | None:
        """Activate the license, and return the error if that fails."""
        tried: object = None
        self._is_of_home = False
        try:
            data = self._text or read_bytes(Path(self._source.path), limit=FILE_BYTES, what="a license file")
            tried = data
            if all(one.type != "bundle" for one in armor.read(data)) and not self._source.home:
                raise UnexpectedType(reason="no-bundle", type=armor.read(data)[0].type)
            tried = data, self._version()
            if tried == self._refused:
                return self._error
            preview = self._installation.propose_activate(data).preview if self._source.home else None
            # A restart must not write to a home that has the license already.
            if preview is None or preview.outcome.changed or preview.reasons:
                self._installation.activate(data)
        except StateError as error:  # a problem of the machine, which may be over at the next look
            self._is_of_home = tried is not None
            return error
        except LicenseError as error:
            self._refused = tried
            return error
        return None

    def _notices(self) -> Iterator[Notice]:
        source, error = self._source, self._error
        if error is not None:
            reason = "file" if source.path else "text"
            if self._is_of_home and source.home:
                reason = "kept"
            elif isinstance(error, BundleRefused) and error.reason == "foreign" and not source.home:
                reason = "bound"
            elif isinstance(error, ArmorInvalid) and not source.path:
                reason = "no-text"
            place = source.home if reason == "kept" else source.path
            yield LicenseNotTaken(reason=reason, variable=source.variable, path=place, home=self._home, error=error)
        if not source.home:
            yield KeptInMemory(home=self._home)
