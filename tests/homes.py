"""Installations for tests: a vendor's pack and files, a clock that tests set, a home to open."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from licensekit import Licensing
from licensekit.database import Database
from licensekit.dates import moment_of
from licensekit.installation import Installation
from licensekit.keys.signing import SigningKey
from licensekit.state.home import open_installation
from licensekit.state.loading import InstallationState, OpenInstallation, read_installation
from licensekit.state.time import Reading
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Catalog, Document
from tests import makers

ROOT = makers.first_root()
PIN = makers.pin(ROOT)
DAY = 86_400


@dataclass
class Clock:
    """A clock that shows what a test sets."""

    now: int = makers.NOW

    def __call__(self) -> datetime:
        """Return the time that was set."""
        return moment_of(self.now)

    def move(self, *, days: int = 0, hours: int = 0) -> None:
        """Turn the clock."""
        self.now += days * DAY + hours * 3600


def signed(document: Document, by: str = "vendor") -> armor.Token:
    """Sign a document with the TEST KEY `by`."""
    return sign(document, makers.key(by))


def file(*documents: Document | armor.Token, by: str = "vendor") -> str:
    """Return a license file; documents that are not tokens yet are signed by the TEST KEY `by`."""
    tokens = [d if isinstance(d, armor.Token) else signed(d, by) for d in documents]
    return makers.file_of(*tokens)


def pack(catalog: Catalog | None = None, *more: armor.Token) -> str:
    """Return the vendor's pack."""
    catalog = makers.catalog() if catalog is None else catalog
    return makers.file_of(ROOT, makers.first_trust(), signed(catalog), *more)


@dataclass
class Home:
    """A place for an installation, and everything needed to open it."""

    place: str
    clock: Clock = field(default_factory=Clock)
    pack: str = field(default_factory=pack)
    released: date | None = None

    def open(self, by: str = "admin") -> Installation:
        """Open the installation, which its first change sets up."""
        return Installation.open(self.place, root=PIN, pack=self.pack, released=self.released, clock=self.clock, by=by)

    def set_up(self) -> None:
        """Create the installation, empty."""
        open_installation(self.place, create=True).close()

    def run(self) -> Licensing:
        """Open the installation as an application, which looks again at `refresh`."""
        return Licensing.open(
            self.place, root=PIN, pack=self.pack, released=self.released, clock=self.clock, watch=False
        )

    @property
    def folder(self) -> Path:
        """The folder, where it is one."""
        return Path(self.place)


def opened(database: Database, clock: int = makers.NOW, pack: str | None = None) -> OpenInstallation:
    """Return an installation as an application opens it whose clock shows this, with no boot clock."""
    return OpenInstallation(database, lambda: Reading(clock), PIN, pack)


def state_of(database: Database, clock: int = makers.NOW, pack: str | None = None) -> InstallationState:
    """Return the state of an installation, verified from the first entry of its journal on."""
    with read_installation(opened(database, clock, pack)) as read:
        return read.state()


def bundle(sequence: int = 1, **changes: Any) -> Bundle:
    """Return a bundle of some sequence."""
    return makers.bundle(sequence=sequence, **changes)


def vendor_key() -> SigningKey:
    """Return the TEST KEY that the vendor signs with."""
    return makers.key("vendor")
