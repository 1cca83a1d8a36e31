"""Queries for a page of user ids: candidates come from the index with the fewest, and other conditions filter them.

However many users there are, a page looks at no more than `LOOKED_AT` candidates and returns where the next one begins.
Users are in the requested order, by default of their ids; with a text, of the words that it finds, then of ids.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection, Row, Value, marks, read_queries
from licensekit.text.names import search_words
from licensekit.wire.documents import UserKind

LOOKED_AT: Final = 500  # how many candidates a page looks at
WORDS: Final = 20  # how many words of a text are used: the longest
COUNTED: Final = 10_000  # how many users are counted at most
_LAST: Final = "\U0010ffff"  # sorts after every letter and digit
_LATEST: Final = 2**53  # sorts after every day


class Paging(NamedTuple):
    """The position, size and order of a page."""

    after: str = ""  # as returned with the page before
    limit: int = 50
    order: str = ""  # `id`, `name` (as shown), `added` or `seen`, `-` reverses it; default: by the word found, or id


class Clause(NamedTuple):
    """A part of a query, with the values of its marks."""

    sql: LiteralString
    values: tuple[Value, ...] = ()


class Condition(NamedTuple):
    """A condition that users on a list meet."""

    holds: Clause  # tests a candidate `c.id`, as a subquery that no engine turns into a join with all rows
    ranges: tuple[Clause, ...] = ()  # queries for the `id` of all users who meet it; empty if no index finds them
    in_order: bool = True  # whether an index has each of `ranges` in the order of ids
    sortable: bool = False  # whether an index has each of `ranges`, of a user `u`, in every order; they are disjoint
    in_order_of: str = ""  # another order in which an index has each of `ranges`, of a user `u`


_SQL: Final = read_queries(__file__)
_ORDERS: Final = ("id", "name", "added", "seen")
_EVERYBODY: Final = Condition(Clause("1 = 1"), (Clause(_SQL["everybody"]),))


class _Source(NamedTuple):
    """The queries for candidates, and the filters for them."""

    ranges: tuple[Clause, ...]
    filters: list[Clause]
    begin: Row = ("",)  # the place before all candidates: an id, or a sort key (such as a word) and an id
    end: Row | None = None  # the place after all candidates; None if there is no end
    descending: bool = False
    few: bool = False  # whether all can be looked at; then they may come twice


def page_of_ids(
    connection: Connection, conditions: Sequence[Condition], text: str, paging: Paging
) -> tuple[list[str], str]:
    """Return the ids of a page of users who meet all conditions, and the `after` of the next page, or ""."""
    words, limit = _words(text), paging.limit
    if words and paging.order.removeprefix("-") not in _ORDERS:
        key, _, user_id = paging.after.partition("\t")
        source = _found(connection, conditions, words, key)
        place: Row = max((key, user_id), source.begin)
    else:
        source = _sorted(connection, [*conditions, *map(_of_word, words)], paging)
        place = _place(source, paging.after) if paging.after else source.begin
    last = _end_of_window(connection, source, place) if source.filters else None
    query, values = _merged(source, place, last or source.end, source.filters, limit + 1)
    found = connection.rows(f"{query} LIMIT ?", *values, limit + 1)
    if len(found) > limit:
        last = found[limit - 1]
    return [row[-1] for row in found[:limit]], "\t".join(map(str, last or ()))


def count_ids(connection: Connection, conditions: Sequence[Condition], text: str) -> tuple[int, bool]:
    """Count the users who meet all conditions, and return whether these are all, or only those that were looked at."""
    words = _words(text)
    source = _found(connection, conditions, words, "") if words else _listed(connection, conditions)
    if not source.filters and (len(source.ranges) == 1 or source.ranges[0].sql == _SQL["of_kind"]):
        number = _size(connection, source.ranges, COUNTED + 1)
        return min(number, COUNTED), number <= COUNTED
    last = _end_of_window(connection, source, source.begin)
    query, values = _merged(source, source.begin, last or source.end, source.filters, LOOKED_AT)
    return connection.rows(_SQL["how_many"].replace("{range}", query), *values)[0][0], last is None


def of_kinds(kinds: Collection[int], retired: Collection[int]) -> Condition:
    """Return the condition of users of these kinds whose flag `retired` is one of these values."""
    holds = _SQL["is_of_kind"].replace("{kinds}", marks(kinds)).replace("{retired}", marks(retired))
    ranges = tuple(Clause(_SQL["of_kind"], pair) for pair in product(kinds, retired))
    return Condition(Clause(holds, (*kinds, *retired)), ranges, sortable=True)


_EVERY_KIND: Final = of_kinds(sorted(UserKind), (0, 1))


def _words(text: str) -> list[str]:
    return sorted(search_words(text), key=lambda word: (-len(word), word))[:WORDS]


def _of_word(word: str) -> Condition:
    """Return the condition of users whom a word finds."""
    end = word + _LAST
    return Condition(Clause(_SQL["has_word"], (word, end)), (Clause(_SQL["of_word"], (word, end)),), in_order=False)


def _end_of_window(connection: Connection, source: _Source, place: Row) -> Row | None:
    """Return the place of the last candidate to look at; None if all are looked at."""
    query, values = _merged(source, place, source.end, [], LOOKED_AT)
    return connection.one(f"{query} LIMIT 1 OFFSET ?", *values, LOOKED_AT - 1)


def _place(source: _Source, after: str) -> Row:
    """Return the place after which a page begins; the first if `after` is not a place in this order."""
    key, _, user_id = after.rpartition("\t")
    if len(source.begin) == 1:
        return (user_id,)
    if isinstance(source.begin[0], str):
        return key, user_id
    return (int(key), user_id) if key.removeprefix("-").isdecimal() else source.begin


def _sorted(connection: Connection, conditions: Sequence[Condition], paging: Paging) -> _Source:
    """Return candidates in an order: a few of any condition, or of one for which an index has this order."""
    order, descending = paging.order.removeprefix("-"), paging.order.startswith("-")
    if order not in _ORDERS[1:]:
        begin: Row = (_LAST if descending else "",)
        return _listed(connection, conditions)._replace(begin=begin, descending=descending)
    key, is_sorted = _SQL[order], {one: one.sortable or one.in_order_of == order for one in conditions}
    sources = sorted(filter(is_sorted.__getitem__, conditions), key=lambda one: one.sortable)
    chosen = _few(connection, conditions) or next(iter(sources), _EVERY_KIND)
    if is_sorted.get(chosen, True):
        ranges = [Clause(one.sql.replace("SELECT ", f"SELECT {key} AS word, ", 1), one.values) for one in chosen.ranges]
    else:
        ranges = [_with_key(_SQL["key_of"].replace("{key}", key), one) for one in chosen.ranges]
    first, last = ("", _LAST) if order == "name" else (-2, _LATEST)
    begin = (last, _LAST) if descending else (first, "")
    filters = [one.holds for one in conditions if one is not chosen]
    return _Source(tuple(ranges), filters, begin, descending=descending, few=not is_sorted.get(chosen, True))


def _with_key(key: LiteralString, one: Clause, *values: Value) -> Clause:
    """Return a range whose rows have the sort key before the id."""
    return Clause(_SQL["with_key"].replace("{key}", key).replace("{range}", one.sql), (*values, *one.values))


def _listed(connection: Connection, conditions: Sequence[Condition]) -> _Source:
    in_order = (one for one in conditions if one.ranges and one.in_order)
    few = _few(connection, conditions)
    chosen = few or next(in_order, _EVERYBODY)
    return _Source(chosen.ranges, [one.holds for one in conditions if one is not chosen], few=few is not None)


def _found(connection: Connection, conditions: Sequence[Condition], words: list[str], placed: str) -> _Source:
    """Return candidates in the order of the words found by one word of a text: that of the place, or the rarest."""
    sizes = {word: _size(connection, _of_word(word).ranges) for word in words}
    first = next((word for word in words if placed.startswith(word)), min(words, key=sizes.__getitem__))
    few = None if sizes[first] < LOOKED_AT else _few(connection, conditions)
    filters = [Clause(_SQL["has_word"], (word, word + _LAST)) for word in words if word != first]
    filters += (one.holds for one in conditions if one is not few)
    begin, end, first_word = (first, ""), (first + _LAST, ""), _SQL["first_word"]
    if few is None:
        filters.append(Clause(f"c.word = ({first_word.replace('{user}', 'c.id')})", (first,)))
        return _Source((Clause(_SQL["found"]),), filters, begin, end)
    key = first_word.replace("{user}", "s.id")
    return _Source(tuple(_with_key(key, one, first) for one in few.ranges), filters, begin, end)


def _few(connection: Connection, conditions: Sequence[Condition]) -> Condition | None:
    """Return the condition with the fewest users, if a page can look at all of them; else None."""
    sizes = [(_size(connection, one.ranges), place) for place, one in enumerate(conditions) if one.ranges]
    size, place = min(sizes, default=(LOOKED_AT, 0))
    return conditions[place] if size < LOOKED_AT else None


def _size(connection: Connection, ranges: Iterable[Clause], most: int | None = None) -> int:
    """Count candidates, up to `LOOKED_AT` or another number."""
    every: LiteralString = " UNION ALL ".join(one.sql for one in ranges)
    values = (value for one in ranges for value in one.values)
    return connection.value(_SQL["count"].replace("{range}", every), *values, most or LOOKED_AT) or 0


def _merged(source: _Source, after: Row, until: Row | None, filters: Sequence[Clause], most: int) -> Clause:
    """Return the query for the candidates after one place and up to another: `most` of each range, in order."""
    keys, numbers = ("c.id", "1") if len(after) == 1 else ("c.word, c.id", "1, 2")
    behind, up_to, way = ("<", ">=", " DESC") if source.descending else (">", "<=", "")
    holds = [Clause(f"({keys}) {behind} ({marks(after)})", after), *filters]
    if until is not None:
        holds.append(Clause(f"({keys}) {up_to} ({marks(until)})", until))
    where = " AND ".join(one.sql for one in holds)
    order, numbers = keys.replace(",", f"{way},") + way, numbers.replace(",", f"{way},") + way
    distinct: LiteralString = f"DISTINCT {keys}" if source.few else keys
    each = _SQL["range"].replace("{keys}", distinct).replace("{holds}", where).replace("{order}", order)
    query = " UNION ".join(each.replace("{range}", one.sql) for one in source.ranges)
    values = (value for one in source.ranges for part in (one, *holds, Clause("", (most,))) for value in part.values)
    return Clause(f"{query} ORDER BY {numbers}", tuple(values))
