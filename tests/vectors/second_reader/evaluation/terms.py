"""The term of a bundle, and how much of a meter it grants in each period ("Meters")."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.vectors.second_reader.evaluation.bundles import DAY, Bundle

_EPOCH: Final = date(1970, 1, 1)


def term_start(bundle: Bundle) -> int:
    """Return the first second of the day on which a bundle starts, or else was issued."""
    starts = bundle.says["starts"]
    return int(bundle.says["issued"] // DAY if starts is None else starts) * DAY


def term_end(bundle: Bundle) -> int | None:
    """Return the first second after a term; one that is perpetual or `advisory` has no end."""
    return None if bundle.after_grace == "advisory" else bundle.ends


def granted_in_period(bundle: Bundle, number: int | None, per: str) -> int | None:
    """Return what a bundle grants in a day, month or year: by a key with `most`, no more than that over its term."""
    most = bundle.scope.most
    if most is None or number is None:
        return number
    start, end = term_start(bundle), term_end(bundle)
    if end is None or end <= start:
        return 0
    periods = period_of(end - 1, per) - period_of(start, per) + 1
    return min(number, most // periods)


def period_of(second: int, per: str) -> int:
    """Return the number of the day, month or year of a second."""
    day = _EPOCH + timedelta(days=second // DAY)
    return {"day": second // DAY, "month": 12 * day.year + day.month - 1, "year": day.year}[per]


def first_second(period: int, per: str) -> int | None:
    """Return the first second of a day, month or year, or nothing after the year 9999."""
    year, month = {"day": (0, 0), "month": divmod(period, 12), "year": (period, 0)}[per]
    if per == "day":
        return period * DAY
    return None if year > date.max.year else int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp())
