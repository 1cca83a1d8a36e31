"""Sites: the central one and its satellites, and what they are assigned."""

from typing import Any, Final, NamedTuple

from licensekit.entitlements import count, lapsed, why_not
from licensekit.entitlements.assignment import missing_requirements
from licensekit.errors import EntryTaken, NoneFree
from licensekit.installation.assignments import Assignable, HolderChange, write_changes
from licensekit.state import slots
from licensekit.state.loading import read_installation
from licensekit.state.transactions import WriteTransaction, write_installation
from licensekit.state.users import SiteFacts, all_sites, known_site
from licensekit.text import names
from licensekit.wire.documents import Kind
from licensekit.wire.plain import plain_fields

_ADD: Final = "INSERT INTO sites (id, written, name, central) VALUES (?, ?, ?, ?)"


class SiteRow(NamedTuple):
    """One site as a list shows it."""

    site: SiteFacts
    lapsed: tuple[str, ...]
    """What is assigned and gives less than full."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**plain_fields(self.site, "id written name central licenses"), "lapsed": list(self.lapsed)}


class Sites(Assignable):
    """The sites of an installation."""

    _kind = Kind.SITE

    def add(self, site_id: str, *, name: str = "", central: bool = False) -> str:
        """Add a site: the central one, or a satellite, of which licenses may limit the number; return its id as shown.

        Raises:
            EntryTaken: there is a site of that id, or a central one.
            NoneFree, RequirementMissing: no more satellites are licensed.
            EntryInvalid: the id or the name cannot be kept.
        """
        with write_installation(self._opened) as change:
            written = names.written_id(site_id, "site id")
            site_id = names.folded(written)
            _require_new(change, site_id, central=central)
            if not central:
                _require_room(change)
            change.connection.run(_ADD, site_id, written, names.check_name(name), int(central))
            if not central:
                slots.assign(change.connection, Kind.SITE, [(site_id, slots.SATELLITE)])
            change.record("site-add", reason="central" if central else "satellite", site=site_id)
            return written

    def remove(self, site_id: str) -> tuple[str, ...]:
        """Remove a site, which releases everything, and return what was released.

        Raises:
            NotFound: there is no such site.
        """
        with write_installation(self._opened) as change:
            site = known_site(change.connection, site_id)
            held = frozenset((*site.licenses, slots.SATELLITE))
            removed = HolderChange(site.id, site.written, held, frozenset(), held, ends=True)
            write_changes(change, Kind.SITE, [removed])
            return site.licenses

    def list(self) -> tuple[SiteRow, ...]:
        """Return every site, the central one first."""
        with read_installation(self._opened) as read:
            granted, sites = read.state().entitlements, all_sites(read.connection)
            return tuple(SiteRow(site, lapsed(granted, Kind.SITE, site.holdings)) for site in sites)


def _require_new(change: WriteTransaction, site_id: str, *, central: bool) -> None:
    if change.connection.one("SELECT id FROM sites WHERE id = ?", site_id) is not None:
        raise EntryTaken(reason="site", entry=site_id)
    known = change.connection.one("SELECT id FROM sites WHERE central = 1")
    if central and known is not None:
        raise EntryTaken(reason="central", entry=known[0])


def _require_room(change: WriteTransaction) -> None:
    entitlements = change.read.state().entitlements
    limiting = [code for code, one in entitlements.licenses.items() if one.limits_sites]
    numbers = {code: count(entitlements, code, change.read.stored.satellites) for code in limiting}
    for code, number in numbers.items():
        if all(one.free == 0 for one in numbers.values()):
            raise NoneFree(
                reason="sites" if number.total else "no-sites",
                license=code,
                in_use=number.in_use,
                total=number.total,
                why=None if number.total else why_not(entitlements, code),
            )
    for code in limiting:
        for fault in missing_requirements(entitlements, "the installation", code):
            raise fault
