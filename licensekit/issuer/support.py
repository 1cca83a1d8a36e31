"""Answers to support questions: whose a document is, whether it is genuine, why it does not work, and what to send.

Documents are judged by what is in force in the workspace. The customer's view is evaluated (`docs/evaluation.md`) as in
the installation that the bundle is bound to, with the other parts of its serial activated.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final, NamedTuple, cast

from licensekit import dates, entitlements, errors
from licensekit.entitlements import BundleState, Entitlements, Notice, Summary, state_by_dates
from licensekit.errors.coded import Message, Templates, Text, plain_value
from licensekit.issuer.ledger import bundles, customers, documents, entries, exchange_files, installations, lookup
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.exchange_files import Sent
from licensekit.issuer.ledger.states import ACTIVE, REPLACED, TAKEN_BACK, VOID, StateChange
from licensekit.issuer.output.attachments import AttachmentSource, oldest_held
from licensekit.issuer.output.license_file import license_file
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.text.tokens import find_tokens
from licensekit.trust import findings, order, pack, signed
from licensekit.trust.state import start, verify_signed
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Kind, Receipt, Request, Statement, Trust, decode
from licensekit.wire.plain import word

_WORKING: Final = frozenset({"works", "until-next", "grace", "answered", "entered"})
_BY_DATES: Final = frozenset({BundleState.PENDING, BundleState.GRACE, BundleState.EXPIRED})


class Verdict(Message, reasons=True):
    """Whether a document works today, why not, and the remedy."""

    remedy_template: ClassVar[Templates] = cast("Templates", Text("remedy", ""))
    what: str = ""
    """A bundle's name in commands, or the type of another document."""
    company: str = ""
    serial: str = ""
    part: str = ""
    by: str = ""
    """The bundle that replaced or answers it, or the key or issuer that signed it."""
    day: int = 0
    change: StateChange | None = None
    unit: str = "bundle"
    listed: str = ""
    """Its entry on the revocation list: a bundle or a serial, as `unit` says."""
    error: errors.LicenseError | None = None
    send: str = ""
    """The bundle whose file to send; empty: none."""

    @property
    def works(self) -> bool:
        """Whether the customer needs nothing new."""
        return self.reason in _WORKING

    @property
    def remedy(self) -> str:
        """The command that writes the file to send, or helps otherwise; empty if there is none."""
        command = f"ledger file {self.send}" if self.send else self._say(self.remedy_template)
        return command and f"licensekit {command}"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values, with `remedy`."""
        return {**super().as_json(), "remedy": self.remedy or None}


class SupportCase(NamedTuple):
    """A document that somebody asks about, its verdict, and everything known about it."""

    verdict: Verdict
    finding: findings.Finding | None = None
    """Its contents and signatures; None: it cannot be read."""
    issued: Issued | None = None
    """The bundle in the ledger that it is, or is about."""
    customer: customers.Customer | None = None
    installation: tuple[str, ...] = ()
    """The name of the installation that the bundle is bound to, if anybody named it."""
    sent: tuple[Sent, ...] = ()
    """The last document that each installation of the serial has sent."""
    summary: Summary | None = None
    """What the customer sees today, if the bundle is genuine."""
    notices: tuple[Notice, ...] = ()
    access: Mapping[str, str] = {}
    """Code of each license of the bundle to its access today: `full`, `read` or `none`."""
    older: errors.LicenseError | None = None
    """Why the oldest application in the field refuses a genuine bundle; None: it accepts it."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        own = {"finding": self.finding, "issued": self.issued, "customer": self.customer}
        sent = [{"type": type(one).__name__.lower(), "issued": dates.format_seconds(one.issued)} for one in self.sent]
        rest = plain_value(self._replace(finding=None, issued=None, customer=None, sent=()))
        said = {name: one and one.plain() for name, one in own.items()}
        return {"works": self.verdict.works, **rest, **said, "sent": sent}


def explain(tx: LedgerTransaction, asked: str | bytes) -> tuple[SupportCase, ...]:
    """Explain each document in a file, which may be damaged, or in the files that a name refers to."""
    if isinstance(asked, str):
        return tuple(case for tokens in _named(tx, asked) for case in _cases(tx, tokens))
    try:
        return tuple(_cases(tx, armor.read(find_tokens(asked).data)))
    except errors.LicenseError as error:
        return (SupportCase(Verdict(reason="damaged", error=error)),)


def _named(tx: LedgerTransaction, name: str) -> Iterator[Sequence[armor.Token]]:
    """Yield the tokens of each file that a name refers to: license files as they are sent today, others as received."""
    ledger, of_order = tx.ledger, bundles.of_order(tx.ledger, name)
    found = _newest(bundles.of_serial(ledger, name)) or [one for one in of_order if one.state != VOID] or of_order
    try:
        for known in [] if found else lookup.look_up(ledger, name):
            if issued := bundles.by_identity(ledger, known.identity):
                found.append(issued)
            else:
                yield [known.entry.token]
    except errors.NotIssued as unknown:
        found = _of_customer(tx, name, unknown)
    source = AttachmentSource(tx, attach=True)
    for one in found:
        yield armor.read(license_file(source, one.bundle, one.token, repeated=True).data)


def _of_customer(tx: LedgerTransaction, name: str, unknown: errors.NotIssued) -> list[Issued]:
    """Return the newest bundles of every serial of a customer; raise `unknown` if there is no such customer."""
    try:
        customer = customers.customer_named(tx.ledger, name)
    except errors.NotIssued as error:
        raise error if error.reason == "customers" else unknown from error
    serials = customers.serials_of(tx.ledger, customer.number)
    return [one for serial in serials for one in _newest(bundles.of_serial(tx.ledger, serial))]


def _newest(issued: Iterable[Issued]) -> list[Issued]:
    """Return for each part of a serial the bundle in force, else the one issued last."""
    by_worth = sorted(issued, key=lambda one: (one.state == ACTIVE, one.state != VOID, one.number))
    return list({one.bundle.part: one for one in by_worth}.values())


def _cases(tx: LedgerTransaction, tokens: Sequence[armor.Token]) -> Iterator[SupportCase]:
    """Yield a case for each document of a file except attachments."""
    found = list(zip(tokens, findings.check(tokens, tx.state.trust_store, tx.now), strict=True))
    for token, finding in [one for one in found if one[0].type not in pack.IN_PACKS] or found[-1:]:
        match finding.document:
            case Bundle() as bundle:
                yield _of_bundle(tx, tokens, token, finding, bundle)
            case Request() | Receipt() | Statement() as document:
                yield _of_exchange(tx, token, finding, document)
            case _:
                reason = "refused" if finding.error else "reset" if token.type == "reset" else "document"
                verdict = Verdict(reason=reason, what=token.type, by=finding.status, error=finding.error)
                yield SupportCase(verdict, finding)


def _of_bundle(
    tx: LedgerTransaction, tokens: Sequence[armor.Token], token: armor.Token, finding: findings.Finding, bundle: Bundle
) -> SupportCase:
    ledger, error, is_ours = tx.ledger, finding.error, bundle.issuer == tx.state.issuer
    issued = bundles.by_identity(ledger, bytes.fromhex(finding.identity))
    place = bundle.serial, bundle.part, bundle.use, bundle.sequence
    known = issued or (bundles.at(ledger, *place) if is_ours else None)
    heir = None if known is None else bundles.successor(ledger, known)
    reason, day = _judged(tx, token, finding, issued, heir)
    unit, listed = _listed(tx, bundle)
    is_sent = heir is not None and (heir != issued or reason in {"works", "signed-again", "refused"})
    reason, company = reason if issued or error or is_ours else "elsewhere", (known.bundle if known else bundle).company
    by = error.key_id.hex() if isinstance(error, errors.KeyRevoked) else heir.bundle.name if heir else bundle.issuer
    change, send = issued and issued.change, heir.bundle.name if heir and is_sent else ""
    verdict = Verdict(reason=reason, what=bundle.name, company=company, serial=bundle.serial, part=bundle.part, by=by)
    verdict = verdict.replace(day=day or 0, change=change, unit=unit, listed=listed, error=error, send=send)
    case = _with_records(tx, SupportCase(verdict, finding, known), bundle.serial)
    if error is not None:
        return case
    beside = [one.token for one in bundles.active(ledger, bundle.serial) if one.bundle.part != bundle.part]
    today = _evaluated(tx, bundle, [*beside, token])
    codes = (today.trust_store.qualify(bundle.issuer, code) for kind in Kind for code in bundle.counts(kind))
    notices = entitlements.list_notices(today, {})
    return case._replace(
        summary=entitlements.summarize(today, notices, activated=True),
        notices=notices,
        access={code: word(entitlements.best_access(today, code)) for code in codes if code in today.licenses},
        older=findings.check([*tokens, token], _oldest_store(tx), tx.now)[-1].error,
    )


def _judged(
    tx: LedgerTransaction, token: armor.Token, finding: findings.Finding, issued: Issued | None, heir: Issued | None
) -> tuple[str, int | None]:
    """Return the reason and the day of the verdict about a bundle."""
    taken, reason = heir and dates.day_at(heir.bundle.issued), "refused" if finding.error else ""
    if issued is None:
        return reason or "lost", None
    waits = issued.state == REPLACED
    if issued.state in TAKEN_BACK:
        reason = issued.state
    elif isinstance(finding.error, errors.KeyRevoked):
        reason = "key-revoked" if issued.token == token else "signed-again"
    elif waits and not reason:
        # Its replacement may start later.
        every = [one for one in bundles.of_serial(tx.ledger, issued.bundle.serial) if one.state != VOID]
        there = [one.token for one in (*every, heir) if one is not None]
        governs = any(part.verified.token == token for part in _evaluated(tx, issued.bundle, there).parts)
        reason = "" if governs else "replaced" if heir else "gone"
    bundle, state = issued.bundle, state_by_dates(issued.bundle, tx.now)[0]
    if not reason and state in _BY_DATES:
        return state.value, bundle.starts if state is BundleState.PENDING else bundle.term_end
    return (reason, taken) if reason else ("until-next", heir.bundle.starts) if waits and heir else ("works", None)


def _listed(tx: LedgerTransaction, bundle: Bundle) -> tuple[str, str]:
    """Return how the list in force would name a bundle: by its serial, or alone."""
    last = tx.state.last_list
    return ("serial", bundle.serial) if last is not None and bundle.serial in last.serials else ("bundle", bundle.name)


def _evaluated(tx: LedgerTransaction, bundle: Bundle, tokens: Iterable[armor.Token]) -> Entitlements:
    """Evaluate today's grants of those `tokens` that verify, in the installation that `bundle` is bound to."""
    verified: list[signed.Verified[Bundle]] = []
    for token in tokens:
        with suppress(errors.LicenseError):
            verified.append(verify_signed(token, Bundle, tx.trust))
    bound = bundle.binding
    fingerprint = None if bound is None else entitlements.Fingerprint(bound.installation, bound.facts)
    return entitlements.evaluate(tx.state.trust_store, verified, tx.now, fingerprint=fingerprint)


def _oldest_store(tx: LedgerTransaction) -> pack.TrustStore:
    """Return the trust store of the oldest application in the field."""
    held, every = oldest_held(tx).trust, documents.every(tx.ledger, "trust")
    roots = [known.verified.token for known in tx.trust.chain if (known.root.version,) <= held[:1]]
    count = bisect_right(every, held, key=lambda token: order.full_version(decode(Trust, token.payload)))
    store = pack.TrustStore(start(roots, tx.state.pin), {})
    return pack.extend_trust_store(store, [*roots, every[max(count - 1, 0)]], None)


def _of_exchange(tx: LedgerTransaction, token: armor.Token, finding: findings.Finding, document: Sent) -> SupportCase:
    ledger, identity, error = tx.ledger, bytes.fromhex(finding.identity), finding.error
    number = exchange_files.number_of(ledger, identity, exchange_files.signer_of(token))
    entered = None if number is None else entries.entry(ledger, number)
    reason, issued, heir = "entered" if entered else "to-accept", None, None
    if isinstance(document, Receipt):
        issued = bundles.by_identity(ledger, document.identity)
    elif isinstance(document, Request):
        reason, answer = "answered" if entered else "asked", entries.answer_to(ledger, identity)
        issued = answer and bundles.by_number(ledger, answer.number)
        heir = issued and bundles.successor(ledger, issued)
        if document.product != tx.state.product:
            error = errors.WrongProduct(reason="request", product=document.product, expected=tx.state.product)
    gone = issued if heir is None and isinstance(document, Request) else None
    unit, listed = ("bundle", "") if gone is None else _listed(tx, gone.bundle)
    if gone is not None:
        reason = "gone" if gone.state == REPLACED else gone.state
    what, day = gone.bundle.name if gone else finding.type, dates.day_at(entered.at) if entered else 0
    company, by = (issued.bundle.company, issued.bundle.name) if issued else ("", "a reset")
    change, send = gone and gone.change, heir.bundle.name if heir else ""
    verdict = Verdict(reason="refused" if error else reason, what=what, company=company, by=by, day=day, error=error)
    verdict = verdict.replace(change=change, unit=unit, listed=listed, send=send)
    serial = issued.bundle.serial if issued else getattr(document, "serial", None)
    return _with_records(tx, SupportCase(verdict, finding, issued), serial)


def _with_records(tx: LedgerTransaction, case: SupportCase, serial: str | None) -> SupportCase:
    """Return the case with the ledger's records of its serial: customer, installation, exchange files."""
    if serial is None:
        return case
    names = installations.names_of(tx.ledger, case.issued and case.issued.installation)
    sent = tuple(exchange_files.last_of_each(tx.ledger, serial, None))
    return case._replace(installation=names, customer=customers.customer_of(tx.ledger, serial), sent=sent)
