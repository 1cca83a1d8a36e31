"""`Installation`, through which administrators change an installation from screens and commands."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Self, cast

from licensekit.database.backup import write_backup
from licensekit.database.diagnosis import Diagnosis
from licensekit.database.schemas import Migrating
from licensekit.dates import days_of
from licensekit.errors.coded import Message
from licensekit.installation import activation, operations
from licensekit.installation.audit import AuditLog
from licensekit.installation.details import details_of, explain
from licensekit.installation.events import Events, Leases
from licensekit.installation.exchange import make_request, make_statement, propose_return, receipts_of
from licensekit.installation.holders import Sites, Users
from licensekit.installation.plan import Activated, plan_activation
from licensekit.installation.preview import activation_of
from licensekit.installation.user_list import page_of_holders
from licensekit.state.home import SCHEMA, locate, open_installation
from licensekit.state.loading import OpenInstallation, ReadTransaction, read_installation
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.metrics import installation_samples, metric_lines
from licensekit.state.pending import open_or_wait
from licensekit.state.time import BootClock, clocks_of, system_clock
from licensekit.state.transactions import Section, WriteTransaction, changing, reading, write_first


class Installation(Section):
    """An installation and everything that can be changed in it. Create it with `Installation.open`.

    Its parts are `users`, `sites`, `events`, `leases` and `audit`.

    Every change is one transaction: it happens completely, with an entry in the audit log, or not at all.
    """

    def __init__(self, opened: OpenInstallation) -> None:
        super().__init__(opened)
        self.users = Users(opened)
        self.sites = Sites(opened)
        self.events = Events(opened)
        self.leases = Leases(opened)
        self.audit = AuditLog(opened)

    def __repr__(self) -> str:
        by = f", by {self._opened.by}" if self._opened.by else ""
        return f"<Installation at {self._opened.database.location}{by}>"

    @classmethod
    def open(
        cls,
        home: str | os.PathLike[str] | None = None,
        *,
        root: str | None = None,
        pack: bytes | str | None = None,
        released: date | None = None,
        facts: Facts = NO_FACTS,
        clock: Callable[[], datetime] = system_clock,
        boot: BootClock | None = None,
        by: str = "",
        create: bool = True,
    ) -> Self:
        """Open the installation at `home`; the arguments are those of `Licensing.open`.

        By default, `root` and `pack` are those that the first activation recorded. Before that, a pack without a pin
        decides itself which root is trusted, and `warnings` says so. `by` names the person who makes the changes, for
        the audit log.

        Opening creates nothing. With `create`, the first change sets the installation up in the same transaction; until
        then, every question is answered as for an empty one.

        Raises:
            NotActivated: there is no installation, and `create` is false.
            HomeInvalid, StateError: the home or its database cannot be used.
        """
        place = locate(home, pack=pack)
        database = open_or_wait(place) if create else open_installation(place, create=False)
        day = None if released is None else days_of(released)
        return cls(OpenInstallation(database, clocks_of(clock, boot), root, pack, day, by, facts))

    def acting_as(self, by: str) -> Self:
        """Return the same installation for another person, named `by` in the audit log.

        Both share the database; closing one closes it for both.
        """
        return type(self)(replace(self._opened, by=by))

    def with_pack(self, pack: bytes | str | None, root: str | None = None) -> Self:
        """Return the same installation with this pack and root pin where none was given."""
        opened = self._opened
        return type(self)(replace(opened, pack=opened.pack or pack, root=opened.root or root))

    @property
    def needs_pack(self) -> bool:
        """Whether no pack was given or recorded, so the first activation needs one (`with_pack`)."""
        with read_installation(self._opened) as read:
            return read.opened.pack is None and read.stored.recorded is None

    @property
    def warnings(self) -> tuple[Message, ...]:
        """A warning if the pack alone decides which root is trusted; raises `FormatError` or `TrustError`."""
        with read_installation(self._opened) as read:
            return activation.warnings_of(read)

    @property
    def location(self) -> str:
        """The path of the database, or the URL of a server without its password."""
        return self._opened.database.location

    def diagnose(self, *, thorough: bool = False) -> tuple[Diagnosis, ...]:
        """Check the installation; with `thorough`, also every row, which takes time in a large one."""
        opened, where = self._opened, self.location
        place, database = where if "://" in where else Path(where), cast("Migrating", opened.database)
        return operations.examine(place, lambda _: opened, database, () if thorough else operations.READ_ALL)

    def metric_lines(self, *, now: int | None = None) -> Iterator[str]:
        """Yield the lines of a page of OpenMetrics about the state and findings of `diagnose`; raises as `state`."""
        with read_installation(self._opened) as read:
            found = list(installation_samples(read.state(now=now), read.reading))
        counts = Counter((one.check, one.state) for one in self.diagnose())
        return metric_lines([*found, *(("doctor_findings", labels, count) for labels, count in counts.items())])

    state = reading(ReadTransaction.state)
    bundles = reading(ReadTransaction.bundles)
    license = reading(details_of)
    explain = reading(explain)
    holders = reading(page_of_holders)
    propose_activate = reading(activation.propose_activate)
    activation_record = reading(activation_of)
    receipts = reading(receipts_of)
    propose_return = reading(propose_return)
    request = changing(make_request)
    statement = changing(make_statement)
    accept_clock = changing(WriteTransaction.accept_clock)
    restore_accept = changing(WriteTransaction.accept)

    def activate(self, data: bytes | str) -> Activated:
        """Activate a license file, whole or not at all, without a preview.

        Raises:
            FormatError, TrustError: the file is damaged or cannot be trusted.
            RefusedError: it does not fit this installation; its `faults` are every reason.
        """
        return write_first(self._opened, lambda change: activation.apply(change, plan_activation(change.read, data)))

    def propose_update(
        self, *, issuer: str | None = None, ca: Path | None = None, fetch: activation.Fetch | None = None
    ) -> activation.ActivationProposal | None:
        """Fetch the newest license file of an issuer, by default the vendor, and propose its activation.

        Returns None if the file has nothing new. The database is not locked during the fetch. `fetch` returns the
        contents of an address; by default it uses HTTPS and verifies the server by the authorities in the file `ca`
        (PEM), or by those of the system.

        Raises:
            UpdateNotOffered: the catalog or the active license names no address.
            FetchFailed: the file could not be fetched completely.
            TrustError: something in it cannot be trusted.
        """
        from licensekit.installation import fetching  # noqa: PLC0415  # nothing else needs network modules

        with read_installation(self._opened) as read:
            address = activation.update_address(read, issuer)
        proposal = activation.propose_fetched(address, fetch or partial(fetching.fetch, ca=ca), self.propose_activate)
        return proposal if activation.is_news(proposal.preview) else None

    def back_up(self, path: Path, *, replace: bool = False) -> None:
        """Write a backup to a file, while others may use and change the installation.

        It is a SQLite database with everything, including the installation's key; `restore` reads it.

        Raises:
            PlaceTaken: the file exists, and `replace` is false.
            FileUnusable: it cannot be written; an existing file is unchanged.
            StateError: the installation cannot be read, or the disk is full.
        """
        write_backup(self._opened.database, SCHEMA, path, replace=replace)

    def close(self) -> None:
        """Close the database."""
        self._opened.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
