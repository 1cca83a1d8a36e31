"""Values of an order that are given as text: a cell of a table, `users.windows=50` in a command.

A text that is no number, no `true` and no `false` is left for the order's own reader to check.
"""

from typing import Any, Final, NamedTuple

from licensekit.wire.documents import Catalog, Kind

SETTINGS: Final = "settings"
TABLES: Final = frozenset({*(kind.plural for kind in Kind), SETTINGS})
"""The keys of an order under which there are codes."""

_WHOLE: Final = frozenset(
    {
        "sequence",
        "days",
        "warning_days",
        "grace_days",
        "installations",
        "facts",
        "offline_hours",
        "borrow_hours",
    }
)
_YES: Final = frozenset({"true", "yes", "x"})
_DIGITS: Final = 19
"""A number of more digits is above every bound, and stays text for the order's reader to refuse."""


class OrderKey(NamedTuple):
    """The key of a value in an order: a key of its own, or a code in one of its tables."""

    table: str
    """Empty: the order itself."""
    key: str

    @property
    def path(self) -> str:
        """The key path: `users.windows`."""
        return f"{self.table}.{self.key}" if self.table else self.key

    def read(self, text: str) -> object:
        """Return the value that `text` means here."""
        if self.table == SETTINGS:
            return text == "true" if text in {"true", "false"} else _whole(text)
        if self.table:
            return True if text.lower() in _YES else _whole(text)
        return _whole(text) if self.key in _WHOLE else text

    def put(self, order: dict[str, Any], value: object) -> None:
        """Set the value in an order's content."""
        (order.setdefault(self.table, {}) if self.table else order)[self.key] = value


def parse_key(title: str, catalog: Catalog) -> OrderKey:
    """Return the key that `title` names: a key, a key path, or the code of a license alone."""
    table, dot, code = title.partition(".")
    if not dot and title in catalog.licenses:
        return OrderKey(catalog.licenses[title].kind.plural, title)
    return OrderKey(table, code) if table in TABLES and code else OrderKey("", title)


def _whole(text: str) -> object:
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_number else text
