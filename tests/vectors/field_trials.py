"""What a field of each kind takes and refuses: the lowest, the highest, one beyond each, and other kinds of values."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from tests.vectors.document_fields import CODE, QUALIFIED, SERIAL
from tests.vectors.document_samples import SAMPLES, counted, many, sample_of
from tests.vectors.field_kinds import Boolean, Bytes, Kind, ListOf, MapOf, Number, OrNothing, Text, Value, Within
from tests.vectors.spelled import Pairs, Raw


class Trial(NamedTuple):
    """A value in a field, and whether a document with it is taken."""

    what: str
    value: Any
    code: str | None = None
    """With which code it is refused; nothing: it is taken."""
    flags: tuple[str, ...] = ()
    musts: tuple[str, ...] = ()


BAD: Final = "payload-invalid"
BOUND: Final = ("bound",)
COUNTED: Final = ("payloads-1", "readers-2")
"""MUSTs about counts: judged before room is made."""
CANONICAL: Final = ("canonical",)
FLOAT: Final = Raw(bytes.fromhex("cb3ff0000000000000"))
EXT: Final = Raw(bytes.fromhex("d40101"))

OTHER_KINDS: Final[dict[type, dict[str, Any]]] = {
    Number: {"a boolean": True, "a text": "1", "a float": FLOAT, "bytes": b"\x01", "a list": [], "an ext value": EXT},
    Text: {"bytes": b"abc", "a number": 1, "a boolean": False, "a list": [], "a map": {}, "an ext value": EXT},
    Bytes: {"a text": "0", "a list": [], "a number": 0, "a map": {}, "a boolean": True, "an ext value": EXT},
    Boolean: {"1": 1, "0": 0, "a text": "true", "bytes": b"\x01", "a float": FLOAT, "a list": []},
    Value: {"a float": FLOAT, "bytes": b"abc", "a list": [], "a map": {}, "an ext value": EXT},
    Within: {"a map": {}, "a list without fields": [], "a text": "", "a number": 0, "true": True, "bytes": b""},
    ListOf: {"a map": {}, "a text": "abc", "bytes": b"abc", "a number": 0, "a boolean": False, "an ext value": EXT},
    MapOf: {"a list": [], "a text": "abc", "a number": 0, "bytes": b"", "a boolean": False, "an ext value": EXT},
}
"""Kind to values of other kinds; the first two are those that lenient readers take."""

BAD_FORMS: Final = {
    "upper case in front": "Base",
    "a dash in front": "-base",
    "a dash behind": "base-",
    "a line feed behind": "base\n",
    "a low line": "a_b",
    "a space within": "a b",
    "a letter beyond ASCII": "blå",
    "a digit beyond ASCII": "a\u0661",
    "two dots": "a.b.c",
}
"""Texts that are neither a code nor a qualified code."""

BAD_TEXTS: Final = {
    "a line feed": "a\nb",
    "a right-to-left override": "a\u202eb",
    "a text not in NFC": "A\u030a",
    "a zero character": "a\0",
    "a byte order mark in front": "\ufeffa",
    "a soft hyphen": "a\u00adb",
    "a tag": "a\U000e0041",
}
"""What no name and no text holds."""

ASTRAL: Final = "\U0001f6e9"
"""A character of two units in UTF-16 and four bytes in UTF-8."""


def trials(kind: Kind, turn: int) -> Iterator[Trial]:
    """Yield what to try with a field; `turn` chooses among faults that are alike, another one for each field."""
    if isinstance(kind, OrNothing):
        yield Trial("nothing", None)
        yield from trials_there(kind.kind, turn)
        return
    yield Trial("nothing, which may not stand there", None, BAD)
    yield from trials_there(kind, turn)


def trials_there(kind: Kind, turn: int) -> Iterator[Trial]:
    """Yield what to try with a value that is there."""
    others = list(OTHER_KINDS[type(kind)].items())
    for what, value in [*others[:2], others[2 + turn % (len(others) - 2)]]:
        yield Trial(f"{what} for {_called(kind)}", _as_long(kind, value), BAD)
    made: Callable[[Any, int], Iterator[Trial]] = _TRIALS[type(kind)]
    yield from made(kind, turn)


def _called(kind: Kind) -> str:
    names: dict[type, str] = {
        Number: "a number",
        Text: "a text",
        Bytes: "bytes",
        Boolean: "a boolean",
        Value: "a value",
    }
    return {**names, Within: "a document", ListOf: "a list", MapOf: "a map"}[type(kind)]


def _as_long(kind: Kind, value: Any) -> Any:
    """Return a text that stands for bytes as long as the bytes: only its kind is wrong."""
    return value * kind.lowest if isinstance(kind, Bytes) and isinstance(value, str) else value


def _numbers(kind: Number, _: int) -> Iterator[Trial]:
    yield Trial(f"the lowest, {kind.lowest}", kind.lowest, None, BOUND)
    yield Trial(f"the highest, {kind.highest}", kind.highest, None, BOUND)
    yield Trial(f"{kind.lowest - 1}, below the lowest", kind.lowest - 1, BAD, BOUND)
    yield Trial(f"{kind.highest + 1}, above the highest", kind.highest + 1, BAD, BOUND)


def _texts(kind: Text, turn: int) -> Iterator[Trial]:
    if kind not in (CODE, QUALIFIED, SERIAL):
        yield Trial("no character", "")
        yield Trial(f"{kind.highest} code points of two UTF-16 units", ASTRAL * kind.highest, None, BOUND)
        yield Trial(f"{kind.highest + 1} code points", "a" * (kind.highest + 1), BAD, BOUND)
        what, bad = list(BAD_TEXTS.items())[turn % len(BAD_TEXTS)]
        yield Trial(what, bad, BAD)
        return
    longest = "a" * kind.highest if kind != QUALIFIED else f"{'a' * 64}.{'b' * 64}"
    yield Trial("one character", "a", None, BOUND)
    yield Trial(f"{len(longest)} characters", longest, None, BOUND)
    yield Trial("no character", "", BAD, BOUND)
    yield Trial(f"{len(longest) + 1} characters", longest + "b", BAD, BOUND)
    forms = list(BAD_FORMS.items())[kind == SERIAL :]
    what, bad = forms[turn % len(forms)]
    yield Trial(what, bad, BAD)


def _bytes(kind: Bytes, _: int) -> Iterator[Trial]:
    for length in dict.fromkeys((kind.lowest, kind.highest)):
        yield Trial(f"{length} bytes", bytes([7]) * length, None, BOUND)
    for length in (kind.lowest - 1, kind.highest + 1):
        yield Trial(f"{length} bytes, not {kind.written}", bytes([7]) * length, BAD, BOUND)


def _values(_: Value, __: int) -> Iterator[Trial]:
    yield Trial("an empty text", "")
    yield Trial("2000 code points of two UTF-16 units", ASTRAL * 2000, None, BOUND)
    yield Trial("false", value=False)
    for number in (2**53 - 1, -(2**53) + 1):
        yield Trial(f"{number}", number, None, BOUND)
    for number in (2**53, -(2**53), 2**63 + 2**32, 2**64 - 1, -(2**63)):
        yield Trial(f"{number}, beyond `VALUE`", number, BAD, BOUND)
    yield Trial("2001 code points", "a" * 2001, BAD, BOUND)
    yield Trial("a text not in NFC", "A\u030a", BAD)


def _within(kind: Within, _: int) -> Iterator[Trial]:
    whole = SAMPLES[kind.name]
    yield Trial("a document without its last field", list(whole.values())[:-1], BAD)
    yield Trial("a document with a field more", [*whole.values(), None], BAD)
    named = Pairs(whole.items())
    yield Trial("a document as a map of its fields", named, BAD)


def _items(kind: Kind, turn: int) -> Iterator[Trial]:
    """Yield trials of the values in a list or map; of documents only refused ones, as they have trials of their own."""
    inner = kind.kind if isinstance(kind, OrNothing) else kind
    if isinstance(inner, Within) or inner == CODE:
        refused = [trial for trial in trials(kind, turn) if trial.code]
        yield from refused if isinstance(inner, Within) else refused[:3] + refused[-1:]
    else:
        yield from trials(kind, turn)


def _lists(kind: ListOf, turn: int) -> Iterator[Trial]:
    yield from (trial._replace(value=[trial.value]) for trial in _named(_items(kind.item, turn), "an entry"))
    yield from _counts(kind)
    if isinstance(kind.item, Within):
        return
    lower, higher = (0, 1) if isinstance(kind.item, Number) else (counted(kind.item, 1), counted(kind.item, 2))
    refused = BAD if kind.ascending else None
    yield Trial("two entries that descend", [higher, lower], refused)
    yield Trial("an entry twice", [lower, lower], refused)


def _counts(kind: ListOf | MapOf) -> Iterator[Trial]:
    if isinstance(kind, ListOf) and isinstance(kind.item, Number):
        everything = list(range(kind.most))
        yield Trial(f"all {kind.most} entries", everything)
        yield Trial("an entry more than there are numbers", [*everything, everything[-1]], BAD)
    else:
        yield Trial(f"{kind.most} entries", many(kind, kind.most), None, BOUND, COUNTED)
        yield Trial(f"{kind.most + 1} entries", many(kind, kind.most + 1), BAD, BOUND, COUNTED)
    empty: Any = {} if isinstance(kind, MapOf) else []
    yield Trial("no entry", empty, BAD if kind.lowest else None, BOUND)


def _maps(kind: MapOf, turn: int) -> Iterator[Trial]:
    item = sample_of(kind.item)
    for trial in _items(kind.key, turn):
        value = Pairs([(trial.value, item)]) if trial.code else {trial.value: item}
        yield trial._replace(what=f"a key: {trial.what}", value=value)
    key = counted(kind.key, 1)
    yield from (trial._replace(value={key: trial.value}) for trial in _named(_items(kind.item, turn + 1), "a value"))
    yield from _counts(kind)
    second = counted(kind.key, 2)
    yield Trial("keys that descend", Pairs([(second, item), (key, item)]), "not-canonical", CANONICAL)
    yield Trial("a key twice", Pairs([(key, item), (key, item)]), "not-canonical", CANONICAL)


def _named(inner: Iterator[Trial], where: str) -> Iterator[Trial]:
    return (trial._replace(what=f"{where}: {trial.what}") for trial in inner)


def _booleans(_: Boolean, __: int) -> Iterator[Trial]:
    yield Trial("true", value=True)
    yield Trial("false", value=False)


_TRIALS: Final[dict[type, Callable[[Any, int], Iterator[Trial]]]] = {
    Number: _numbers,
    Text: _texts,
    Bytes: _bytes,
    Boolean: _booleans,
    Value: _values,
    Within: _within,
    ListOf: _lists,
    MapOf: _maps,
}
"""Kind to what tries its own rules."""
