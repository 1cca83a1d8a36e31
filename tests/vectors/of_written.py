"""Cases of the ask `write`: fields, as plain data, to the one payload that says them."""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.document_fields import TABLES
from tests.vectors.document_samples import AROUND, SAMPLES, changed, plain, surrounded
from tests.vectors.field_kinds import ListOf, MapOf, Number, OrNothing
from tests.vectors.payload_cases import slug
from tests.vectors.spelled import Record, member, pack
from tests.vectors.vector import Case

RULE: Final = "Requirements for writers 2"
TYPES: Final = [name for name in TABLES if name not in AROUND]


def written(about: str, kind: str, document: Record, shown: dict[str, Any] | None = None) -> Case:
    """Return a case of a document that a writer makes; `shown` is another way to say it in plain data."""
    given = {"type": kind, "document": plain(kind, document) if shown is None else shown}
    return Case(slug(about), about, RULE, "write", given, {"payload": member(pack(document))}, ("writer",))


def written_documents() -> Iterator[Case]:
    """Documents as plain data, and their payloads."""
    for kind in TYPES:
        yield written(f"a {kind}", kind, SAMPLES[kind])
        empty = Record({field: _least(kind, field) for field in SAMPLES[kind]})
        if empty != SAMPLES[kind]:
            yield written(f"a {kind} without what may be missing", kind, empty)
    for table in TABLES:
        yield from _words(table)
    for value in EDGES:
        yield written(f"the number {value}", "bundle", changed("bundle", settings={"most": value}))
    for length in (0, 31, 32, 127, 200):
        yield written(f"a name of {length} bytes", "bundle", changed("bundle", company="ab"[length % 2] * length))
    for length in (255, 256, 2000):
        about = f"a text of {length} bytes"
        yield written(about, "statement", changed("statement", notices=["ab" * (length // 2) + "c" * (length % 2)]))
    for count in (0, 15, 16, 17):
        licenses = {f"a{number:02}": number + 1 for number in range(count)}
        yield written(f"a map of {count} entries", "bundle", changed("bundle", users=licenses))
        yield written(
            f"a list of {count} entries", "statement", changed("statement", notices=[str(n) for n in range(count)])
        )
    yield from _orders()
    yield from _moments()


def _least(kind: str, field: str) -> Any:
    """Return nothing where it may stand, else an empty map or list where it may be empty, else the sample's value."""
    described, sample = TABLES[kind].fields[field], SAMPLES[kind][field]
    if isinstance(described, OrNothing):
        return None
    if isinstance(described, ListOf | MapOf) and not described.lowest:
        return [] if isinstance(described, ListOf) else {}
    return sample


EDGES: Final = (
    *(0, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1),
    *(-1, -32, -33, -128, -129, -32_768, -32_769, -(2**31), -(2**31) - 1, -(2**53) + 1),
)


def _words(table: str) -> Iterator[Case]:
    """Yield a document for each word of its closed numbers."""
    for field, kind in TABLES[table].fields.items():
        inner = kind.kind if isinstance(kind, OrNothing) else kind
        if not isinstance(inner, Number) or not inner.words:
            continue
        for number, word in enumerate(inner.words):
            beside: dict[str, Any] = {}
            if (table, field) == ("setting", "type"):
                beside = {"lowest": None, "highest": None, "default": None}
            kind_of, document = surrounded(table, changed(table, **beside, **{field: number}))
            if document != SAMPLES[kind_of]:
                yield written(f"{field} of a {table}: {word}", kind_of, document)


def _orders() -> Iterator[Case]:
    ordered: dict[str, dict[str, Any]] = {
        "by bytes": {"a": 1, "a-b": 2, "a0": 3, "aa": 4, "b": 5},
        "by digits as texts": {"10": 1, "9": 2},
    }
    for about, entries in ordered.items():
        document = changed("bundle", system=entries)
        shown = plain("bundle", changed("bundle", system=dict(reversed(entries.items()))))
        yield written(f"keys of a map {about}, given in another order", "bundle", document, shown)
    names: dict[str, Any] = {"": 1, "10": 2, "9": 3, "__proto__": 4, "\u00e4": 5, "\uff5e": 6, "\U00010000": 7}
    document = changed("bundle", extensions=names)
    shown = plain("bundle", changed("bundle", extensions=dict(reversed(names.items()))))
    yield written("names of extensions by UTF-8, given in another order", "bundle", document, shown)
    values: dict[str, Any] = {"a": True, "b": 1, "c": "1", "d": False, "e": 0, "f": ""}
    yield written("values of each kind", "bundle", changed("bundle", settings=values))


def _moments() -> Iterator[Case]:
    for day in (0, 58, 59, 11_016, 20_819, 21_243, 47_540, 47_541, 2_932_896):
        yield written(f"day {day}", "bundle", changed("bundle", starts=day, expiry=None))
    for second in (0, 1, 86_399, 86_400, 951_782_399, 2**31 - 1, 2**31, 2**32, 253_402_300_799):
        yield written(f"second {second}", "receipt", changed("receipt", issued=second))


def refused_documents() -> Iterator[Case]:
    """Documents that a writer must not make."""
    rows: dict[str, tuple[str, dict[str, Any]]] = {
        "a count of 0": ("bundle", {"system": {"a": 0}}),
        "a sequence of 2^32": ("bundle", {"sequence": 2**32}),
        "a part in upper case": ("bundle", {"part": "Base"}),
        "a name of 201 code points": ("bundle", {"company": "a" * 201}),
        "a name with a right-to-left override": ("bundle", {"company": "a\u202eb"}),
        "a grace before the expiry": ("bundle", {"grace": 5}),
        "its own serial replaced": ("bundle", {"replaces": ["1010000014"]}),
        "a fact of 15 bytes": ("request", {"facts": {"host": bytes(15)}}),
        "51 extensions": ("receipt", {"extensions": {f"e{at:02}": 1 for at in range(51)}}),
        "a value of 2^53": ("bundle", {"settings": {"a": 2**53}}),
        "a key twice": ("root", {"keys": [SAMPLES["root key"], SAMPLES["root key"]]}),
        "a threshold above the keys": ("root", {"threshold": 2}),
    }
    for about, (kind, changes) in rows.items():
        given = {"type": kind, "document": plain(kind, changed(kind, **changes))}
        yield Case(
            slug(about), about, "Requirements for writers 1", "write", given, {"code": "payload-invalid"}, ("writer",)
        )
    for about, (field, value) in NOT_PLAIN.items():
        given = {"type": "bundle", "document": {**plain("bundle", SAMPLES["bundle"]), field: value}}
        rule, expect = "Requirements for writers 1", {"code": "payload-invalid"}
        yield Case(slug(about), about, rule, "write", given, expect, ("writer",))


NOT_PLAIN: Final[dict[str, tuple[str, Any]]] = {
    "a word that stands for no number": ("use", "production-line"),
    "a text for a number": ("sequence", "1"),
    "a boolean for a number": ("sequence", True),
    "a number for a text": ("company", 1),
    "nothing for a text": ("company", None),
    "a list for a map": ("system", []),
    "an object for a list": ("replaces", {}),
    "a day that there is not": ("expiry", "2027-02-30"),
    "a time that is no date": ("expiry", "2027-01-01T00:00:00Z"),
    "a date that is no time": ("issued", "2027-01-01"),
    "nothing for a time": ("issued", None),
    "a document within as a text": ("binding", "none"),
    "a field that there is not": ("color", "blue"),
}
"""Fields of a bundle with values that are not plain data of theirs."""
