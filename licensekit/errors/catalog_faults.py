"""What a catalog gets wrong (`docs/reference/catalog.md`, "Rules"), and what it takes away from sold ones."""

from licensekit.errors.faults import Fault
from licensekit.errors.format import RuleBroken


class NameUnknown(Fault, reasons=True):
    """A license, issuer, edition or setting that no catalog known here has, or another issuer than the signing one."""

    name: str
    issuer: str = ""
    guess: str = ""


class KindWrong(Fault, reasons=True):
    """A license of another kind than its place, or what is said of it, asks for."""

    license: str
    kind: str
    """What it is: `system`, `site` or `user`."""
    wanted: str = ""
    """The kind that is asked for, the kind that requires it, or the table of its own kind."""


class CountWrong(Fault, reasons=True):
    """A number of a license that has none, or no number of one that is sold by quantity."""

    unit: str = ""


class LicensesCircular(Fault, reasons=True):
    """Licenses that include or require one another in a circle."""

    licenses: tuple[str, ...]


class SettingWrong(Fault, reasons=True):
    """A setting that contradicts itself, or a value that does not fit one."""

    wanted: str = ""
    value: str = ""
    bound: int | None = None
    choices: tuple[str, ...] = ()


class NeverHeld(Fault, reasons=True):
    """A license whose requirements can never all hold, whatever is sold and assigned."""

    requires: tuple[str, ...]


class CatalogRefused(Fault):
    """A catalog that breaks a rule of the format, so that no reader would take it."""

    why: tuple[RuleBroken, ...]


class SoldReduced(Fault, reasons=True):
    """Something that a new catalog takes away from bundles already sold."""

    before: str = ""
    after: str = ""
    names: tuple[str, ...] = ()
