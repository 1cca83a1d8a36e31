"""The audit log for administrators: its entries, and verification of the log and the slots."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple, cast

from licensekit.database import Connection, Value, read_queries, with_marks
from licensekit.entitlements.questions import called
from licensekit.errors import AuditDamaged
from licensekit.installation.user_list import UserFilter, page_of_users
from licensekit.limits import VALUE
from licensekit.state.loading import ReadTransaction, read_installation
from licensekit.state.logs import ERASED, find_pseudonym, mark_of, sentence_of, with_names
from licensekit.state.slots import misnumbered
from licensekit.state.transactions import Section
from licensekit.text.names import search_words
from licensekit.wire.chain import GENESIS, Head, Link, unbroken

_READ: Final = 2000  # how many entries are read at a time if all are wanted
_FOUND: Final = 20  # how many people a text may find
_SQL: Final = read_queries(__file__)
_FIELDS: Final = {
    "user": "user users holder",
    "site": "site sites",
    "license": "license licenses assigned released",
    "bundle": "bundle bundles again replaced",
}
"""Kind of a name to the fields of entries with such names; the kind of a subject is its scope."""
_KINDS: Final = {field: kind for kind, fields in _FIELDS.items() for field in fields.split()}
_NO_NAME: Final = re.compile(rf"{re.escape(ERASED)}|\d+ more")


class AuditEntry(NamedTuple):
    """An entry as it is stored, and its facts."""

    number: int
    entry: bytes
    hash: bytes
    facts: Mapping[str, Any]
    """The fields of the entry, with names in place of pseudonyms."""

    def plain(self) -> dict[str, Any]:
        """Return the facts and the message as plain JSON values."""
        return {"number": self.number, **self.facts, "message": self.message}

    @property
    def message(self) -> str:
        """What was done, as a sentence without a period."""
        return sentence_of(self.facts)

    def message_with(self, write: Callable[[str, str], str]) -> str:
        """Return the message with each name replaced by `write(kind, name)`; the kinds are those of `_FIELDS`."""
        kinds = {**_KINDS, "subject": str(self.facts.get("scope"))}

        def named(value: Any, kind: str) -> Any:
            if isinstance(value, list):
                return [named(one, kind) for one in cast("Iterable[Any]", value)]
            return write(kind, value) if isinstance(value, str) and not _NO_NAME.fullmatch(value) else value

        facts = {name: named(value, kinds[name]) for name, value in self.facts.items() if kinds.get(name) in _FIELDS}
        return sentence_of({**self.facts, **facts})


class AuditFilter(NamedTuple):
    """Which entries to list; all given conditions must be met."""

    what: str = ""
    """The code of what was done, or the first word of several codes, such as `user`."""
    by: str = ""
    """The id of the person who did it."""
    about: str = ""
    """Something that the entry names: a user by id or name, a license by code or name, a site, a serial, a group."""
    since: date | None = None
    until: date | None = None
    user: str = ""
    """The id of a user that the entry names."""
    site: str = ""
    """The id of a site that the entry names."""


EVERYTHING: Final = AuditFilter()


class AuditPage(NamedTuple):
    """Some entries, newest first, with `before` for the page of older ones and `after` for that of newer ones."""

    entries: tuple[AuditEntry, ...]
    before: int | None
    after: int | None


class AuditReport(NamedTuple):
    """The result of verifying an audit log."""

    head: Head
    """The newest entry."""
    restored: bool
    """Whether the database is a restored backup that nobody has accepted."""


class AuditLog(Section):
    """The audit log of an installation."""

    def verify(self) -> AuditReport:
        """Verify every entry and slot; raise `AuditDamaged` if one was altered, inserted or removed."""
        with read_installation(self._opened) as read:
            return AuditReport(check_audit(read.connection), read.stored.restored)

    def entries(self, wanted: AuditFilter = EVERYTHING) -> Iterator[AuditEntry]:
        """Yield every matching entry, oldest first, in constant memory."""
        after: int | None = -1
        while after is not None:
            page = self.page(wanted, after=after, limit=_READ, named=None)
            yield from reversed(page.entries)
            after = page.after

    def page(
        self,
        wanted: AuditFilter = EVERYTHING,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
        named: int | None = 3,
    ) -> AuditPage:
        """Return up to `limit` matching entries: the newest, or the newest below the number `before`.

        With `after`, return the oldest above that number. If an entry has many users, only `named` are named.
        """
        with read_installation(self._opened) as read:
            span = _span(read.connection, wanted, -1 if after is None else after, VALUE if before is None else before)
            links = _links(read, span, list(_marks(read, wanted)), limit + 1, " DESC" if after is None else "")
            asked = find_pseudonym(read.connection, wanted.user) or ""
            entries = tuple(_named(read.connection, sorted(links[:limit], reverse=True), named, asked))
        further = links[limit - 1].number if len(links) > limit else None
        if after is None:
            return AuditPage(entries, further, before and before - 1)
        return AuditPage(entries, after + 1, further)


def entry_of(read: ReadTransaction, number: int) -> AuditEntry | None:
    """Return the entry with a number; None if there is none."""
    found = _links(read, (number - 1, number + 1), [], 1, "")
    return next(_named(read.connection, found, None, ""), None)


def _span(connection: Connection, wanted: AuditFilter, low: int, high: int) -> tuple[int, int]:
    """Return the numbers between which the entries of the wanted days are."""
    first, last = mark_of("at", "0"), mark_of("at", "~")
    if wanted.since:
        low = max(low, connection.value(_SQL["since"], mark_of("at", str(wanted.since)), last) or VALUE)
    if wanted.until:
        high = min(high, connection.value(_SQL["until"], first, mark_of("at", f"{wanted.until}~")) or 0)
    return low, high


def _marks(read: ReadTransaction, wanted: AuditFilter) -> Iterator[Sequence[str]]:
    """Yield sets of marks; a matching entry has at least one mark of each set."""
    if wanted.what:
        yield [mark_of("did", wanted.what)]
    if wanted.by:
        yield [mark_of("by", find_pseudonym(read.connection, wanted.by) or "?")]
    if wanted.user:
        yield [mark_of("", find_pseudonym(read.connection, wanted.user) or "?")]
    if wanted.site:
        yield [mark_of("", wanted.site)]
    if wanted.about:
        is_text = bool(search_words(wanted.about))
        people = page_of_users(read, UserFilter(text=wanted.about), limit=_FOUND).users if is_text else ()
        known = (find_pseudonym(read.connection, one) for one in (wanted.about, *(row.user.id for row in people)))
        named = (wanted.about, *called(read.state().entitlements, wanted.about), *filter(None, known))
        yield sorted({mark_of("", one) for one in named})


def _links(
    read: ReadTransaction, span: tuple[int, int], sets: Sequence[Sequence[str]], limit: int, way: LiteralString
) -> list[Link]:
    """Return the first `limit` entries between two numbers that have a mark of each set."""
    # For a single set, `limit` marks are enough, so a page takes the same time however long the log is.
    values = list[Value]()
    for marks in sets:
        values += (*marks, *span, limit if len(sets) == 1 else VALUE)
    query = _SQL["page"].replace("{sets}", "".join(with_marks(_SQL["set"], marks) for marks in sets))
    return [Link(*row) for row in read.connection.rows(query.replace("{way}", way), *span, *values, limit)]


def _named(connection: Connection, links: Iterable[Link], most: int | None, asked: str) -> Iterator[AuditEntry]:
    """Yield entries with names, but of many users only `most`, `asked` first, and the number of the others."""
    said = [(one, *_first(_facts_of(one.entry), most, asked)) for one in links]
    named = with_names(connection, (facts for _, facts, _ in said))
    for (one, _, more), facts in zip(said, named, strict=True):
        yield AuditEntry(*one, {**facts, "users": [*facts["users"], f"{more} more"]} if more else facts)


def _first(facts: dict[str, Any], most: int | None, asked: str) -> tuple[dict[str, Any], int]:
    """Return an entry with `most` of its users, `asked` first, and how many others it has."""
    users: list[str] = facts["users"] if isinstance(facts.get("users"), list) else []
    if most is None or len(users) <= most:
        return facts, 0
    return {**facts, "users": sorted(users, key=asked.__ne__)[:most]}, len(users) - most


def _facts_of(entry: bytes) -> dict[str, Any]:
    """Return the fields of an entry; empty if it was edited and cannot be read."""
    try:
        return {**json.loads(entry)}
    except (ValueError, TypeError, RecursionError):
        return {}


def check_audit(connection: Connection) -> Head:
    """Verify every link and slot, and return the newest entry; raises as `AuditLog.verify`."""
    head = Head(0, GENESIS)
    rows = map(Link._make, connection.stream(_SQL["every"]))
    links = unbroken(rows, Link._make, lambda _, number: AuditDamaged(reason="chain", entry=number))
    for number, _, recorded in links:
        head = Head(number, recorded)
    for code, there in misnumbered(connection):
        raise AuditDamaged(reason="slots", license=code, there=there)
    return head
