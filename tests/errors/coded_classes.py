"""Every class with a code that the package has."""

from collections.abc import Iterator
from importlib import import_module

from licensekit.errors import LicenseError
from licensekit.errors.coded import Coded
from tests.structure.layers import PACKAGE, SOURCES

# A class is known once its module is imported.
for source in SOURCES:
    if source.with_name("messages.toml").exists():
        import_module(".".join(("licensekit", *source.relative_to(PACKAGE).with_suffix("").parts)))


def below(kind: type[Coded]) -> Iterator[type[Coded]]:
    """Yield every subclass, each before its own."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def _errors(kind: type[LicenseError] = LicenseError) -> Iterator[type[LicenseError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("licensekit."):
            yield from _errors(child)


ERRORS = sorted(set(_errors()), key=lambda kind: kind.code)
"""Every error of the package, by its code."""
