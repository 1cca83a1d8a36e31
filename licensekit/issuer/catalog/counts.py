"""Counts and settings as catalogs and orders write them: what is sold of each license.

`true` in the place of a system license's count is kept as `True`: it is 1, unless the license is sold by quantity, and
says that no number was given.
"""

from licensekit import limits
from licensekit.catalog.rules import Counts
from licensekit.text import values
from licensekit.text.tables import Table
from licensekit.text.values import FaultyValue, Reader
from licensekit.wire.documents import Kind, Value


def read_counts(table: Table) -> Counts:
    """Return what is counted under `system`, `sites` and `users`.

    A faulty count reads as 1, so that what it counts does not seem to be missing as well.
    """
    return Counts(
        _system(table), _counts(table, Kind.SITE.plural, values.count), _counts(table, Kind.USER.plural, values.count)
    )


def read_settings(table: Table) -> dict[str, Value]:
    """Return the settings under `settings`."""
    if "settings" not in table.content:
        return {}
    inner = table.table("settings")
    read = ((code, inner.read(code, values.setting)) for code in inner.codes(limits.SETTINGS))
    return {code: value for code, value in read if value is not None}


def _system(table: Table) -> dict[str, int | None]:
    key = Kind.SYSTEM.plural
    if not isinstance(table.content.get(key), list):
        return _counts(table, key, values.system_count)
    # An array of codes says that each is there.
    return dict.fromkeys(table.items(key, values.code, limits.LICENSES), True)


def _counts(table: Table, key: str, reader: Reader[int | None]) -> dict[str, int | None]:
    if key not in table.content:
        return {}
    inner = table.table(key)
    found: dict[str, int | None] = {}
    for code in inner.codes(limits.LICENSES):
        try:
            found[code] = reader(inner.content[code])
        except FaultyValue as error:
            inner.refuse(code, error.fault)
            found[code] = 1
    return found
