"""What an installation asks for: read, verified, and turned into the binding of its bundle."""

from collections.abc import Mapping
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.dates import format_seconds
from licensekit.entitlements import Fingerprint
from licensekit.errors import IssuedAhead, RequestAnswered, UnexpectedType, WrongProduct
from licensekit.issuer.ledger import LedgerEntry, answer_to, exchange_files
from licensekit.keys.digest import sha256
from licensekit.limits import ISSUED_AHEAD_SECONDS
from licensekit.trust.signed import SelfSigned, self_signed
from licensekit.wire import armor
from licensekit.wire.documents import ANSWERS, Binding, Request, Value


class Asking(NamedTuple):
    """A request whose signature holds, and who signed it."""

    signed: SelfSigned[Request]
    identity: bytes
    installation: bytes
    """SHA-256 of the public key."""

    @property
    def request(self) -> Request:
        """What it says."""
        return self.signed.document

    @property
    def fingerprint(self) -> Fingerprint:
        """What the installation would show to a bound bundle."""
        return Fingerprint(self.installation, self.request.facts)

    @property
    def mark(self) -> Mapping[str, Value]:
        """The extension by which the answer names the request."""
        return {ANSWERS: self.request.nonce.hex()}


def read_request(data: bytes | str, product: str) -> Asking:
    """Give the request in a file, whatever its time: a clock that is ahead may be what is wrong.

    Raises:
        FormatError: it is no file of this format, or holds something else than one request.
        KeyInvalid, TrustError: its signature does not hold.
        WrongProduct: it is for another product.
    """
    tokens = armor.read(data)
    if len(tokens) > 1:
        raise UnexpectedType(reason="several", wanted=("request",), count=len(tokens))
    signed = self_signed(tokens[0], Request)
    if signed.document.product != product:
        raise WrongProduct(
            f"the request is for `{signed.document.product}`, and the product here is `{product}`",
            product=signed.document.product,
        )
    return Asking(signed, signed.identity, sha256(signed.keys[0].public))


def answer_before(ledger: Connection, asking: Asking) -> LedgerEntry | None:
    """Give what a request was answered with.

    Raises:
        RequestAnswered: another key has signed the same request, and was answered.
    """
    before = answer_to(ledger, asking.identity)
    known = exchange_files.number_of(ledger, asking.identity, asking.installation)
    if before is not None and known is None:
        raise RequestAnswered("another installation has signed this very request, and was answered")
    return before


def binding_to(asking: Asking, facts: int | None) -> Binding:
    """Bind to the installation's key and, if an order says so, to `facts` of the machine's facts.

    All facts of the request are named, so that any of them may change as long as so many stay.
    """
    told = {} if facts is None else asking.request.facts
    return Binding(asking.installation, facts or 0, told)


def require_time(asking: Asking, now: int) -> None:
    """Refuse to bind a license to an installation for which it is another day than here.

    Raises:
        IssuedAhead: its time is more than a day ahead.
    """
    issued = asking.request.issued
    if issued > now + ISSUED_AHEAD_SECONDS:
        raise IssuedAhead(
            f"for the installation it is {format_seconds(issued)}, which is yet to come",
            hint="answer with `--reset clock` first, and let it make another request then",
            issued=issued,
        )


def lacking_facts(asking: Asking, facts: int) -> str | None:
    """Say why a request cannot be bound to so many facts of its machine, or None."""
    told = asking.request.facts
    if len(told) >= facts:
        return None
    named = f": {', '.join(sorted(told))}" if told else ""
    return f"asks for {facts} facts of the machine, and the request has {len(told)}{named}"
