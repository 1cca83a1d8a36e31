"""The handle of a workspace's ledger: what was issued, to whom, and what was returned."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from licensekit import dates, errors, limits
from licensekit.database.backup import write_backup
from licensekit.files import read_bytes
from licensekit.issuer import proposal, support, transaction
from licensekit.issuer.exchange import usage
from licensekit.issuer.exchange.usage import UsageReport
from licensekit.issuer.intake import AbsorbProposal, propose_absorb
from licensekit.issuer.ledger import lookup
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import SCHEMA, LedgerEntry, head, read_mark, restored, stream
from licensekit.issuer.ledger.exchange_files import History, history_of
from licensekit.issuer.ledger.installations import names_of
from licensekit.issuer.ledger.integrity import Progress, dated_ahead, verify
from licensekit.issuer.ledger.report import ReportRow, ReportScope, report
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import LicenseFile, license_file
from licensekit.trust.signed import identity_of
from licensekit.wire import armor, chain


class Ledger(transaction.WorkspacePart):
    """The ledger of a workspace. Its methods raise `NotIssued` for names that it does not have."""

    bundle = transaction.on_ledger(lookup.bundle_named)
    look_up = transaction.on_ledger(lookup.look_up)
    history = transaction.on_ledger(history_of)
    dated_ahead = transaction.on_ledger(dated_ahead)

    def bundle_in(self, file: bytes) -> Issued:
        """Return the bundle of a license file; raise `FormatError` if it is another file, or has no bundle."""
        tokens = armor.read(file)
        for token in tokens:
            if token.type == "bundle":
                return self.bundle(identity_of(token.type, token.payload).hex())
        raise errors.UnexpectedType(reason="no-bundle", type=tokens[0].type)

    def bundles(self, filters: lookup.Filters, *, now: int, after: int | None = None) -> Iterator[Issued]:
        """Yield the bundles that pass `filters`, after the entry `after`, ordered as by `lookup.page`, lazily."""
        with self._store.database.read() as ledger:
            yield from lookup.listed(ledger, filters, today=dates.day_at(now), after=after)

    def page(
        self, filters: lookup.Filters, *, now: int, limit: int, after: int | None = None
    ) -> tuple[list[Issued], int | None]:
        """Return the first `limit` of them, and `after` for the next page; None: no more."""
        with self._store.database.read() as ledger:
            found = lookup.page(ledger, filters, today=dates.day_at(now), limit=limit + 1, after=after)
        return found[:limit], found[limit - 1].number if len(found) > limit else None

    def explain(self, asked: str | bytes, *, now: int) -> tuple[support.SupportCase, ...]:
        """Explain whose documents these are, whether they work, and what helps.

        `asked` is the contents of a file, or the name of a serial, order, bundle or customer, the number of an entry,
        or the identity of a document. Raises `NotIssued` if nothing, or several customers, have that name.
        """
        with self._store.read(now) as tx:
            return support.explain(tx, asked)

    def files(self, name: str, *, now: int, attach: Attach = True) -> list[tuple[LicenseFile, str]]:
        """Return today's license files of a name, with the states of their bundles; as `lookup.bundles_to_send`."""
        with self._store.read(now) as tx:
            source, found = AttachmentSource(tx, attach), lookup.bundles_to_send(tx.ledger, name)
            return [(license_file(source, one.bundle, one.token, repeated=True), one.state) for one in found]

    def warnings_about(self, installations: Iterable[bytes]) -> tuple[proposal.HistoryDoubtful, ...]:
        """Return a warning for each installation with a forked history."""
        with self._store.database.read() as ledger:
            forked = [one for one in installations if history_of(ledger, one) is History.FORKED]
            names = {one: names_of(ledger, one) for one in forked}
        return tuple(proposal.HistoryDoubtful(reason="forked", installation=one, names=names[one]) for one in forked)

    def usage(self, serial: str | None = None, *, now: int) -> Iterator[UsageReport]:
        """Yield what was sold and is in use by the newest statement, of a serial or lazily of all that have one."""
        with self._store.read(now) as tx:
            yield from usage.usage(tx, serial)

    def report(self, scope: ReportScope, *, now: int) -> Iterator[ReportRow]:
        """Yield the rows of a report on sales, bundles in force and ending, and use (`docs/how-to/reports.md`)."""
        with self._store.read(now) as tx:
            yield from report(tx.ledger, tx.state, scope, today=dates.day_at(now))

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield every entry, oldest first, in constant memory."""
        with self._store.database.read() as ledger:
            yield from stream(ledger)

    def count_entries(self) -> int:
        """Return how many entries there are."""
        with self._store.database.read() as ledger:
            return head(ledger)[0]

    def back_up(self, path: Path, *, replace: bool = False) -> None:
        """Write a backup of the ledger to a file; others may use the ledger meanwhile.

        It is a SQLite snapshot, checked and compared before it gets its name. `restore_ledger` restores it.

        Raises `PlaceTaken` if the file exists and `replace` is false, `FileUnusable` if it cannot be written (an
        existing file is unchanged), `StateError` if the ledger cannot be read, or the disk is full.
        """
        write_backup(self._store.database, SCHEMA, path, replace=replace)

    def restored(self) -> errors.LedgerRestored | errors.FileUnusable | None:
        """Return why signing is refused, if it is: the ledger lacks the marked entry, or the mark is unreadable."""
        try:
            mark = read_mark(self._store.layout.mark)
        except errors.FileUnusable as error:
            return error
        with self._store.database.read() as ledger:
            return restored(ledger, mark)

    def propose_absorb(self, files: Mapping[str, bytes], *, now: int) -> AbsorbProposal:
        """Propose to enter documents that a restored ledger lost, from license files, packs and resets (name to bytes).

        The pack in the workspace is included. Signing the proposal accepts the restored ledger, even without files, and
        lets sequences continue at a random number. Warnings name refused documents.
        """
        store = self._store.overriding(*self._store.overrides, transaction.RESTORED)
        path = store.layout.pack(store.state(now).product)
        own = {path.name: read_bytes(path, limit=limits.FILE_BYTES, what="a pack")} if path.is_file() else {}
        return proposal.propose(store, partial(propose_absorb, files={**own, **files}), now)

    def verify(self, progress: Progress = lambda _: None) -> chain.Head:
        """Verify every link, signature and derived table of the ledger, and return its last entry.

        Raises `LedgerDamaged` with the number of the first damaged entry, `LedgerRestored` if the ledger is sound but
        lacks entries that the mark or the pack shows, `FileUnusable` if these cannot be read.
        """
        with self._store.database.read() as ledger:
            newest = verify(ledger, progress)
        if error := self.propose_absorb({}, now=0).restored:
            raise error
        return newest
