"""The ids of a page of users: candidates from the index that has the fewest, of which the others are filtered out.

However many users there are, and whatever they have in common, a page looks at `LOOKED_AT` candidates at most and says
where the next one begins. Users are in the order of their ids; those that a text finds, in the order of the words that
it finds, and then of their ids.
"""

from collections.abc import Collection, Sequence
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection, Row, Value
from licensekit.text.names import search_words

LOOKED_AT: Final = 500
"""How many candidates are looked at for one page."""
RANGES: Final = 16
"""How many ranges of an index are merged at most."""
WORDS: Final = 20
"""How many words of a text count: the longest."""
_LAST: Final = "\U0010ffff"
"""Behind every letter and digit."""


class Clause(NamedTuple):
    """A part of a query, with the values of its question marks."""

    sql: LiteralString
    values: tuple[Value, ...] = ()


class Condition(NamedTuple):
    """What users on a list have in common."""

    holds: Clause
    """Of a candidate `c.id`: a comparison with a query of its own, which no engine turns into a join with all rows."""
    ranges: tuple[Clause, ...] = ()
    """Queries for the column `id` of all for whom it holds; none where no index finds them."""
    in_order: bool = True
    """Whether an index has each of `ranges` in the order of ids."""


NOBODY: Final = Condition(Clause("0 = 1"), (Clause("SELECT id FROM users WHERE 0 = 1"),))
_EVERYBODY: Final = Condition(Clause("1 = 1"), (Clause("SELECT id FROM users"),))
_HAS_WORD: Final = "(SELECT count(*) FROM user_words w WHERE w.user_id = c.id AND w.word >= ? AND w.word < ?) > 0"
_OF_WORD: Final = "SELECT 1 FROM user_words w WHERE w.word >= ? AND w.word < ?"
_FOUND: Final = "SELECT w.word, w.user_id AS id FROM user_words w"
# Whoever has several words that begin alike is listed once, by the first of them.
_IS_FIRST: Final = "c.word = (SELECT min(w.word) FROM user_words w WHERE w.user_id = c.id AND w.word >= ?)"
# Where there is none, NULL is in the place of the word, which is neither before nor behind any.
_WITH_WORD: Final = (
    "SELECT (SELECT min(w.word) FROM user_words w WHERE w.user_id = s.id AND w.word >= ?) AS word, s.id"
    " FROM ({range}) AS s"
)
_COUNT: Final = "SELECT count(*) FROM (SELECT 1 FROM ({ranges}) AS s LIMIT ?) AS n"
_RANGE: Final = "SELECT * FROM (SELECT {keys} FROM ({range}) AS c WHERE {holds} ORDER BY {keys} LIMIT ?) AS r"
# Candidates are ordered by an id, or by a word and an id.
_KEYS: Final[tuple[LiteralString, ...]] = ("c.id", "c.word, c.id")
_NUMBERS: Final[tuple[LiteralString, ...]] = ("1", "1, 2")


class _Source(NamedTuple):
    """Where candidates come from, and what else must hold for them."""

    ranges: tuple[Clause, ...]
    filters: list[Clause]
    begin: Row = ("",)
    """The place before all of them: an id, or a word and an id, by which they are ordered."""
    end: Row | None = None
    """The place behind all of them; None where there is no such place."""


def page_of_ids(
    connection: Connection, conditions: Sequence[Condition], text: str, after: str, limit: int
) -> tuple[list[str], str]:
    """Return the ids of a page of users for whom all holds, and what the next page takes as `after`, if any."""
    words = sorted(search_words(text), key=lambda word: (-len(word), word))[:WORDS]
    place: Row = after.partition(" ")[::2] if words else (after,)
    source = _found(connection, conditions, words, place[0]) if words else _listed(connection, conditions)
    place, last = max(place, source.begin), None
    if source.filters:
        query, values = _merged(source, place, source.end, [], LOOKED_AT)
        last = connection.one(f"{query} LIMIT 1 OFFSET ?", *values, LOOKED_AT - 1)
    query, values = _merged(source, place, last or source.end, source.filters, limit + 1)
    found = connection.rows(f"{query} LIMIT ?", *values, limit + 1)
    if len(found) > limit:
        last = found[limit - 1]
    return [row[-1] for row in found[:limit]], " ".join(last or ())


def marks(values: Collection[object]) -> LiteralString:
    """Return a question mark for each of some values, at least one."""
    return "?" + ", ?" * (len(values) - 1)


def _listed(connection: Connection, conditions: Sequence[Condition]) -> _Source:
    in_order = (one for one in conditions if one.ranges and one.in_order)
    chosen = _few(connection, conditions) or next(in_order, _EVERYBODY)
    return _Source(chosen.ranges, [one.holds for one in conditions if one is not chosen])


def _found(connection: Connection, conditions: Sequence[Condition], words: list[str], placed: str) -> _Source:
    """Return candidates in the order of the words that one word of a text finds: the rarest, or that of the place."""
    sizes = {word: _size(connection, (Clause(_OF_WORD, (word, word + _LAST)),)) for word in words}
    first = next((word for word in words if placed.startswith(word)), min(words, key=sizes.__getitem__))
    few = None if sizes[first] < LOOKED_AT else _few(connection, conditions)
    filters = [Clause(_HAS_WORD, (word, word + _LAST)) for word in words if word != first]
    filters += (one.holds for one in conditions if one is not few)
    begin, end = (first, ""), (first + _LAST, "")
    if few is None:
        filters.append(Clause(_IS_FIRST, (first,)))
        return _Source((Clause(_FOUND),), filters, begin, end)
    ranges = (Clause(_WITH_WORD.replace("{range}", one.sql), (first, *one.values)) for one in few.ranges)
    return _Source(tuple(ranges), filters, begin, end)


def _few(connection: Connection, conditions: Sequence[Condition]) -> Condition | None:
    """Return the condition that holds for the fewest, if these can all be looked at for a page."""
    sizes = [(_size(connection, one.ranges), place) for place, one in enumerate(conditions) if one.ranges]
    size, place = min(sizes, default=(LOOKED_AT, 0))
    return conditions[place] if size < LOOKED_AT else None


def _size(connection: Connection, ranges: Sequence[Clause]) -> int:
    """Count candidates, up to `LOOKED_AT`."""
    every: LiteralString = " UNION ALL ".join(one.sql for one in ranges)
    values = (value for one in ranges for value in one.values)
    row = connection.one(_COUNT.replace("{ranges}", every), *values, LOOKED_AT)
    return 0 if row is None else int(row[0])


def _merged(source: _Source, after: Row, until: Row | None, filters: Sequence[Clause], most: int) -> Clause:
    """Return the query for what lies behind one place and up to another: `most` of each range, in order."""
    keys = _KEYS[len(after) - 1]
    holds = [Clause(f"({keys}) > ({marks(after)})", after), *filters]
    if until is not None:
        holds.append(Clause(f"({keys}) <= ({marks(until)})", until))
    where = " AND ".join(one.sql for one in holds)
    each = _RANGE.replace("{keys}", keys).replace("{holds}", where)
    query = " UNION ".join(each.replace("{range}", one.sql) for one in source.ranges)
    values = (value for one in source.ranges for part in (one, *holds, Clause("", (most,))) for value in part.values)
    return Clause(f"{query} ORDER BY {_NUMBERS[len(after) - 1]}", tuple(values))
