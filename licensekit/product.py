"""What an application ships of a product: its root and its pack, and everything that is opened with them.

`licensekit product` writes a module with the one `Product` of a pack, typed by the codes that its catalogs have.
"""

import os
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from licensekit.runtime.verifier import Verifier
from licensekit.state.home import home_variable
from licensekit.state.machine import NO_FACTS, Facts

if TYPE_CHECKING:
    import click
    from starlette.types import ASGIApp

    from licensekit.console import Authorize

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

    def __repr__(self) -> str:
        return f"<Product {self.code}>"

    @property
    def home(self) -> str | None:
        """What the environment says of where the installation is: `ACME_LICENSE_HOME` for the product `acme`."""
        return os.environ.get(home_variable(self.pack))

    def open(self, home: str | os.PathLike[str] | None = None, *, create: bool = False) -> L:
        """Open the installation at `home`, else where the environment says, else in this product's folder.

        Raises as `Licensing.open` does.
        """
        from licensekit.runtime.licensing import Licensing  # noqa: PLC0415  # who only verifies loads no database

        licensing = Licensing.open(
            home or self.home, root=self.root, pack=self.pack, released=self.released, facts=self.facts, create=create
        )
        return cast("L", licensing)

    def verifier(self) -> Verifier:
        """Return what verifies single files of this product; raises as `Verifier` does."""
        return Verifier(root=self.root, pack=self.pack, released=self.released)

    def commands(self, name: str = "license") -> "click.Group":
        """Return the customer's commands for this product, as a click group to mount among others.

        Their installation is where `--home` says, else the environment, else in this product's folder; what they print
        names them as they were called.
        """
        from licensekit.cli import customer_commands  # noqa: PLC0415  # who only asks loads no commands

        return customer_commands(root=self.root, pack=self.pack, released=self.released, facts=self.facts, name=name)

    def console(
        self, authorize: "Authorize", *, home: str | os.PathLike[str] | None = None, origins: Iterable[str] = ()
    ) -> "ASGIApp":
        """Return the console for this product's installation, as an ASGI application to mount among others.

        `authorize` and `origins` are those of `licensekit.console.app`; it needs the extra `console`. The first change
        sets the installation up.

        Raises:
            OriginInvalid: one of `origins` is no address.
            StateError, TrustError: the installation cannot be used.
        """
        from licensekit.console import app  # noqa: PLC0415  # who only asks loads no console
        from licensekit.installation import Installation  # noqa: PLC0415  # likewise

        installation = Installation.open(
            home or self.home, root=self.root, pack=self.pack, released=self.released, facts=self.facts
        )
        return app(installation, authorize, origins=origins)
