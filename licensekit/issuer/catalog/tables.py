"""Counts and settings as catalogs and orders write them: what is sold, and which settings a catalog declares.

`true` in the place of a system license's count is kept as `True`: it is 1, unless the license is sold by quantity, and
says that no number was given.
"""

from typing import Final

from licensekit import limits
from licensekit.catalog.rules import Counts, value_fault
from licensekit.errors import SettingWrong
from licensekit.text import values
from licensekit.text.tables import Table
from licensekit.text.values import FaultyValue, Reader
from licensekit.wire.documents import Combine, Kind, Setting, SettingType, Value
from licensekit.wire.plain import word


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


SETTING_KEYS: Final = ("type", "name", "lowest", "highest", "choices", "default", "combine")

_setting_type: Final = values.word({word(kind): kind for kind in SettingType})
_combine: Final = values.word({word(combine): combine for combine in Combine})
_bound: Final = values.whole(-limits.VALUE, limits.VALUE)


def declared_settings(file: Table) -> dict[str, Setting]:
    """Return the settings whose type could be read; nothing can be said of the others."""
    tables = file.tables("settings", limits.SETTINGS)
    read = ((code, _setting(table)) for code, table in tables)
    return {code: setting for code, setting in read if setting is not None}


def _setting(table: Table) -> Setting | None:
    table.refuse_others(SETTING_KEYS)
    table.require("type", "name")
    kind = table.read("type", _setting_type)
    name = table.read("name", values.line) or ""
    lowest, highest = table.read("lowest", _bound), table.read("highest", _bound)
    choices = sorted(table.items("choices", values.setting_text, limits.CHOICES))
    default = table.read("default", values.setting)
    combine = table.read("combine", _combine) or Combine.LATEST
    if kind is None:
        return None
    if kind is not SettingType.NUMBER:
        for key in ("lowest", "highest", *(["combine"] if combine is not Combine.LATEST else [])):
            _refuse_present(table, key, SettingWrong(reason="only-number"))
        lowest, highest, combine = None, None, Combine.LATEST
    if kind is not SettingType.TEXT:
        _refuse_present(table, "choices", SettingWrong(reason="only-text"))
        choices = []
    if lowest is not None and highest is not None and lowest > highest:
        table.refuse("highest", SettingWrong(reason="bounds"))
        highest = None
    bounds = (kind, name, lowest, highest, choices)
    if default is not None and (fault := value_fault(Setting(*bounds, None, combine), default)):
        table.refuse("default", fault)
        default = None
    return Setting(*bounds, default, combine)


def _refuse_present(table: Table, key: str, fault: SettingWrong) -> None:
    if table.content.get(key) is not None:
        table.refuse(key, fault)
