"""The integrity of a ledger: verifying, diagnosing, restoring, upgrading and moving it.

Each document is verified under the trust in force when it was entered, so a key that was revoked later is not an error.
Entries missing at the end leave no trace: compare with the head of an earlier verification.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from secrets import token_bytes
from typing import Final, LiteralString

from licensekit import errors, files
from licensekit.database import Connection, Database, backup, diagnosis, schemas, upgrades
from licensekit.errors.coded import Message
from licensekit.issuer.layout import Layout, require_url
from licensekit.issuer.ledger import bundles, documents, entries, projection
from licensekit.issuer.ledger.entries import SCHEMA, LedgerEntry, head
from licensekit.issuer.orders import numbering
from licensekit.trust import signed, state
from licensekit.trust.verify import verify_bundle
from licensekit.wire import chain
from licensekit.wire.armor import Token
from licensekit.wire.documents import CLASS_OF, Catalog, Reset, Revocations, Trust, decode

_BATCH: Final = 500
_SQL: Final = schemas.read_queries(__file__)
_DRAWN: Final[tuple[LiteralString, ...]] = (
    *("bundles", "documents", "replacements", "sold_settings", "exchange_files"),
    *("terms", "sold", "movements", "sales", "stated"),
)
"""The tables that are derived from the entries."""
_BY_KEY: Final[dict[str, Callable[[Token, state.TrustState, int], object]]] = {
    "bundle": verify_bundle,
    "catalog": lambda token, trust, _: state.verify_numbered(trust, token, Catalog),
    "reset": lambda token, trust, now: state.verify_signed(token, Reset, trust, now),
    "revocations": lambda token, trust, now: state.take_revocations(
        trust, state.verify_numbered(trust, token, Revocations), now
    ),
}

Progress = Callable[[int], None]  # called with the number of entries that were verified since the last call


def verify(ledger: Connection, progress: Progress) -> chain.Head:
    """Verify a ledger in constant memory, and return its last entry; raises as `Ledger.verify`."""
    with (
        files.scratch_folder() as place,
        closing(entries.open_ledger(place / "drawn.db", create=True)) as beside,
        beside.write() as drawn,
    ):
        _verify_entries(ledger, drawn, progress)
        _compare(ledger, drawn)
    return head(ledger)


def _verify_entries(ledger: Connection, drawn: Connection, progress: Progress) -> None:
    pin = documents.fact(ledger, documents.PIN) or ""
    if issuer := documents.fact(ledger, documents.ISSUER):
        documents.put_fact(drawn, documents.ISSUER, issuer)
    waiting: list[projection.Entered] = []
    trust = None
    for entry in chain.unbroken(
        entries.stream(ledger),
        lambda one: chain.Link(one.number, one.content(), one.hash),
        lambda reason, number: errors.LedgerDamaged(reason=reason, number=number),
    ):
        try:
            trust = _verify_token(entry, trust, pin)
            waiting.append((entry.number, entry.record()))
        except errors.LicenseError as error:
            raise errors.LedgerDamaged(reason="not-genuine", number=entry.number, why=error) from error
        if len(waiting) == _BATCH:
            projection.project(drawn, waiting)
            progress(len(waiting))
            waiting.clear()
    projection.project(drawn, waiting)
    progress(len(waiting))


def _verify_token(entry: LedgerEntry, trust: state.TrustState | None, pin: str) -> state.TrustState | None:
    """Verify the document of an entry, and return the trust in force after it."""
    token = entry.token
    if token.type not in CLASS_OF:
        raise errors.UnexpectedType(reason="unknown", type=token.type)
    if token.type in signed.SELF_SIGNED:
        signed.self_signed(token, signed.SELF_SIGNED[token.type])
        return trust
    if trust is None:
        return state.start([token], pin)
    if token.type == "root":
        return state.update_root(trust, token)
    if token.type == "trust":
        return state.take_trust(trust, state.judge_trust(trust, token), entry.at)
    _BY_KEY[token.type](token, trust, entry.at)
    return trust


def _compare(ledger: Connection, drawn: Connection) -> None:
    last, _ = head(ledger)
    [(drawn_from,)] = ledger.rows(_SQL["last_drawn"])
    if drawn_from is not None and drawn_from > last:
        raise errors.LedgerDamaged(reason="missing", number=last + 1)
    damaged = [(number, table) for table in _DRAWN for number in _first_difference(ledger, drawn, table)]
    if damaged:
        number, table = min(damaged)
        raise errors.LedgerDamaged(reason="table", number=number, table=table)


def _first_difference(ledger: Connection, drawn: Connection, table: LiteralString) -> Iterator[int]:
    """Yield the number of the first row of a table that differs, if any."""
    for one, other in zip_longest(*(schemas.rows_in_order(each, SCHEMA, table) for each in (ledger, drawn))):
        if one != other:
            yield min(row[0] for row in (one, other) if row is not None)
            return


class SerialsUnowned(Message):
    """Serials have no customer."""

    count: int


class DatedAhead(Message, reasons=True):
    """A document is dated later than now."""

    name: str  # of the bundle, or the issuer's code
    issued: int  # in seconds since 1970


def dated_ahead(ledger: Connection, *, now: int) -> tuple[DatedAhead, ...]:
    """Return the documents in force and the bundles dated later than `now`, which installations refuse until then."""
    found: list[DatedAhead] = []
    for token in documents.newest(ledger):
        document = decode(CLASS_OF[token.type], token.payload)
        if isinstance(document, Trust | Revocations | Catalog) and document.issued > now:
            found.append(DatedAhead(reason=token.type, name=getattr(document, "issuer", ""), issued=document.issued))
    later = bundles.dated_after(ledger, now)
    return (*found, *(DatedAhead(reason="bundle", name=one.label, issued=one.bundle.issued) for one in later))


def restore_ledger(source: Path, folder: Path, *, confirm: bool = False) -> backup.Restored:
    """Restore the backup `source` as the ledger of the workspace in `folder`, completely or not at all.

    If the old ledger had more entries, nothing is signed until they are absorbed or given up (`Ledger.propose_absorb`).
    Raises `ConfirmationNeeded` if entries would be lost and `confirm` is false, `FileUnusable` if the backup cannot be
    read, `StateError` if backup or ledger cannot be used.
    """
    layout = Layout(folder)
    location = layout.locate_ledger() if layout.has_ledger else layout.ledger
    with (
        suppress(errors.LicenseError),  # a damaged ledger can be restored
        closing(entries.open_ledger(location, create=False)) as present,
        present.read() as ledger,
    ):
        entries.raise_mark(layout.mark, head(ledger))
    place = backup.Restorable(location, SCHEMA, "SELECT hash FROM entries WHERE number = 1", "entries", arrive=_go_on)
    return backup.restore_backup(place, source, confirm=confirm)


def _go_on(_: Database, ledger: Connection, loses: bool) -> None:  # noqa: FBT001  # a callback
    if loses:
        numbering.jump(ledger, token_bytes)
    if ledger.one(_SQL["unowned"]):
        stream = entries.stream(ledger)
        while some := list(islice(stream, _BATCH)):
            entries.know_customers(ledger, [one.record() for one in some], some[0].number)


def diagnose_ledger(folder: Path, *, now: int) -> tuple[diagnosis.Diagnosis, ...]:
    """Check the ledger of a workspace and return the findings; `now` is in seconds since 1970.

    Nothing is changed; a ledger that cannot be opened is a finding too. Raises `WorkspaceInvalid` if there is no
    workspace, `FileUnusable` or `TooLarge` if the file with the URL of the ledger cannot be read.
    """
    layout = Layout(folder)
    return diagnosis.diagnose_database(layout.locate_ledger(), SCHEMA, partial(_own, layout, now))


def _own(layout: Layout, now: int, database: schemas.Migrating) -> Mapping[str, diagnosis.Check]:
    def whole() -> Iterator[diagnosis.Graded]:
        with database.read() as connection:
            newest = verify(connection, lambda _: None)
            ahead = dated_ahead(connection, now=now)
            unowned = len(connection.rows(_SQL["unowned"]))
        yield "ok", diagnosis.CheckPassed(reason="ledger", count=newest.number, head=newest.hash)
        for one in ahead:
            yield "notice", one
        if unowned:
            yield "notice", SerialsUnowned(count=unowned)

    def mark() -> Iterator[diagnosis.Graded]:
        known = entries.read_mark(layout.mark)
        with database.read() as connection:
            entries.require_whole(connection, known)
        yield "ok", diagnosis.CheckPassed(reason="mark", count=0 if known is None else known.number)

    return {"ledger": whole, "mark": mark}


def upgrade_ledger(folder: Path, *, preview: bool = False) -> upgrades.Upgrade:
    """Upgrade the ledger of a workspace as far as older programs can still use it; raises `StateError`."""
    return upgrades.upgrade(Layout(folder).locate_ledger(), SCHEMA, preview=preview)


def move_ledger(folder: Path, target: str) -> str:
    """Move the ledger of a workspace to a `postgresql://` URL, or back to `ledger.db`; return the new location.

    It is copied in one transaction and verified there, and the old one is marked as moved. The same call completes an
    interrupted move, and makes another folder that shares the ledger follow it.

    Raises `PlanRefused` if `target` is neither, or contains a password, `WorkspaceExists` if a ledger is there,
    `LedgerDamaged` or `LedgerRestored` if the ledger does not verify, `StateError` if either cannot be used.
    """
    layout = Layout(folder)
    is_here = target == layout.ledger.name
    if not is_here:
        require_url(target)
    there = str(layout.ledger.absolute()) if is_here else target
    if is_here and layout.ledger.exists():
        raise errors.WorkspaceExists(reason="ledger", where=there)
    arriving = layout.arriving if is_here else target
    try:
        with closing(entries.open_ledger(layout.locate_ledger(), create=False)) as old, old.write() as leaving:
            entries.require_whole(leaving, entries.read_mark(layout.mark))
            with closing(entries.open_ledger(arriving, create=True)) as new, new.write() as copy:
                _copy(leaving, copy, there)
            schemas.mark_moved(leaving, SCHEMA, there)
    except errors.DatabaseMoved as error:
        if error.place != there:
            raise
    try:
        _point(layout, None if is_here else target)
    except OSError as error:
        raise errors.DatabaseUnavailable(reason="not-created", detail=str(error), where=there) from error
    return there


def _copy(leaving: Connection, copy: Connection, there: str) -> None:
    """Copy and verify every row, unless an earlier call has copied them."""
    is_filled = schemas.count_rows(copy, SCHEMA) > 0
    if not is_filled:
        schemas.copy_rows(leaving, copy, SCHEMA)
    try:
        schemas.compare_rows(leaving, copy, SCHEMA, there)
    except errors.DatabaseDamaged as error:
        raise (errors.WorkspaceExists(reason="ledger", where=there) if is_filled else error) from error
    verify(copy, lambda _: None)


def _point(layout: Layout, url: str | None) -> None:
    """Point the workspace to the new location of its ledger."""
    if url is None:
        layout.arriving.rename(layout.ledger)
        layout.ledger_url.unlink(missing_ok=True)
    else:
        layout.record_url(url)
        with suppress(FileNotFoundError):
            layout.ledger.rename(layout.ledger.with_name("ledger.db.moved"))
    files.sync_folder(layout.folder)
