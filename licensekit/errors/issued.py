"""What is refused for what was issued before: orders, requests, and files that come back."""

from typing import Final

from licensekit.errors.coded import LicenseError
from licensekit.errors.workspace import WorkspaceError

_SELL: Final = "`licensekit issue` with a new order sells it again"


class NotIssued(WorkspaceError):
    """The ledger has no such bundle, or nothing of such a serial."""

    template = {
        "bundle": "no bundle {name:quoted} was issued here",
        "receipt": "the receipt is for bundle {name}, not issued here",
        "name": "the ledger has no entry, serial, order or bundle {name:quoted}",
        "entry": "there is no entry {name}",
        "not-a-bundle": "entry {name} is not a bundle's",
        "serial": "nothing was issued for serial {name}",
        "mistyped": "serial {name} is mistyped: its last digit does not fit the others",
        "part": "serial {name} has no part `{part}`, but {parts:list}",
    }
    hint_template = "`licensekit ledger list` shows what was issued"
    name: str
    part: str = ""
    parts: tuple[str, ...] = ()


class NotCurrent(WorkspaceError):
    """What was to be changed is not in force: revoked, returned, or replaced."""

    template = {
        "replaced": f"{{bundle}} was replaced by another serial: nothing of this part is in force; {_SELL}",
        "suspended": "{bundle} is suspended: nothing of this part is in force;"
        " `licensekit reinstate` lets it count again",
        "revoked": f"{{bundle}} was revoked: nothing of this part is in force; {_SELL}",
        "returned": f"{{bundle}} was returned: nothing of this part is in force; {_SELL}",
        "void": f"{{bundle}} is void: nothing of this part is in force; {_SELL}",
    }
    bundle: str


class NotReinstated(WorkspaceError):
    """A bundle that does not come back by being taken off the revocation list."""

    template = {
        "returned": f"{{bundle}} was returned: no installation may have it again; {_SELL}",
        "void": f"{{bundle}} is void: its order may have been issued again; {_SELL}",
        "key": f"{{bundle}} was signed by a key that was revoked; {_SELL}",
        "serial": "{bundle} is of a serial that was taken back as a whole;"
        " reinstate that first with `licensekit reinstate serial {serial}`",
    }
    bundle: str
    serial: str


class OrderConflict(WorkspaceError):
    """An order number that was issued before: with other contents, or as what is void now."""

    template = {
        "bound": "order {order} was bound to the installation that asked for it;"
        " `licensekit answer` binds it; give what is not bound its own number",
        "not-bound": "order {order} was issued without a binding; give what is bound an order of its own number",
        "other": "there is another order {order} already: {changes:list}; give a changed order its own number",
        "suspended": "order {order} was issued as {bundle}, which is suspended;"
        " `licensekit reinstate` lets it count again",
        "void": "order {order} was issued as {bundle}, which is no longer valid: {why:messages};"
        " give the order a number of its own, or send what was signed in its place",
        "void-answer": "the request was answered with {bundle}, which is no longer valid: {why:messages};"
        " let the installation make a new request",
    }
    order: str | None
    """None: the bundle answers a request, and no order has a number."""
    entry: int
    """The number of what was entered for it."""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""
    bundle: str = ""
    why: tuple[LicenseError, ...] = ()


class RequestAnswered(WorkspaceError):
    """A request that was answered before, with something else or with what is void now."""

    template = {
        "installation": "another installation has signed this very request, and was answered",
        "license": "this request was answered with a license",
        "reset": "this request was answered with a reset ({effect})",
        "taken-back": "this request was answered with {bundle}, which is {state} now",
        "order": "this request was answered with {bundle}, for another order: {changes:list another order number}",
    }
    hint_template = "let the installation make a new request"
    effect: str = ""
    """What the reset puts right: `clock`, `sequence` or `restore`."""
    bundle: str = ""
    """The name of its file."""
    state: str = ""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""


class InstallationsTaken(WorkspaceError):
    """As many installations are bound as the order allows, or the serial is bound to another."""

    template = {
        "order": "order {order} is for {count:count installation|installations}, bound by {bundles:list}",
        "serial": "serial {serial} is bound to another installation, by {bundles:list}",
        "machine": "{bundles:list} is bound to this installation on another machine: {same} of its"
        " facts are the same, and {needed} must be",
    }
    hint_template = "have it returned (`licensekit accept`), or revoke it, and answer again"
    bundles: tuple[str, ...]
    """The names of their files."""
    order: str = ""
    count: int = 0
    serial: str = ""
    same: int = 0
    needed: int = 0


class ExchangeFileRefused(WorkspaceError):
    """A receipt or statement by another installation than the one that the record names, or entered before."""

    template = {
        "entered": "{count:count document was|documents were} entered before,"
        " as entry {entry} of the ledger, on {entered:time};"
        " if the pack could not be written then, `licensekit pack` renews it",
        "returned": "{bundle} was returned before, by entry {entry} of the ledger",
        "receipt": "the receipt is signed by another installation than the one that {bundle} is bound to",
        "request": "the receipt names another request than {bundle} answers",
        "bound": "it is signed by another installation than the one that {bundle} is bound to",
        "unknown": "the request names no serial, and nothing ever came from its installation;"
        " activate a license there first",
    }
    installation: bytes = b""
    """SHA-256 of the key that signed it."""
    bundle: str = ""
    count: int = 0
    entry: int = 0
    """The number of the first one that was entered."""
    entered: int | None = None


class QrRefused(WorkspaceError):
    """A license file that fits into no QR code, or nothing here that draws one."""

    template = {
        **dict.fromkeys(
            ("long", "attachments"), "the license file has {characters} characters, and a QR code holds at most {most}"
        ),
        "no-segno": "a QR code needs segno",
    }
    hint_template = {
        "long": "send it as a file",
        "attachments": "`--for-pack FILE` attaches only what the customer's application lacks",
        "no-segno": 'run `pip install "licensekit-files[qr]"`',
    }
    characters: int = 0
    most: int = 0
