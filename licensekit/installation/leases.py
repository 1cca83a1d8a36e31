"""Leases of concurrent seats, for administrators: what is held, and how it is ended."""

import builtins

from licensekit.entitlements import resolve
from licensekit.errors import NotFound
from licensekit.state import seats
from licensekit.state.loading import read_installation
from licensekit.state.seats import HeldSeat
from licensekit.state.time import lease_time
from licensekit.state.transactions import Section, write_installation


class Leases(Section):
    """The leases of an installation, for its administrators."""

    def list(self, *, license_code: str | None = None, holder: str | None = None) -> tuple[HeldSeat, ...]:
        """Return the leases that are held now, by license and then the oldest first.

        Default: of every license, and of every holder.

        Raises:
            UnknownCode: no catalog has `license_code`.
        """
        with read_installation(self._opened) as read:
            code = license_code and resolve(read.state().entitlements, license_code)
            held = seats.held(read.connection, lease_time(read.connection, read.now))
        return tuple(one for one in held if code in {None, one.license} and holder in {None, one.holder})

    def end(self, *lease_ids: str) -> builtins.list[HeldSeat]:
        """End leases, all of them or none, and return them. Their seats are free immediately; their holders learn it.

        Whoever has borrowed one learns it when it sees the database again.

        Raises:
            NotFound: one of them is not held.
        """
        with write_installation(self._opened) as change:
            connection = change.connection
            held = {one.id: one for one in seats.held(connection, lease_time(connection, change.read.now))}
            ended: builtins.list[HeldSeat] = []
            for lease_id in dict.fromkeys(lease_ids):
                if (lease := held.get(lease_id)) is None:
                    raise NotFound(reason="lease", name=lease_id)
                ended.append(lease)
                seats.end(connection, lease)
                change.record("lease-end", license=lease.license, holder=lease.holder, lease=lease.id)
        return ended
