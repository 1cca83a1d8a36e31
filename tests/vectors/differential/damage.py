"""Damage to bytes, texts and values, as it happens by accident or is done on purpose."""

from random import Random
from typing import Any, Final, TypeGuard, TypeVar

import msgspec

T = TypeVar("T")

_TEXTS: Final = (
    *("", "a", "-", "a-", "-a", "a.b", "a.b.c", ".a", "a.", "A", "base\n", "!", "!new", "request", "acme.note"),
    *(
        "\ufeff",
        "\ufeffa",
        "e\u0301",
        "\ufb01",
        "\u212b",
        "\u200d",
        "\u200e",
        "\u00ad",
        "\U0001f600",
        "\uff5e",
        "\U00010000",
    ),
    *("x" * 64, "x" * 65, "x" * 32, "x" * 33, "x" * 200, "x" * 201, "\U0001f600" * 200, "x" * 2000, "x" * 2001),
)
_NUMBERS: Final = (
    *(0, 1, 2, 3, 4, -1, 16, 17, 127, 128, 255, 256, 65535, 65536, 86_400, 87_840, 87_841, 36_600, 36_601),
    *(2_932_896, 2_932_897, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 253_402_300_799, 253_402_300_800),
    *(2**53 - 1, 2**53, -(2**53) + 1, -(2**53), 2**63 - 1, 2**63, 2**64 - 1, -(2**63), -32, -33, -128, -129),
)
_PLAIN: Final[tuple[Any, ...]] = (
    *(None, True, 0, 1, "", "a", "2027-02-29", "2027-01-01", "2027-01-01T00:00:00Z", [], {}),
)
_OTHERS: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    "",
    "a",
    b"",
    b"a" * 16,
    b"b" * 32,
    [],
    {},
    [1],
    {"a": 1},
    1.0,
)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a value is a list."""
    return isinstance(value, list)


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a map of names."""
    return isinstance(value, dict)


def of_bytes(random: Random, data: bytes) -> bytes:
    """Return bytes in which a few are replaced, left out or put in."""
    found = bytearray(data)
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(found))
        found[at : at + random.randint(0, 2)] = random.randbytes(random.randint(0, 2))
    return bytes(found)


def of_payload(random: Random, payload: bytes) -> bytes:
    """Return a payload in which a value or its spelling is another one, or a few bytes are."""
    if random.random() < 0.2:
        return of_bytes(random, payload)
    try:
        value: Any = msgspec.msgpack.decode(payload)
    except (ValueError, RecursionError):
        return of_bytes(random, payload)
    changed = of_value(random, value)
    return spelled(random, changed) if random.random() < 0.2 else msgspec.msgpack.encode(changed)


def of_value(random: Random, value: Any) -> Any:
    """Return a value with one change somewhere within."""
    if is_list(value) and value and random.random() < 0.85:
        return _in_list(random, value)
    if is_object(value) and value and random.random() < 0.7:
        return _in_map(random, value)
    return random.choice([_neighbor, _other])(random, value)


def _in_list(random: Random, items: list[Any]) -> list[Any]:
    items = list(items)
    at = random.randrange(len(items))
    change = random.random()
    if change < 0.88:
        items[at] = of_value(random, items[at])
    elif change < 0.92:
        del items[at]
    elif change < 0.96:
        items.insert(at, items[at])
    else:
        other = random.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    return items


def _in_map(random: Random, entries: dict[str, Any]) -> dict[str, Any]:
    pairs = list(entries.items())
    at = random.randrange(len(pairs))
    name, value = pairs[at]
    change = random.random()
    if change < 0.5:
        pairs[at] = name, of_value(random, value)
    elif change < 0.75:
        pairs[at] = str(_neighbor(random, name)), value
    elif change < 0.85:
        del pairs[at]
    else:
        random.shuffle(pairs)
    return dict(pairs)


def _neighbor(random: Random, value: Any) -> Any:
    """Return another value of the same kind, often one beside a bound."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return random.choice([value - 1, value + 1, random.choice(_NUMBERS)])
    if isinstance(value, str):
        return random.choice([random.choice(_TEXTS), value + random.choice(_TEXTS), value[:-1], value.upper()])
    if isinstance(value, bytes):
        return random.choice([of_bytes(random, value), value + b"\0", value[:-1]])
    empty: list[Any] = [[], {}, None]
    return random.choice(empty)


def _other(random: Random, _value: Any) -> Any:
    return random.choice(_OTHERS)


def spelled(random: Random, value: Any) -> bytes:
    """Return MessagePack in which a form here and there is longer than it need be, and keys may be repeated."""
    longer = random.random() < 0.1
    if is_list(value):
        items = value
        head = _head(len(items), 0x90, 15, (0xDC, 0xDD), longer=longer)
        return head + b"".join(spelled(random, item) for item in items)
    if is_object(value):
        pairs = list(value.items())
        if pairs and random.random() < 0.1:
            pairs.append(random.choice(pairs))
        head = _head(len(pairs), 0x80, 15, (0xDE, 0xDF), longer=longer)
        return head + b"".join(spelled(random, name) + spelled(random, one) for name, one in pairs)
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        return _head(len(data), 0xA0, 31, (0xDA, 0xDB), longer=longer) + data
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32 and longer:
        return random.choice([b"\xce" + value.to_bytes(4, "big"), b"\xd3" + value.to_bytes(8, "big")])
    return msgspec.msgpack.encode(value)


def _head(count: int, short: int, most: int, forms: tuple[int, int], *, longer: bool) -> bytes:
    if count <= most and not longer:
        return bytes([short | count])
    return (
        bytes([forms[0]]) + count.to_bytes(2, "big") if count < 2**16 else bytes([forms[1]]) + count.to_bytes(4, "big")
    )


def of_plain(random: Random, value: Any) -> Any:
    """Return plain data with one change somewhere within."""
    if is_object(value) and value:
        members = dict(value)
        name = random.choice(list(members))
        members[name] = of_plain(random, members[name])
        return members
    if is_list(value) and value and random.random() < 0.7:
        items = [*value]
        at = random.randrange(len(items))
        items[at] = of_plain(random, items[at])
        return items
    if random.random() < 0.3:
        return random.choice(_PLAIN)
    return _neighbor(random, value)


def some(random: Random, items: list[T], least: int, most: int) -> list[T]:
    """Return some of a list, each at most once, in any order."""
    return random.sample(items, min(len(items), random.randint(least, most)))
