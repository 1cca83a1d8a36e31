"""Faults of files as people read them, and an error and a fault that say what a test wants."""

from collections.abc import Iterable

from licensekit.errors import Fault, LicenseError
from licensekit.errors.coded import Located

Told = list[tuple[str, str]]
"""The place of each fault, and what is wrong there."""


class Broken(LicenseError):
    """An error for tests alone."""

    code = "test-broken"
    template = "{said}"
    hint_template = "{hinted}"
    said: str = "it went wrong"
    hinted: str = ""


class Odd(Fault):
    """A fault for tests alone."""

    code = "test-odd"
    template = "{said}"
    said: str


def why(fault: Located) -> str:
    """Return what is wrong and what to do, without the place."""
    return str(fault.replace(where=""))


def told(faults: Iterable[Located]) -> Told:
    """Return the place of each fault, and what is wrong there."""
    return [(fault.where, why(fault)) for fault in faults]
