"""What a person agrees to, or should read, before something is signed."""

from licensekit.errors import LicenseError
from licensekit.errors.coded import Message
from licensekit.errors.faults import SoldReduced


class SoldIsChanged(Message):
    """A bundle that was sold is changed: its next sequence takes its place."""

    bundle: str


class UnusualTerm(Message, reasons=True):
    """A date of a bundle is rarely meant so."""

    day: int


class MoreInUse(Message):
    """A customer has more of a license in use than would be sold."""

    license: str
    in_use: int
    sold: int
    missing: int


class TakesAway(Message):
    """The catalog takes something away from bundles that were sold."""

    fault: SoldReduced


class UnboundReturn(Message):
    """The return of a bundle that is bound to no installation takes it back from everybody."""

    bundle: str


class ListEffect(Message, reasons=True):
    """What the next revocation list does to a bundle where it arrives; or not, as it was taken back by itself."""

    bundle: str
    company: str
    state: str
    """The one that it has in the ledger before."""


class ListDecides(Message, reasons=True):
    """What a new revocation list takes back or no longer takes back."""

    subjects: tuple[str, ...]


class HistoryDoubtful(Message, reasons=True):
    """What came from installations does not come from one history, or from several of one serial."""

    installation: bytes = b""
    count: int = 0


class AcceptsRestored(Message):
    """A restored ledger is accepted, with what the files bring back."""

    number: int


class NotAbsorbed(Message, reasons=True):
    """Something in a file is not entered again."""

    name: str
    """Of the file."""
    error: LicenseError | None = None
    issuer: str = ""
    what: str = ""


class BundlesVoid(Message):
    """Active bundles that a revoked key has signed are void."""

    count: int
