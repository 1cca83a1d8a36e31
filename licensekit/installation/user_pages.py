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
_FOUND: Final = "SELECT w.word, w.user_id AS id FROM user_words w WHERE w.word >= ? AND w.word < ?"
# Whoever has several words that begin alike is listed once, by the first of them.
_IS_FIRST: Final = "c.word = (SELECT min(w.word) FROM user_words w WHERE w.user_id = c.id AND w.word >= ?)"
# In place of a word is NULL where there is none, which is not behind any place in the list.
_WITH_WORD: Final = (
    "SELECT (SELECT min(w.word) FROM user_words w WHERE w.user_id = s.id AND w.word >= ? AND w.word < ?) AS word,"
    " s.id FROM ({range}) AS s"
)
_COUNT: Final = "SELECT count(*) FROM (SELECT 1 FROM ({ranges}) AS s LIMIT ?) AS n"
_RANGE: Final = "SELECT * FROM (SELECT {keys} FROM ({range}) AS c WHERE {holds} ORDER BY {keys} LIMIT ?) AS r"


class _Ordering(NamedTuple):
    """The columns by which candidates are ordered, with a question mark and a number for each."""

    keys: LiteralString
    marks: LiteralString
    numbers: LiteralString


_BY_ID: Final = _Ordering("c.id", "?", "1")
_BY_WORD: Final = _Ordering("c.word, c.id", "?, ?", "1, 2")


class _Source(NamedTuple):
    """Where candidates come from, and what else must hold for them."""

    order: _Ordering
    ranges: tuple[Clause, ...]
    filters: list[Clause]


def page_of_ids(
    connection: Connection, conditions: Sequence[Condition], text: str, after: str, limit: int
) -> tuple[list[str], str]:
    """Return the ids of a page of users for whom `conditions` hold and whom `text` finds, and where the next begins.

    That is what the next page takes as `after`; it is empty where there is none.
    """
    words = _words(text)
    if words:
        place: Row = after.partition(" ")[::2]
        source = _found(connection, conditions, words, place[0])
    else:
        place = (after,)
        source = _listed(connection, conditions)
    until: Row | None = None
    if source.filters:
        query, values = _merged(source, place, None, [], LOOKED_AT)
        until = connection.one(f"{query} LIMIT 1 OFFSET ?", *values, LOOKED_AT - 1)
    query, values = _merged(source, place, until, source.filters, limit + 1)
    found = connection.rows(f"{query} LIMIT ?", *values, limit + 1)
    if len(found) > limit:
        until = found[limit - 1]
    return [row[-1] for row in found[:limit]], " ".join(until or ())


def marks(values: Collection[object]) -> LiteralString:
    """Return a question mark for each of some values, at least one."""
    return "?" + ", ?" * (len(values) - 1)


def _words(text: str) -> list[str]:
    """Return the words of a text, the longest first, without those that are the beginning of another."""
    words = search_words(text)
    alone = (word for word in words if not any(one != word and one.startswith(word) for one in words))
    return sorted(alone, key=lambda word: (-len(word), word))[:WORDS]


def _listed(connection: Connection, conditions: Sequence[Condition]) -> _Source:
    """Return candidates in the order of their ids."""
    in_order = (one for one in conditions if one.ranges and one.in_order)
    chosen = _few(connection, conditions) or next(in_order, _EVERYBODY)
    return _Source(_BY_ID, chosen.ranges, [one.holds for one in conditions if one is not chosen])


def _found(connection: Connection, conditions: Sequence[Condition], words: list[str], placed: str) -> _Source:
    """Return candidates in the order of the words that one word of a text finds: the rarest, or that of the place."""
    ranges = {word: Clause(_FOUND, (word, word + _LAST)) for word in words}
    sizes = {word: _size(connection, (one,)) for word, one in ranges.items()}
    first = next((word for word in words if placed.startswith(word)), min(words, key=sizes.__getitem__))
    filters = [Clause(_HAS_WORD, ranges[word].values) for word in words if word != first]
    few = None if sizes[first] < LOOKED_AT else _few(connection, conditions)
    filters += (one.holds for one in conditions if one is not few)
    if few is None:
        return _Source(_BY_WORD, (ranges[first],), [*filters, Clause(_IS_FIRST, (first,))])
    worded = (Clause(_WITH_WORD.replace("{range}", one.sql), ranges[first].values + one.values) for one in few.ranges)
    return _Source(_BY_WORD, tuple(worded), filters)


def _few(connection: Connection, conditions: Sequence[Condition]) -> Condition | None:
    """Return the condition that holds for the fewest, if these can all be looked at for a page."""
    sizes = [(_size(connection, one.ranges), place) for place, one in enumerate(conditions) if one.ranges]
    size, place = min(sizes, default=(LOOKED_AT, 0))
    return conditions[place] if size < LOOKED_AT else None


def _size(connection: Connection, ranges: Sequence[Clause]) -> int:
    """Count candidates, up to `LOOKED_AT`."""
    every: LiteralString = " UNION ALL ".join(one.sql for one in ranges)
    row = connection.one(
        _COUNT.replace("{ranges}", every), *(value for one in ranges for value in one.values), LOOKED_AT
    )
    return 0 if row is None else int(row[0])


def _merged(source: _Source, after: Row, until: Row | None, filters: Sequence[Clause], most: int) -> Clause:
    """Return the query for what lies behind one place and up to another: `most` of each range, in order."""
    keys, marks, numbers = source.order
    holds = [Clause(f"({keys}) > ({marks})", after), *filters]
    if until is not None:
        holds.append(Clause(f"({keys}) <= ({marks})", until))
    where = " AND ".join(one.sql for one in holds)
    each = _RANGE.replace("{keys}", keys).replace("{holds}", where)
    query = " UNION ".join(each.replace("{range}", one.sql) for one in source.ranges)
    values = (value for one in source.ranges for part in (one, *holds, Clause("", (most,))) for value in part.values)
    return Clause(f"{query} ORDER BY {numbers}", tuple(values))
