"""The product that an application ships: its root, its pack, and whatever is opened with them.

`licensekit product` writes a module with the `Product` of a pack, typed by the codes of its catalogs.
"""

# ruff: noqa: PLC0415  # each handle is loaded on first use: verifying needs no database and no commands

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, Unpack, cast
from weakref import WeakSet

from licensekit.dates import days_of
from licensekit.errors import LicenseMisplaced
from licensekit.state.machine import NO_FACTS, Facts

if TYPE_CHECKING:
    import click
    from starlette.types import ASGIApp

    from licensekit.console import Authorize
    from licensekit.runtime.licensing import Licensing
    from licensekit.runtime.verifier import Verifier
    from licensekit.testing import Sold, TestLicensing

L = TypeVar("L")


class Product(Generic[L]):
    """A product, as its application ships it; `L` is the type that `open` returns.

    Args:
        code: The code of the product.
        root: The pin of its root.
        pack: Its pack.
        released: The release date of this version, which maintenance must cover.
        facts: Facts of the machine by name, which override those that licensekit finds.
    """

    def __init__(
        self, code: str, *, root: str, pack: bytes | str, released: date | None = None, facts: Facts = NO_FACTS
    ) -> None:
        self.code = code
        self.root = root
        self.pack = pack
        self.released = released
        self.facts = facts
        self._opened: WeakSet[Licensing] = WeakSet()
        self._tested: TestLicensing | None = None

    def __repr__(self) -> str:
        return f"<Product {self.code}>"

    @property
    def home(self) -> str | None:
        """The installation's home by the environment: `ACME_LICENSE_HOME` for the product `acme`."""
        return os.environ.get(f"{self._variable}_HOME")

    @property
    def _variable(self) -> str:
        return f"{self.code.upper().replace('-', '_')}_LICENSE"

    def open(self, home: str | os.PathLike[str] | None = None, *, create: bool = False) -> L:
        """Open the installation that the environment names (`docs/installation.md`, "Opening").

        For the product `acme`, `ACME_LICENSE` contains a license, or `ACME_LICENSE_FILE` the path of one. When that
        file is replaced, the new license takes effect within two seconds. The license is activated in `home`, else in
        `ACME_LICENSE_HOME`, else in memory. Without a license, the home's activated licenses count; its default is
        `LICENSEKIT_HOME` or the product's folder.

        The program starts even if the license cannot be used: nothing is granted by it, and `notices` says why.

        Raises:
            LicenseMisplaced: both variables are set, or `ACME_LICENSE_FILE` contains a license instead of a path.
            RootPinInvalid, RootMismatch, FormatError, TrustError, StateError: as `Licensing.open`.
        """
        from licensekit.database import shown
        from licensekit.installation.supplied_license import SuppliedLicense
        from licensekit.runtime.licensing import Licensing
        from licensekit.runtime.live_snapshot import LiveSnapshot
        from licensekit.state.home import Source, local_folder, locate, open_in_memory, open_installation
        from licensekit.state.loading import OpenInstallation
        from licensekit.state.pending import open_or_wait
        from licensekit.state.time import clocks_of, system_clock

        if self._tested is not None:
            return self._note(self._tested.share())
        variable, text, path = self._supplied()
        day = None if self.released is None else days_of(self.released)
        asked = home or self.home
        place = locate(asked, pack=self.pack) if asked or not variable else ""
        if place:
            database = open_installation(place, create=True) if create else open_or_wait(place)
        else:
            database = open_in_memory()
        local = local_folder(place) if place else None
        given = self.root, self.pack, day, variable, self.facts
        opened = OpenInstallation(database, clocks_of(system_clock), *given, local=local)
        source = Source(shown(place), variable, path)
        look = SuppliedLicense(opened, source, text).look if variable else tuple
        return self._note(Licensing(LiveSnapshot(opened, watch=True, look=look), source))

    def _supplied(self) -> tuple[str, str, str]:
        """Return the variable that supplies a license, its text, and its path; empty texts for what is not set."""
        text, file = self._variable, f"{self._variable}_FILE"
        values = {name: os.environ.get(name, "").strip() for name in (text, file)}
        if all(values.values()):
            raise LicenseMisplaced(reason="twice", text=text, file=file)
        if values[file].startswith("lk1-"):  # a license, which an error about a path must not show
            raise LicenseMisplaced(reason="text", text=text, file=file)
        if values[file]:  # absolute, because a program may change its working directory
            return file, "", str(Path(values[file]).expanduser().absolute())
        return text if values[text] else "", values[text], ""

    def _note(self, licensing: "Licensing") -> L:
        """Record `licensing` for `testing`, and return it."""
        self._opened.add(licensing)
        return cast("L", licensing)

    @contextmanager
    def testing(
        self,
        *,
        assigned: Mapping[str, Iterable[str]] = {},
        clock: Callable[[], datetime] | None = None,
        **terms: Unpack["Sold"],
    ) -> "Generator[TestLicensing]":
        """Sell licenses of this product's catalogs for a block of a test (`docs/how-to/testing.md`).

        In the block, whatever `open` returns, or has returned, answers by these licenses. They are signed with keys of
        this process, which the product's root does not know. Arguments and errors are those of
        `licensekit.testing.licenses`.
        """
        from licensekit.testing.licensing import licenses
        from licensekit.testing.signing import issuer_for

        issuer = issuer_for(self.pack, self.root)
        with (
            licenses(issuer, released=self.released, assigned=assigned, clock=clock, **terms) as licensing,
            licensing.standing_in(self._opened),
        ):
            before, self._tested = self._tested, licensing
            try:
                yield licensing
            finally:
                self._tested = before

    def verifier(self) -> "Verifier":
        """Return the verifier for single files of this product; raises as `Verifier`."""
        from licensekit.runtime.verifier import Verifier

        return Verifier(root=self.root, pack=self.pack, released=self.released)

    def commands(self, name: str = "license") -> "click.Group":
        """Return the customer's commands for this product, as a click group to add to the application's commands.

        They use the home that `--home` or the environment names, as for `open`.
        """
        from licensekit.cli import customer_commands

        home, day = f"{self._variable}_HOME", self.released
        return customer_commands(
            root=self.root, pack=self.pack, home_variable=home, released=day, facts=self.facts, name=name
        )

    def console(
        self,
        authorize: "Authorize",
        *,
        home: str | os.PathLike[str] | None = None,
        origins: Iterable[str] = (),
        language: str = "",
    ) -> "ASGIApp":
        """Return the console for this product's installation, as an ASGI application; needs the extra `console`.

        The other arguments are those of `licensekit.console.app`. The first change creates the installation.

        Raises:
            OriginInvalid: one of `origins` is not a valid address.
            ConsoleUnavailable: there is no such language.
            StateError, TrustError: the installation cannot be used.
        """
        from licensekit.console import app
        from licensekit.installation import Installation

        installation = Installation.open(
            home or self.home, root=self.root, pack=self.pack, released=self.released, facts=self.facts
        )
        return app(installation, authorize, origins=origins, language=language)
