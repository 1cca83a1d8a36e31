"""Links that sign a browser in, once: files in a folder that only the console's account can read.

Whoever may write there may sign anybody in, as may whoever may read the installation's key beside it. Any process of
that account makes a link, and a running console takes it.
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Final, NamedTuple
from urllib.parse import urlencode

from licensekit.console.visit import Identity, Role
from licensekit.errors import ConsoleUnavailable, LicenseError
from licensekit.files import make_folder, read_bytes, write_atomically

LINK_SECONDS: Final = 24 * 3600  # a link that nobody used ends after this long
_SECRET_BYTES: Final = 32
_PRIVATE: Final = 0o600
_MOST: Final = 4096
CONSOLE: Final = "console"  # the folder of a running console among an installation's own files
_ADDRESS: Final = "address"


class Links(NamedTuple):
    """The links that are open, and the address at which a running console takes them."""

    folder: Path
    clock: Callable[[], float] = time.time

    def announce(self, address: str) -> None:
        """Keep the address of a console that runs now."""
        for folder in (*reversed(self.folder.parents), self.folder):
            make_folder(folder, 0o700)
        write_atomically(self.folder / _ADDRESS, address.encode(), mode=_PRIVATE)

    def withdraw(self) -> None:
        """Forget the address."""
        (self.folder / _ADDRESS).unlink(missing_ok=True)

    def make(self, identity: Identity) -> str:
        """Return a new link for `identity`; raise `ConsoleUnavailable` where no console runs."""
        try:
            address = read_bytes(self.folder / _ADDRESS, limit=_MOST, what="address").decode()
        except (LicenseError, UnicodeDecodeError) as error:
            raise ConsoleUnavailable(reason="not-running", where=str(self.folder)) from error
        for path in self.folder.glob("*.link"):
            if self._read(path) is None:
                path.unlink(missing_ok=True)
        code = token_urlsafe(_SECRET_BYTES)
        written = json.dumps([identity.name, identity.role, self.clock() + LINK_SECONDS])
        write_atomically(self.folder / f"{_digest(code)}.link", written.encode(), mode=_PRIVATE)
        return f"{address}/sign-in?{urlencode({'code': code})}"

    def take(self, code: str) -> Identity | None:
        """Return whom a link signs in, and use it up; None if it is not open."""
        path = self.folder / f"{_digest(code)}.link"
        identity = self._read(path)
        try:
            path.unlink()  # of two who come at once, one succeeds
        except OSError:
            return None
        return identity

    def _read(self, path: Path) -> Identity | None:
        """Return whom a link signs in; None where it is damaged, or has ended."""
        try:
            name, role, until = json.loads(read_bytes(path, limit=_MOST, what="a link"))
            return Identity(str(name), Role(role)) if self.clock() < until else None
        except (LicenseError, TypeError, ValueError):
            return None


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
