"""An installation as its administrators use it, from screens and commands."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Self, cast

from licensekit.database.backup import write_backup
from licensekit.database.examination import Diagnosis
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

    Every change is one transaction: it happens whole, with an entry in the audit log, or not at all.
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

        Without `root` and `pack`, those that the first activation recorded are used. Before it, a pack without a pin is
        believed about its own root, and `warnings` says so. `by` is who makes the changes, for the audit log.

        Opening creates nothing. With `create` the first change sets the installation up, in one transaction with
        itself; until then every question is answered as by an empty one.

        Raises:
            NotActivated: there is none, and `create` is false.
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
        """Return the same installation with the vendor's pack and a root pin, as far as none was given."""
        opened = self._opened
        return type(self)(replace(opened, pack=opened.pack or pack, root=opened.root or root))

    @property
    def needs_pack(self) -> bool:
        """Whether no pack was given and none recorded, so that the first activation needs one (`with_pack`)."""
        with read_installation(self._opened) as read:
            return read.opened.pack is None and read.stored.recorded is None

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What is worth knowing before the first activation: that the root is taken on trust.

        Raises:
            FormatError, TrustError: the pack is damaged, or not of the root that was given.
        """
        with read_installation(self._opened) as read:
            return activation.warnings_of(read)

    @property
    def location(self) -> str:
        """Where it is kept: a path, or the URL of a server without its password."""
        return self._opened.database.location

    def diagnose(self, *, thorough: bool = False) -> tuple[Diagnosis, ...]:
        """Look for what is wrong with it; `thorough`: in every row as well, which takes longer the more there is."""
        opened, where = self._opened, self.location
        place, database = where if "://" in where else Path(where), cast("Migrating", opened.database)
        return operations.examine(place, lambda _: opened, database, () if thorough else operations.READ_ALL)

    def metric_lines(self, *, now: int | None = None) -> Iterator[str]:
        """Return a page of OpenMetrics, line by line: of the state, and of what `diagnose` finds; raises as `state`."""
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
        """Activate a license file, whole or not at all, without looking at what it would mean.

        Raises:
            FormatError, TrustError: the file is damaged or not to be believed.
            RefusedError: it does not fit this installation; its `faults` are every reason.
        """
        return write_first(self._opened, lambda change: activation.apply(change, plan_activation(change.read, data)))

    def propose_update(
        self, *, issuer: str | None = None, ca: Path | None = None, fetch: activation.Fetch | None = None
    ) -> activation.ActivationProposal | None:
        """Fetch the newest license file of an issuer, the vendor by default, and return what it would change.

        Returns None if there is nothing new: it is here already, or what is here is newer. The database is not held
        while it is fetched. `fetch` returns what is at an address; default: over HTTPS, with a server that is trusted
        by the authorities in the file `ca` (PEM), or by those of the system.

        Raises:
            UpdateNotOffered: the catalog or the license here names no address.
            FetchFailed: the file did not come, or not whole.
            TrustError: something in it is not to be believed.
        """
        from licensekit.installation import fetching  # noqa: PLC0415  # nothing else loads anything of a network

        with read_installation(self._opened) as read:
            address = activation.update_address(read, issuer)
        proposal = activation.propose_fetched(address, fetch or partial(fetching.fetch, ca=ca), self.propose_activate)
        return proposal if activation.is_news(proposal.preview) else None

    def return_bundles(self, part: str = "base", *, issuer: str | None = None, confirm: bool = False) -> str:
        """Return the active bundles of a part back, and return the signed receipts.

        They can never work here again. Where the receipts were lost, the same call returns them again.

        Raises:
            ConfirmationNeeded: a bundle is active, and `confirm` is false.
            NotFound: no bundle of that part is active, and none was returned.
        """
        return self.propose_return(part, issuer=issuer).apply(confirm=confirm)

    def back_up(self, path: Path, *, replace: bool = False) -> None:
        """Write a backup to a file, while others may use and change the installation.

        It is a SQLite database with everything, the installation's key included; `restore` puts it back.

        Raises:
            PlaceTaken: there is such a file, and `replace` is false.
            FileUnusable: it cannot be written there; what was there is unchanged.
            StateError: the installation cannot be read, or there is no room.
        """
        write_backup(self._opened.database, SCHEMA, path, replace=replace)

    def close(self) -> None:
        """Close the database."""
        self._opened.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
