"""Entries of the audit log as sentences."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from licensekit.console.texts import has, sentence, text
from licensekit.dates import parse_seconds
from licensekit.installation import AuditEntry, InstallationState


class HistoryLine(NamedTuple):
    """One entry."""

    number: int
    at: int | None
    """Seconds since 1970."""
    by: str
    what: str
    """What was done, in a sentence."""
    details: tuple[tuple[str, str], ...]
    """What the sentence does not say."""


_SAID: frozenset[str] = frozenset({"did", "at", "by"})


def line_of(state: InstallationState, entry: AuditEntry) -> HistoryLine:
    """Return an entry as the History screen shows it."""
    facts = entry.facts
    did = str(facts.get("did", ""))
    shown = {name: _shown(state, value) for name, value in facts.items() if name not in _SAID}
    key = f"history.did.{did}"
    named = sentence(key, _Marks()) if has(key) else ""
    return HistoryLine(
        number=entry.number,
        at=_moment(facts),
        by=str(facts.get("by", "")),
        what=sentence(key, _Known(shown)) if has(key) else did,
        details=tuple(
            (name, value) for name, value in shown.items() if value and _mark(name) not in named
        ),
    )


class _Known(dict[str, str]):
    """What a sentence names, also where an entry does not say it."""

    def __missing__(self, key: str) -> str:
        return "?"


class _Marks(dict[str, str]):
    """A mark for everything that a sentence names, to see what it does."""

    def __missing__(self, key: str) -> str:
        return _mark(key)


def _mark(name: str) -> str:
    return f"<{name}>"


def _moment(facts: Mapping[str, Any]) -> int | None:
    try:
        return parse_seconds(str(facts.get("at", "")))
    except ValueError:
        return None


def _shown(state: InstallationState, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_names(state, cast("list[object]", value)))
    if value is True:
        return text("history.yes")
    return "" if value in (None, False, "") else str(value)


def _names(state: InstallationState, values: list[object]) -> Iterator[str]:
    for value in values:
        license_ = state.entitlements.licenses.get(str(value))
        yield str(value) if license_ is None else license_.name
