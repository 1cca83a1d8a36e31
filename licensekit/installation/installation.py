"""The customer's side of an installation, for an administrator's screens and commands."""

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple, Self

from licensekit.dates import days_of
from licensekit.installation.activation import apply, propose
from licensekit.installation.audit import AuditReport, list_audit, list_newest, verify_audit
from licensekit.installation.details import LicenseDetails, details_of
from licensekit.installation.events import Events
from licensekit.installation.exchange import (
    make_request,
    make_statement,
    receipts_of,
    return_bundles,
)
from licensekit.installation.leases import Leases
from licensekit.installation.preview import Preview
from licensekit.installation.sites import Sites
from licensekit.installation.users import Users
from licensekit.state.audit import AuditEntry
from licensekit.state.bundles import BundleRecord, bundle_records
from licensekit.state.home import open_installation
from licensekit.state.loading import InstallationState, recorded_root, state_at
from licensekit.state.stored import Recorded
from licensekit.state.time import system_clock
from licensekit.state.transactions import (
    OpenInstallation,
    read_installation,
    write_installation,
)
from licensekit.wire.documents import Request, Statement


class Activated(NamedTuple):
    """What an activation did."""

    preview: Preview
    changed: bool
    """False: everything in the file was here already."""


class Installation:
    """An installation and everything that can be changed in it. Make it with `Installation.open`.

    Every change is one transaction: it happens whole, with an entry in the audit log, or not at
    all. Nothing here prints or asks.
    """

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened
        self.users = Users(opened)
        self.sites = Sites(opened)
        self.events = Events(opened)
        self.leases = Leases(opened)

    @classmethod
    def open(
        cls,
        home: str | os.PathLike[str],
        *,
        root: str | None = None,
        pack: bytes | str | None = None,
        released: date | None = None,
        clock: Callable[[], datetime] = system_clock,
        by: str = "",
        create: bool = True,
    ) -> Self:
        """Open the installation at `home`, a folder or a `postgresql://` URL.

        `root` is the pin and `pack` the pack that the application ships; without them, those that
        the first activation recorded are used. `released` is the date of this version of the
        product. `by` says in the audit log who makes the changes. `create` sets an installation
        up where there is none.

        Raises:
            NotActivated: there is none, and `create` is false.
            HomeInvalid, StateError: the home or its database cannot be used.
        """
        database = open_installation(home, create=create)
        day = None if released is None else days_of(released)
        return cls(OpenInstallation(database, root, pack, day, clock, by))

    def acting_as(self, by: str) -> Self:
        """Give the same installation for another person: `by` is who changes it, for the audit log.

        Both share the database; closing one closes it for both.
        """
        return type(self)(self._opened._replace(by=by))

    @property
    def recorded(self) -> Recorded | None:
        """The root pin and the pack that the first activation recorded, if there was one."""
        return recorded_root(self._opened.database)

    @property
    def has_pack(self) -> bool:
        """Whether a pack was given when it was opened."""
        return self._opened.pack is not None

    def state(self, *, now: int | None = None) -> InstallationState:
        """Give everything that the installation is, has and may do now.

        With `now` (seconds since 1970): what it would be then, if nothing changes until then.

        Raises:
            NotActivated: no pack was given, and none recorded.
            HomeInvalid, FormatError, TrustError, StateError: see `licensekit.state.loading`.
        """
        with read_installation(self._opened) as read:
            state = read.state()
        return state if now is None else state_at(state, now, clock=read.clock)

    def license(self, code: str, *, now: int | None = None) -> LicenseDetails:
        """Give everything about a license: meaning, bundles, holders, history.

        With `now` (seconds since 1970): what it would be then, as `state` does.

        Raises:
            UnknownLicense: no catalog has it.
        """
        with read_installation(self._opened) as read:
            return details_of(read, code, now)

    def preview(self, data: bytes | str) -> Preview:
        """Give what a license file would change, and everything that stands against it.

        Raises:
            FormatError, TrustError: the file is damaged or not to be believed.
        """
        with read_installation(self._opened) as read:
            return propose(read, data).preview

    def activate(self, data: bytes | str) -> Activated:
        """Take a license file, whole or not at all. It is checked again, whatever was previewed.

        Raises:
            FormatError, TrustError: the file is damaged or not to be believed.
            RefusedError: it does not fit this installation; its `faults` are every reason.
        """
        with write_installation(self._opened) as change:
            proposal = propose(change.read, data)
            return Activated(proposal.preview, apply(change, proposal))

    def request(self, *, with_facts: bool = True) -> tuple[str, Request]:
        """Give a signed request for a bundle bound to this installation, and what is in it.

        Machine facts are in it only as keyed hashes; without `with_facts` they are not in it.
        """
        return make_request(self._opened, with_facts=with_facts)

    def return_bundles(self, part: str = "base", *, issuer: str | None = None) -> str:
        """Give the active bundles of a part back, and give the signed receipts.

        They can never work here again. The issuer is the vendor unless told.

        Raises:
            BundleUnknown: no bundle of that part is active, and none was returned.
        """
        return return_bundles(self._opened, part, issuer)

    def receipts(self, part: str = "base", *, issuer: str | None = None) -> str:
        """Give again the signed receipts of what was returned of a part; nothing else happens.

        Raises:
            BundleUnknown: nothing of that part was returned.
        """
        return receipts_of(self._opened, part, issuer)

    def statement(self) -> tuple[str, Statement]:
        """Give a signed statement of what is in use, and what is in it.

        Raises:
            NotActivated: there is no serial to state it for.
        """
        return make_statement(self._opened)

    def verify_audit(self) -> AuditReport:
        """Check every link of the audit log, and every count.

        Raises:
            AuditDamaged: an entry was altered, inserted or removed, or a count does not agree.
        """
        return verify_audit(self._opened)

    def audit(self) -> Iterator[AuditEntry]:
        """Give every entry of the audit log, the oldest first, in constant memory."""
        return list_audit(self._opened)

    def newest_audit(self, *, before: int | None = None, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Give the newest `limit` entries of the audit log, of those below number `before`."""
        return list_newest(self._opened, before, limit)

    def bundles(self) -> tuple[BundleRecord, ...]:
        """Give every bundle that was ever activated here, the oldest first."""
        with read_installation(self._opened) as read:
            return bundle_records(read.connection)

    def close(self) -> None:
        """Let go of the database."""
        self._opened.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
