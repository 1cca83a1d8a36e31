"""Requests of installations: read, verified, and turned into the binding of a bundle."""

from collections.abc import Mapping
from typing import NamedTuple

from licensekit.entitlements import Fingerprint
from licensekit.errors import OrderIncomplete, RequestAnswered, UnexpectedType, WrongProduct
from licensekit.issuer.ledger import LedgerEntry, Record, answer_to, exchange_files
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.keys.verifying import sha256
from licensekit.trust.signed import SelfSigned, self_signed
from licensekit.wire import armor
from licensekit.wire.documents import ANSWERS, Binding, Request, Value


class VerifiedRequest(NamedTuple):
    """A request whose signature holds, and who signed it."""

    signed: SelfSigned[Request]
    identity: bytes
    installation: bytes
    """SHA-256 of the public key."""

    @property
    def document(self) -> Request:
        """The request itself."""
        return self.signed.document

    @property
    def fingerprint(self) -> Fingerprint:
        """The installation and its machine, as a binding is matched against them."""
        return Fingerprint(self.installation, self.document.facts)

    @property
    def mark(self) -> Mapping[str, Value]:
        """The extension by which the answer names the request."""
        return {ANSWERS: self.document.nonce.hex()}

    def record(self, tx: LedgerTransaction) -> Record:
        """Return the record of the request, to be entered beside its answer."""
        return tx.record("answer", self.signed.token, self.document)


def read_request(data: bytes | str, product: str) -> VerifiedRequest:
    """Read the request in a file, whatever its time: a clock that is ahead may be what is wrong.

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
        raise WrongProduct(reason="request", product=signed.document.product, expected=product)
    return VerifiedRequest(signed, signed.identity, sha256(signed.keys[0].public))


def answer_before(tx: LedgerTransaction, request: VerifiedRequest) -> LedgerEntry | None:
    """Return the answer that a request has had.

    Raises:
        RequestAnswered: another key has signed the same request, and was answered.
    """
    before = answer_to(tx.ledger, request.identity)
    known = exchange_files.number_of(tx.ledger, request.identity, request.installation)
    if before is not None and known is None:
        raise RequestAnswered(reason="installation")
    return before


def binding_to(request: VerifiedRequest, facts: int | None) -> Binding:
    """Bind to the installation's key and, if an order says so, to `facts` of the machine's facts.

    All facts of the request are named, so that any of them may change while enough stay the same.
    """
    named = {} if facts is None else request.document.facts
    return Binding(request.installation, facts or 0, named)


def lacking_facts(request: VerifiedRequest, facts: int) -> OrderIncomplete | None:
    """Return why a request cannot be bound to this many facts of its machine, or None."""
    present = tuple(sorted(request.document.facts))
    if len(present) >= facts:
        return None
    return OrderIncomplete(reason="facts", wanted=facts, count=len(present), facts=present, where="facts")
