"""How tables, facts and sentences spell values; `--json` has the spellings of `licensekit.wire.plain` instead."""

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum, StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, cast

from licensekit.cli.output import Columns, counted
from licensekit.dates import format_days, format_seconds
from licensekit.text.values import UNRESTRICTED
from licensekit.wire.documents import Kind, License, Scope
from licensekit.wire.plain import plain_fields, word

if TYPE_CHECKING:  # a vendor's command loads nothing of the customer's side
    from licensekit.installation import LicenseRow, PreviewRow, UserFacts

PERPETUAL: Final = "perpetual"
EMPTY: Final = "none"  # an empty list in a document
ABSENT: Final = "-"  # a missing value, in a comparison
ALL_OF: Final = {Kind.SITE: "every site", Kind.USER: "everybody"}
"""Who has a license that needs no assignment, by its kind."""


def amount(count: int | str | None) -> str:
    """Format a count; None is unrestricted."""
    return UNRESTRICTED if count is None else str(count)


def amount_of(count: int | str | None, sold: "License | LicenseRow | PreviewRow | None") -> str:
    """Format a count with the unit and period in which a license is sold, if known: `20 GB per month`."""
    words = [amount(count)]
    if sold is not None and sold.quantity is not None:
        words += [sold.quantity, *([] if sold.per is None else [f"per {word(sold.per)}"])]
    return " ".join(words)


def counted_license(code: str, count: int | None, sold: License | None) -> str:
    """Format a license with its count: `standard 25`; only the code of a license that is not counted."""
    is_there = sold is not None and sold.kind is Kind.SYSTEM and sold.quantity is None
    return code if is_there else f"{code} {amount_of(count, sold)}"


def expiry(day: int | None) -> str:
    """Format the last day of a term; None is perpetual."""
    return PERPETUAL if day is None else format_days(day)


def day(days: int | None) -> str | None:
    """Format a day, given in days since 1970; None stays None."""
    return None if days is None else format_days(days)


def moment(seconds: int | None) -> str | None:
    """Format a time, given in seconds since 1970; None stays None."""
    return None if seconds is None else format_seconds(seconds)


def day_of(seconds: int) -> str:
    """Format the day of a time, given in seconds since 1970."""
    return format_seconds(seconds)[:10]


def name_of(value: IntEnum | StrEnum) -> str:
    """Return the word for a value of a closed list: a kind, an access, a state."""
    return word(value) if isinstance(value, IntEnum) else value.value


def fingerprint(digits: str) -> str:
    """Format a fingerprint in groups of four digits, to be read aloud."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def limits_of(scope: Scope) -> list[str]:
    """Return the limits on the bundles that a key may sign, except their uses."""
    parts, term = ", ".join(scope.parts or ()), scope.longest_term and counted(scope.longest_term, "day")
    said = (("part {}", parts), ("at most {} of a license", scope.most), ("at most {}", term))
    return [text.format(limit) for text, limit in said if limit]


def value(data: object) -> str:
    """Format a value of a bundle or catalog as an order spells it; `-` if it is None or empty."""
    if data is None:
        return ABSENT
    if isinstance(data, tuple):
        return listed(cast("tuple[object, ...]", data)) or ABSENT
    return str(data).lower() if isinstance(data, bool) else str(data)


def listed(items: Iterable[object]) -> str | None:
    """Join items with commas; None if there are none."""
    return ", ".join(map(str, items)) or None


def columns(named: str, **made: Callable[[Any], object]) -> Columns[Any]:
    """Return the columns of a table, `named` by title and the attribute to show: `name id=user.written`.

    Values are spelled as plain data; `_` in a title becomes a space. A function in `made` replaces the attribute.
    """
    titles = (one.partition("=") for one in named.split())
    cells = {title: made.get(title.removeprefix(">")) or _shown(path or title) for title, _, path in titles}
    return {title.replace("_", " "): cell for title, cell in cells.items()}


def facts_of(one: object, named: str) -> Iterator[tuple[str, object]]:
    """Yield the facts about one object that `columns` of these names would show; an empty value becomes None."""
    return ((title, cell(one) or None) for title, cell in columns(named).items())


def _shown(path: str) -> Callable[[Any], object]:
    *outer, field = path.removeprefix(">").split(".")

    def cell(one: Any) -> object:
        found = plain_fields(reduce(getattr, outer, one), field)[field]
        return listed(cast("list[object]", found)) if isinstance(found, list) else found

    return cell


def by_issuer_and_kind(row: "LicenseRow | PreviewRow") -> tuple[str, Kind]:
    """Return the sort key of a license in lists: the vendor's first, then system, site, user."""
    return row.code.rpartition(".")[0], row.kind


def remarks(user: "UserFacts") -> str | None:
    """Describe what is special about a user."""
    marks = [("retired", user.retired), ("no login", not user.can_log_in), ("administrator", user.administrator)]
    return listed(mark for mark, applies in marks if applies)
