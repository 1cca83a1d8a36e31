"""The customers of a workspace, and the exchange with their installations: answers, receipts, statements.

A receipt must be signed by the key that the bundle is bound to. Anybody who has the file of an unbound bundle can
return it, so somebody must confirm that it is taken back from everybody.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Unpack

from licensekit import database, dates, limits, proposals
from licensekit.errors import ExchangeFileRefused, NotIssued, UnexpectedType
from licensekit.issuer.exchange import requests
from licensekit.issuer.keys.revocation import Lowest, next_list
from licensekit.issuer.ledger import bundles, entries, exchange_files, lookup, states
from licensekit.issuer.ledger.customers import Customer, customer_named, customers_found, merge, put, serials_of
from licensekit.issuer.ledger.installations import installations_of, put_installation
from licensekit.issuer.orders import issue, order
from licensekit.issuer.output.attachments import Attach
from licensekit.issuer.proposal import CustomersMerge, SignProposal, UnboundReturn, propose
from licensekit.issuer.transaction import LedgerTransaction, WorkspacePart, on_ledger, require_signer
from licensekit.keys.signing import Signer
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import SelfSigned, self_signed
from licensekit.wire import armor
from licensekit.wire.documents import ANSWERS, Receipt, ResetWhat, Revocations, Statement
from licensekit.wire.plain import plain_fields

Sent = SelfSigned[Receipt | Statement]  # signed and sent by an installation
_TYPES: Final[Mapping[str, type[Receipt | Statement]]] = {"receipt": Receipt, "statement": Statement}
MergeProposal = SignProposal[Customer, None]
"""The merge of two customers."""


class Received(NamedTuple):
    """The new documents in a file from an installation."""

    sent: tuple[Sent, ...]
    returned: tuple[bundles.Issued, ...]
    """The bundles that receipts return."""
    statements: tuple[Statement, ...]
    known: int
    """How many documents in the file were entered before."""
    to_revoke: tuple[Lowest, ...]
    """Entries for the next revocation list, which a key must sign."""

    @property
    def installations(self) -> tuple[bytes, ...]:
        """SHA-256 of each key that signed."""
        return tuple(dict.fromkeys(one.installation for one in self.sent))

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        place = "serial part use sequence"
        returned = [plain_fields(one.bundle, place) | plain_fields(one, "identity state") for one in self.returned]
        statements = [plain_fields(one, "serial issued") for one in self.statements]
        return {"returned": returned, "statements": statements, "known": self.known}


AcceptProposal = SignProposal[Received, Signer | None]
"""Documents from installations, to be entered; returned bundles go on a revocation list, which renews the pack."""


def propose_accept(tx: LedgerTransaction, sent: Sequence[Sent]) -> AcceptProposal:
    """Return what entering receipts and statements would do; raises as `receive`."""
    received = receive(tx, sent)
    returned = ", ".join(one.label for one in received.returned)

    def enter(tx: LedgerTransaction, key: Signer | None) -> Received:
        entries.append(tx.ledger, [tx.record("accept", one.token, one.document) for one in received.sent])
        if received.to_revoke:
            last = [one.identity for one in received.returned if one.bundle.sequence == limits.VERSION]
            signed = tx.sign("revoke", next_list(tx, states.Named(last), received.to_revoke), require_signer(key))
            tx.put_in_force([signed._replace(note="returned")])
        return received

    gone = (proposals.Change(f"bundles.{one.label}", one.state, states.RETURNED) for one in received.returned)
    said = ((f"statements.{one.serial}", dates.format_seconds(one.issued)) for one in received.statements)
    changes = (*gone, *(proposals.Change(path, None, issued) for path, issued in said))
    agreed = tuple(UnboundReturn(bundle=one.label) for one in received.returned if one.installation is None)
    about, renews = returned or f"statement of {received.statements[0].serial}", bool(received.to_revoke)
    return SignProposal(enter=enter, about=about, renews_pack=renews, changes=changes, needs_confirmation=agreed)


def read_sent(data: bytes | str) -> tuple[Sent, ...]:
    """Read the receipts and statements in a file, each once; raises as `Customers.propose_accept`."""
    tokens = tuple(dict.fromkeys(armor.read(data)))
    for token in tokens:
        if token.type not in _TYPES:
            reason = "request" if token.type == "request" else "other"
            raise UnexpectedType(reason=reason, type=token.type, wanted=tuple(_TYPES))
    return tuple(self_signed(token, _TYPES[token.type]) for token in tokens)


def receive(tx: LedgerTransaction, sent: Sequence[Sent]) -> Received:
    """Compare receipts and statements with what was issued; raises as `Customers.propose_accept`."""
    ledger = tx.ledger
    # Known documents beside new ones are normal: each new receipt of a part comes with all earlier ones.
    entered = {one: exchange_files.number_of(ledger, one.identity, one.installation) for one in sent}
    known = [number for number in entered.values() if number is not None]
    new = tuple(one for one, number in entered.items() if number is None)
    if not new:
        at = entries.entry(ledger, known[0]).at
        raise ExchangeFileRefused(reason="entered", count=len(known), entry=known[0], entered=at)
    returned: list[bundles.Issued] = []
    statements: list[Statement] = []
    for one in new:
        if isinstance(one.document, Receipt):
            returned.append(_returned(ledger, one.document, one.installation))
            continue
        # A receipt may have any time: what was returned does not come back.
        require_not_ahead(one.document.issued, tx.now)
        lookup.require_serial(ledger, one.document.serial)
        requests.require_not_bound_elsewhere(ledger, one.document.serial, one.installation)
        statements.append(one.document)
    # Older copies of the installation would accept lower sequences, so these are revoked too. The highest possible
    # sequence is revoked by identity.
    gone = [one.bundle for one in returned if not _is_taken_back(one, tx.state.last_list)]
    to_revoke = tuple((one.serial, one.part, one.use, min(one.sequence + 1, limits.VERSION)) for one in gone)
    return Received(new, tuple(returned), tuple(statements), len(known), to_revoke)


def _is_taken_back(returned: bundles.Issued, last: Revocations | None) -> bool:
    if last is None:
        return False
    lowest = last.lowest_of(returned.bundle.serial, returned.bundle.part, returned.bundle.use)
    return lowest > returned.bundle.sequence or (lowest == limits.VERSION and returned.identity in last.identities)


def _returned(ledger: database.Connection, receipt: Receipt, installation: bytes) -> bundles.Issued:
    issued = bundles.by_identity(ledger, receipt.identity)
    if issued is None:
        raise NotIssued(reason="receipt", name=receipt.identity.hex())
    if (before := exchange_files.receipt_of(ledger, receipt.identity)) is not None:
        raise ExchangeFileRefused(reason="returned", installation=installation, bundle=issued.label, entry=before)
    if issued.installation is not None:
        if issued.installation != installation:
            raise ExchangeFileRefused(reason="receipt", installation=installation, bundle=issued.label)
        nonce = None if receipt.nonce is None else receipt.nonce.hex()
        if issued.bundle.extensions.get(ANSWERS) != nonce:
            raise ExchangeFileRefused(reason="request", installation=installation, bundle=issued.label)
    return issued


def propose_merge(tx: LedgerTransaction, name: str, into: str) -> MergeProposal:
    """Return what merging a customer into another would do; raises as `customer_named`."""
    gone, kept = customer_named(tx.ledger, name), customer_named(tx.ledger, into)
    moved, own = serials_of(tx.ledger, gone.number), serials_of(tx.ledger, kept.number)
    if gone == kept:
        return SignProposal(enter=lambda _, __: kept, about=kept.name, is_done=True)
    live = tuple(one for one in (*own, *moved) if bundles.active(tx.ledger, one))
    reasons = {"merge": True, "join": len(live) > 1, "id": None not in (gone.external, kept.external)}
    effect = partial(CustomersMerge, gone=gone.name, into=kept.name, id=kept.external, old=gone.external, serials=live)
    agreed, *warnings = (effect(reason=reason) for reason, holds in reasons.items() if holds)
    return SignProposal(
        enter=lambda tx, _: merge(tx.ledger, gone, kept),
        about=gone.name,
        changes=(
            *(proposals.Change(f"serials.{one}", gone.name, kept.name) for one in moved),
            *proposals.changes_between(kept.plain(), kept.with_rest_of(gone).plain()),
        ),
        needs_confirmation=(agreed,),
        warnings=tuple(warnings),
    )


class Customers(WorkspacePart):
    """The customers, and the exchange with their installations; keywords and errors are as in `Workspace`."""

    get = on_ledger(customer_named)
    find = on_ledger(customers_found)
    put = on_ledger(put, writes=True)
    installations = on_ledger(installations_of)
    put_installation = on_ledger(put_installation, writes=True)

    def propose_merge(self, name: str, into: str, *, now: int) -> MergeProposal:
        """Return what merging a customer into another would do, which must be confirmed; raises as `get`."""
        return propose(self._store, partial(propose_merge, name=name, into=into), now)

    def read_request(self, data: bytes | str, *, now: int) -> requests.VerifiedRequest:
        """Read and verify the request in a file.

        Raises `FormatError` if it is not exactly one request, `KeyInvalid` or `TrustError` if its signature does not
        verify, `WrongProduct` if it is for another product.
        """
        return requests.read_request(data, self._store.state(now).product)

    def propose_answer(
        self, request: requests.VerifiedRequest, draft: order.OrderDraft, *, now: int, **signing: Unpack[issue.Signing]
    ) -> issue.IssueProposal:
        """Propose a bundle that is bound to the requesting installation.

        If the installation already has a bundle of this order, that is the result.

        Raises `RequestAnswered` if the request was answered with something else, or the answer is no longer valid,
        `OrderConflict` if another order was issued under its number, the order was issued without a binding, or the key
        that signed the answer was revoked, `IssuedAhead` if the installation's clock is ahead (reset it first),
        `InstallationsTaken` if the order allows no more installations or the serial is bound to another one,
        `NotIssued` if nothing was issued for the serial, `OrderInvalid` with all faults of the order.
        """
        work_out = partial(requests.propose_answer, request=request, draft=draft, signing=signing)
        return propose(self._store, work_out, now)

    def propose_reset(
        self, request: requests.VerifiedRequest, what: ResetWhat, *, now: int, attach: Attach = True, reason: str = ""
    ) -> requests.ResetProposal:
        """Propose a reset that answers a request; if it was answered so before, that reset is the result.

        Raises `RequestAnswered` if it was answered with something else, `VendorOnly` in a partner's workspace,
        `NotIssued` or `ExchangeFileRefused` if the installation is not a customer's.
        """
        work_out = partial(requests.propose_reset, request=request, what=what, reason=reason, attach=attach)
        return propose(self._store, work_out, now)

    def propose_accept(self, data: bytes | str, *, now: int) -> AcceptProposal:
        """Verify receipts and statements, and propose to enter the new ones.

        Returned bundles go on a new revocation list, for which a key must be given, and make room for another
        installation. Returning a bundle that is bound to no installation must be confirmed.

        Raises `FormatError` if the file contains anything else, `KeyInvalid` or `TrustError` if a signature does not
        verify, `IssuedAhead` for a statement dated ahead, `NotIssued` for an unknown bundle or serial,
        `ExchangeFileRefused` if everything was entered before, or the bundle is bound to another installation.
        """
        return propose(self._store, partial(propose_accept, sent=read_sent(data)), now)
