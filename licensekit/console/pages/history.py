"""The audit log: searching and downloading it."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from licensekit.console.rendering import license_name, page, texts
from licensekit.console.visit import Visit
from licensekit.dates import parse_seconds
from licensekit.errors import EntryInvalid
from licensekit.installation import AuditEntry, AuditFilter
from licensekit.text.rows import written_row

FILTERS: Final = ("what", "by", "about", "from", "until")
FEW: Final = 8  # how many entries a card shows
Piece = tuple[str, str]  # a piece of a sentence and its link; empty: none
_NAME: Final = re.compile("`?\x02(.*?)\x03(.*?)\x04`?")
_KINDS: Final = "history.kinds."  # the prefix of the texts for kinds of changes
_COLUMNS: Final = ("number", "at", "by", "did", "message")


def history(visit: Visit) -> Response:
    """Show a page of the log, or return all entries that match as a file."""
    asked = {name: visit.asked(name) for name in FILTERS}
    what, by, about, since, until = asked.values()
    wanted = AuditFilter(what, by, about, _day(since), _day(until))
    if visit.asked("as"):
        return _file(visit.installation.audit.entries(wanted), visit.asked("as"))
    found = visit.installation.audit.page(wanted, before=visit.number("before"), after=visit.number("after"))
    kinds = [key.removeprefix(_KINDS) for key in texts() if key.startswith(_KINDS)]
    return page(visit, "history.html", entries=sentences(visit, found.entries), found=found, asked=asked, kinds=kinds)


def sentences(visit: Visit, entries: Iterable[AuditEntry]) -> list[tuple[AuditEntry, int | None, list[Piece]]]:
    """Return entries, each with its time and the pieces of its sentence."""
    labels = {one.identity.hex(): one.label for one in visit.installation.bundles()}

    def linked(kind: str, name: str) -> Piece:
        if kind == "bundle":
            return labels.get(name, name), ""
        if kind == "license":
            return license_name(name, visit.state), visit.url(f"/license/{quote(name)}")
        return name, visit.url(f"/{kind}", id=name)

    def said(entry: AuditEntry) -> list[Piece]:
        first, *rest = _NAME.split(entry.message_with(lambda kind, name: f"\x02{kind}\x03{name}\x04"))
        named = zip(map(linked, rest[::3], rest[1::3]), ((text, "") for text in rest[2::3]), strict=True)
        return [(first, ""), *chain.from_iterable(named)]

    return [(one, _moment_of(one), said(one)) for one in entries]


def latest(visit: Visit, wanted: AuditFilter) -> dict[str, Any]:
    """Return what a card shows of its history: a few entries, and where older ones begin."""
    found = visit.installation.audit.page(wanted, before=visit.number("before"), limit=FEW)
    return {"entries": sentences(visit, found.entries), "older": found.before}


def _moment_of(entry: AuditEntry) -> int | None:
    try:
        return parse_seconds(str(entry.facts.get("at", "")))
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise EntryInvalid(reason="day", entry=text) from error


def _file(entries: Iterable[AuditEntry], kind: str) -> Response:
    """Return entries as a file of any length: a table (`csv`), or else a line of JSON for each."""
    plain = (one.plain() for one in entries)
    lines: Iterator[str] = (f"{json.dumps(one, ensure_ascii=False)}\n" for one in plain)
    if kind == "csv":
        rows = ([str(one.get(name, "")) for name in _COLUMNS] for one in plain)
        lines = chain(["\ufeff"], map(written_row, chain([_COLUMNS], rows)))
    headers = {"Content-Disposition": f'attachment; filename="history.{"csv" if kind == "csv" else "jsonl"}"'}
    return StreamingResponse(lines, media_type="text/plain; charset=utf-8", headers=headers)
