"""What a person agrees to, or should read, before something is signed."""

from licensekit.errors import LicenseError
from licensekit.errors.catalog_faults import SoldReduced
from licensekit.errors.coded import Message


class SoldIsChanged(Message):
    """A bundle that was sold is changed: its next sequence takes its place."""

    template = "{bundle} takes the place of what was sold"
    bundle: str


class UnusualTerm(Message):
    """A date of a bundle is rarely meant so."""

    template = {
        "starts": "it starts only on {day:day}",
        "warning": "it warns of its end from the first day on, since {day:day}",
        "expiry": "it ends only on {day:day}",
    }
    day: int


class MoreInUse(Message):
    """A customer has more of a license in use than would be sold."""

    template = (
        "{license}: {in_use} were in use when it was stated last, and {sold} are sold then,"
        " and the customer must release {missing} before activating this"
    )
    license: str
    in_use: int
    sold: int
    missing: int


class TakesAway(Message):
    """The catalog takes something away from bundles that were sold."""

    template = "the catalog takes away from bundles that were sold: {fault}"
    fault: SoldReduced


class UnboundReturn(Message):
    """The return of a bundle that is bound to no installation takes it back from everybody."""

    template = (
        "{bundle} is bound to no installation, so its receipt proves only that somebody has the"
        " file, and it is taken back from everybody"
    )
    bundle: str


class ListEffect(Message):
    """What the next revocation list does to a bundle where it arrives; or not, as it was taken back by itself."""

    template = {
        "taken-back": "{company} loses {bundle} where the next revocation list arrives:"
        " with a license file or the next pack",
        "counts-again": "{bundle} of {company} counts again where the next revocation list arrives,"
        " if it was activated there",
        "stays": "{bundle} stays {state}",
    }
    bundle: str
    company: str
    state: str
    """The one that it has in the ledger before."""


class ListDecides(Message):
    """What a new revocation list takes back or no longer takes back."""

    template = {
        "suspend": "this suspends {subjects:list}, which `licensekit reinstate` undoes",
        "revoke": "this revokes {subjects:list}, which `licensekit reinstate` undoes",
        "void": "this makes {subjects:list} void permanently: do so only if nobody outside has the file",
        "reinstate": "this reinstates {subjects:list}",
    }
    subjects: tuple[str, ...]


class HistoryDoubtful(Message):
    """What came from installations does not come from one history, or from several of one serial."""

    template = {
        "forked": "what installation {installation:hex} has sent does not come from one history: its database"
        " was restored from a backup, copied or rewritten",
        "several": "{count} installations have stated something, and the newest counts",
    }
    installation: bytes = b""
    count: int = 0


class AcceptsRestored(Message):
    """A restored ledger is accepted, with what the files bring back."""

    template = (
        "the ledger lacks entry {number}, which was there before, and what these files do not bring back stays unknown:"
        " the ledger is accepted as it is"
    )
    number: int


class NotAbsorbed(Message):
    """Something in a file is not entered again."""

    template = {
        "error": "{name}: {error}",
        "issuer": "{name}: issuer `{issuer}` has signed it, and not the issuer of this ledger",
        "place": "{name}: the ledger has something else in the place of {what}",
    }
    name: str
    """Of the file."""
    error: LicenseError | None = None
    issuer: str = ""
    what: str = ""


class BundlesVoid(Message):
    """Active bundles that a revoked key has signed are void."""

    template = "{count:count bundle is|bundles are} void until another key has signed them again"
    count: int
