"""What an application ships of a product: its root and its pack, and everything that is opened with them.

`licensekit product` writes a module with the one `Product` of a pack, typed by the codes that its catalogs have.
"""

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeVar, Unpack, cast
from weakref import WeakSet

from licensekit.runtime.verifier import Verifier
from licensekit.state.machine import NO_FACTS, Facts

if TYPE_CHECKING:
    import click

    from licensekit.runtime.licensing import Licensing
    from licensekit.testing import Sold, TestLicensing

L = TypeVar("L")


class Product(Generic[L]):
    """A product as its application knows it; `L` is the type of what `open` returns.

    `code` is the product's, `root` the pin of its root and `pack` its pack. `released` is the date of this version of
    the product, which maintenance must cover; `facts` is what the application knows better of its machine.
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
        """What the environment says of where the installation is: `ACME_LICENSE_HOME` for the product `acme`."""
        return os.environ.get(f"{self.code.upper().replace('-', '_')}_LICENSE_HOME")

    def open(self, home: str | os.PathLike[str] | None = None, *, create: bool = False) -> L:
        """Open the installation at `home`, else where the environment says, else in this product's folder.

        Raises as `Licensing.open` does.
        """
        from licensekit.runtime.licensing import Licensing  # noqa: PLC0415  # who only verifies loads no database

        if self._tested is not None:
            return self._note(self._tested.share())
        licensing = Licensing.open(
            home or self.home, root=self.root, pack=self.pack, released=self.released, facts=self.facts, create=create
        )
        return self._note(licensing)

    def _note(self, licensing: "Licensing") -> L:
        """Note for tests what was opened, and return it."""
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
        """Sell licenses of this product's catalogs in a test, for the length of a block (`docs/testing.md`).

        In the block, everything that `open` returned or returns answers by them. They are signed with keys that this
        process made, which the root of this product does not know. Arguments and errors are those of
        `licensekit.testing.licenses`.
        """
        from licensekit.testing.licensing import licenses  # noqa: PLC0415  # only tests pay
        from licensekit.testing.signing import issuer_for  # noqa: PLC0415  # likewise

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

    def verifier(self) -> Verifier:
        """Return what verifies single files of this product; raises as `Verifier` does."""
        return Verifier(root=self.root, pack=self.pack, released=self.released)

    def commands(self, name: str = "license") -> "click.Group":
        """Return the customer's commands for this product, as a click group to mount among others."""
        from licensekit.cli import customer_commands  # noqa: PLC0415  # who only asks loads no commands

        return customer_commands(
            root=self.root, pack=self.pack, home=self.home, released=self.released, facts=self.facts, name=name
        )
