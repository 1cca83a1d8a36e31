"""Values of an order that are given as text: a cell of a table, `users.windows=50` in a command.

A text that is no number, no `true` and no `false` is left for the order's own reader to check.
"""

from typing import Any, Final, NamedTuple

from licensekit.wire.documents import Catalog, Kind, SettingType

SETTINGS: Final = "settings"
TABLES: Final = frozenset({*(kind.plural for kind in Kind), SETTINGS})
"""The keys of an order under which there are codes."""

_WHOLE: Final = frozenset(
    {"sequence", "days", "warning_days", "grace_days", "installations", "facts", "offline_hours", "borrow_hours"}
)
_TRUTH: Final = {**dict.fromkeys(("true", "yes", "x", "1"), True), **dict.fromkeys(("false", "no", "0"), False)}
"""In any case: `FALSE` is how Excel writes it."""
_DIGITS: Final = 19
"""A number of more digits is above every bound, and stays text for the order's reader to refuse."""


class OrderKey(NamedTuple):
    """The key of a value in an order: a key of its own, or a code in one of its tables."""

    table: str
    """Empty: the order itself."""
    key: str
    type: SettingType | None = None
    """Of a setting that the catalog declares."""

    @property
    def path(self) -> str:
        """The key path: `users.windows`."""
        return f"{self.table}.{self.key}" if self.table else self.key

    def read(self, text: str) -> object:
        """Return the value that `text` means here."""
        if self.type is SettingType.BOOLEAN:
            return _TRUTH.get(text.lower(), text)
        if self.type is SettingType.TEXT or not (self.table or self.key in _WHOLE):
            return text
        number = _whole(text)
        # A quantity can be 1; nothing is sold 0 times.
        is_truth = self.table == Kind.SYSTEM.plural and not (isinstance(number, int) and number)
        return _TRUTH.get(text.lower(), number) if is_truth else number

    def put(self, order: dict[str, Any], value: object) -> None:
        """Set the value in an order's content; None takes it out."""
        held = order.setdefault(self.table, {}) if self.table else order
        if value is None:
            held.pop(self.key, None)
        else:
            held[self.key] = value


def parse_key(title: str, catalog: Catalog) -> OrderKey:
    """Return the key that `title` names: a key, a key path, or the code of a license alone."""
    table, dot, code = title.partition(".")
    if table == SETTINGS and code in catalog.settings:
        return OrderKey(table, code, catalog.settings[code].type)
    if not dot and title in catalog.licenses:
        return OrderKey(catalog.licenses[title].kind.plural, title)
    return OrderKey(table, code) if table in TABLES and code else OrderKey("", title)


def _whole(text: str) -> object:
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS
    return int(text) if is_number else text
