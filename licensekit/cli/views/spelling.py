"""The one spelling of each fact that tables, facts and sentences show.

`--json` has the spellings of `licensekit.wire.plain` instead; a closed list has one for both.
"""

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
EMPTY: Final = "none"  # a list of a document in which nothing is
ABSENT: Final = "-"  # a cell in which a value is compared with none
ALL_OF: Final = {Kind.SITE: "every site", Kind.USER: "everybody"}
"""Who has a license of a kind that nobody needs to be assigned."""


def amount(count: int | str | None) -> str:
    """Return a count; None is unrestricted."""
    return UNRESTRICTED if count is None else str(count)


def amount_of(count: int | str | None, sold: "License | LicenseRow | PreviewRow | None") -> str:
    """Return a count in the unit and for the time of which a license is sold, if known: `20 GB per month`."""
    words = [amount(count)]
    if sold is not None and sold.quantity is not None:
        words += [sold.quantity, *([] if sold.per is None else [f"per {word(sold.per)}"])]
    return " ".join(words)


def counted_license(code: str, count: int | None, sold: License | None) -> str:
    """Return a license with its count: `standard 25`; the code alone if it is there or not."""
    is_there = sold is not None and sold.kind is Kind.SYSTEM and sold.quantity is None
    return code if is_there else f"{code} {amount_of(count, sold)}"


def expiry(day: int | None) -> str:
    """Return the last day of a term; None is perpetual."""
    return PERPETUAL if day is None else format_days(day)


def day(days: int | None) -> str | None:
    """Return a day, given in days since 1970; None where there is none."""
    return None if days is None else format_days(days)


def moment(seconds: int | None) -> str | None:
    """Return a time, given in seconds since 1970; None where there is none."""
    return None if seconds is None else format_seconds(seconds)


def day_of(seconds: int) -> str:
    """Return the day of a time, given in seconds since 1970."""
    return format_seconds(seconds)[:10]


def name_of(value: IntEnum | StrEnum) -> str:
    """Return the word for a value of a closed list: a kind, an access, a state."""
    return word(value) if isinstance(value, IntEnum) else value.value


def fingerprint(digits: str) -> str:
    """Return a fingerprint in groups of four digits, to be read aloud."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def limits_of(scope: Scope) -> list[str]:
    """Return what limits the bundles of a key, beside their uses."""
    parts, term = ", ".join(scope.parts or ()), scope.longest_term and counted(scope.longest_term, "day")
    said = (("part {}", parts), ("at most {} of a license", scope.most), ("at most {}", term))
    return [text.format(limit) for text, limit in said if limit]


def value(data: object) -> str:
    """Return a value of a bundle or catalog, as an order spells it; None is none."""
    if data is None:
        return ABSENT
    if isinstance(data, tuple):
        return listed(cast("tuple[object, ...]", data)) or ABSENT
    return str(data).lower() if isinstance(data, bool) else str(data)


def listed(items: Iterable[object]) -> str | None:
    """Return items with commas between; None where there are none."""
    return ", ".join(map(str, items)) or None


def columns(named: str, **made: Callable[[Any], object]) -> Columns[Any]:
    """Return the columns of a table, each with its title and the attribute that it shows: `name id=user.written`.

    They are spelled as plain data, and `_` in a title is a space. A title in `made` shows what that returns instead.
    """
    titles = (one.partition("=") for one in named.split())
    cells = {title: made.get(title.removeprefix(">")) or _shown(path or title) for title, _, path in titles}
    return {title.replace("_", " "): cell for title, cell in cells.items()}


def facts_of(one: object, named: str) -> Iterator[tuple[str, object]]:
    """Yield the facts about one thing that `columns` of these names would show; what is empty is none."""
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
    """Return what is special about a user, in words."""
    marks = [("retired", user.retired), ("no login", not user.can_log_in), ("administrator", user.administrator)]
    return listed(mark for mark, applies in marks if applies)
