"""What an installation says that it holds: the extension of what it signs."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from licensekit.trust.order import FullVersion, full_version
from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import Value

HOLDS: Final = "holds"
"""The extension by which what an installation signs says what it holds (`docs/format.md`, "Extensions")."""
_NONE: Final = "-"
_NUMBER: Final = "[1-9][0-9]{0,9}"
_FORM: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}(?: (?:{_NONE}|{_NUMBER}\.{_NUMBER}\.{_NUMBER})){{2}}")


class Held(NamedTuple):
    """The full version of each document in force; empty where there is none."""

    trust: FullVersion = ()
    revocations: FullVersion = ()
    catalog: FullVersion = ()

    @property
    def text(self) -> str:
        """The value of the extension: `2.14 2.13.7 2.14.20`."""
        return " ".join(".".join(map(str, one)) or _NONE for one in self)

    def is_beyond(self, other: "Held") -> bool:
        """Return whether one of the documents is newer than that of `other`."""
        return any(own > others for own, others in zip(self, other, strict=True))


def held_in(trust_store: TrustStore, issuer: str) -> Held:
    """Return what is in force; list and catalog are those of `issuer`."""
    trust = trust_store.trust
    in_force = trust.trust, trust.lists.get(issuer), trust_store.catalogs.get(issuer)
    return Held(*(() if one is None else full_version(one.document) for one in in_force))


def lowest(several: Sequence[Held]) -> Held:
    """Return the lowest of each document over `several`, at least one."""
    return Held(*map(min, zip(*several, strict=True)))


def read_held(value: Value | None) -> Held | None:
    """Return what the value of the extension says; None for any other form, which counts as absent."""
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        return None
    return Held(*(() if word == _NONE else tuple(map(int, word.split("."))) for word in value.split(" ")))
