"""The settings that a catalog file declares (`docs/catalog.md`, "Settings")."""

from typing import Final

from licensekit import limits
from licensekit.catalog.rules import value_fault
from licensekit.errors import SettingWrong
from licensekit.text import values
from licensekit.text.tables import Table
from licensekit.wire.documents import Combine, Setting, SettingType
from licensekit.wire.plain import word

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
