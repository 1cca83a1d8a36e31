"""Cases of hash chains and of their entries: `chain`, `ledger_entry`, `audit_entry`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case

RULE: Final = "Hash chain"


def hashes_of(entries: list[bytes]) -> list[bytes]:
    """Return the hash of each entry."""
    hashes = [bytes(32)]
    for entry in entries:
        hashes.append(sha256(hashes[-1] + entry).digest())
    return hashes[1:]


ENTRIES: Final = [b"first", b"", b"third\n", bytes(range(256)), b"fifth"]


def hash_chains() -> Iterator[Case]:
    """Chains: the hash of the newest entry, and the first entry whose hash does not follow."""
    for count in range(6):
        entries = ENTRIES[:count]
        head = hashes_of(entries)[-1] if entries else bytes(32)
        yield _chain(f"the head of {count} entries", entries, None, {"head": head.hex()})
        if count:
            yield _chain(f"{count} entries whose hashes follow", entries, hashes_of(entries), {"head": head.hex()})
    right = hashes_of(ENTRIES)
    for at in range(5):
        altered = [*ENTRIES[:at], ENTRIES[at] + b"x", *ENTRIES[at + 1 :]]
        yield _chain(f"entry {at + 1} altered", altered, right, {"broken_at": at + 1})
        flipped = [*right[:at], bytes([right[at][0] ^ 1]) + right[at][1:], *right[at + 1 :]]
        yield _chain(f"a bit of hash {at + 1} changed", ENTRIES, flipped, {"broken_at": at + 1})
    rows: dict[str, tuple[list[bytes], list[bytes], int]] = {
        "the first entry removed": (ENTRIES[1:], right[1:], 1),
        "an entry removed": (ENTRIES[:2] + ENTRIES[3:], right[:2] + right[3:], 3),
        "two entries exchanged": ([*ENTRIES[:3], ENTRIES[4], ENTRIES[3]], [*right[:3], right[4], right[3]], 4),
        "an entry twice": ([ENTRIES[0], *ENTRIES], [right[0], *right], 2),
        "two hashes broken: the first counts": (ENTRIES, [right[0], bytes(32), bytes(32), *right[3:]], 2),
        "a chain that begins at the hash of nothing": (ENTRIES[:1], [sha256(b"first").digest()], 1),
        "a chain that hashes the entry before the hash": (ENTRIES[:1], [sha256(b"first" + bytes(32)).digest()], 1),
        "a chain without hashes of those before": (
            ENTRIES[:2],
            [sha256(bytes(32) + entry).digest() for entry in ENTRIES[:2]],
            2,
        ),
    }
    for about, (entries, hashes, broken) in rows.items():
        yield _chain(about, entries, hashes, {"broken_at": broken})
    continued = [*ENTRIES[:2], b"another"]
    yield _chain(
        "another entry with its own hash, which no chain shows",
        continued,
        hashes_of(continued),
        {"head": hashes_of(continued)[-1].hex()},
    )


def _chain(about: str, entries: list[bytes], hashes: list[bytes] | None, expect: dict[str, Any]) -> Case:
    given: dict[str, Any] = {"entries": [entry.hex() for entry in entries]}
    if hashes is not None:
        given["hashes"] = [one.hex() for one in hashes]
    return Case(slug(about), about, RULE, "chain", given, expect)


FIELDS: Final[dict[str, Any]] = {
    "number": 1,
    "action": "issue",
    "time": 1_798_761_600,
    "who": "anna@build-01",
    "type": "bundle",
    "frame": b"\1\2\3",
    "order_number": "4711",
    "order": 'company = "Blåbær AS"\n',
    "request": bytes(range(16)),
    "note": "a renewal",
}
CHANGES: Final[dict[str, dict[str, Any]]] = {
    "all ten values": {},
    "no order number": {"order_number": None},
    "no order": {"order": None},
    "no request": {"request": None},
    "none of the three that may be missing": {"order_number": None, "order": None, "request": None},
    "an empty order number, which is there": {"order_number": ""},
    "an empty order, which is there": {"order": ""},
    "an empty note": {"note": ""},
    "an empty who": {"who": ""},
    "an empty frame": {"frame": b""},
    "text beyond ASCII": {"who": "Åse 👩", "note": "東京"},
    "a line feed and a zero in a note": {"note": "a\nb\0"},
    "the highest number": {"number": 2**53 - 1},
    "the number 10": {"number": 10},
    "a time of 0": {"time": 0},
    "the last second": {"time": 253_402_300_799},
    "a frame of 70000 bytes": {"frame": bytes(70_000)},
    "another type": {"type": "revocations", "action": "revoke"},
    "the first entry": {
        "action": "init",
        "type": "root",
        "order_number": None,
        "order": None,
        "request": None,
        "note": "",
    },
}


def ledger_entries() -> Iterator[Case]:
    """Entries of a ledger: ten values, each as its length and its bytes."""
    for about, changes in CHANGES.items():
        fields = {**FIELDS, **changes}
        values = [_bytes(value) for value in fields.values()]
        parts = [b"\xff" * 4 if value is None else len(value).to_bytes(4, "big") + value for value in values]
        moment = datetime.fromtimestamp(fields["time"], UTC)
        given = {
            **fields,
            "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "frame": _hex(fields["frame"]),
            "request": None if fields["request"] is None else fields["request"].hex(),
        }
        present = {name: value for name, value in given.items() if value is not None}
        yield Case(slug(about), about, RULE, "ledger_entry", present, {"entry": _hex(b"".join(parts))}, ("writer",))


def _bytes(value: Any) -> bytes | None:
    match value:
        case None | bytes():
            return value
        case _:
            return str(value).encode()


def _hex(data: bytes) -> Any:
    zeros = data.find(bytes(1000))
    if zeros < 0:
        return data.hex()
    behind = data[zeros:].lstrip(b"\0")
    run = len(data) - zeros - len(behind)
    entries = [[data[:zeros].hex(), 1], ["00", run], [behind.hex(), 1]]
    return {"concat": [entry for entry in entries if entry[0]]}


AUDIT: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no name": ({}, "{}"),
    "names out of order": ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
    "names of digits": ({"9": 1, "10": 2}, '{"10":2,"9":1}'),
    "names by code points, which UTF-16 exchanges": ({"\U00010000": 1, "\uff5e": 2}, '{"\uff5e":2,"\U00010000":1}'),
    "capitals before small letters": ({"a": 1, "B": 2}, '{"B":2,"a":1}'),
    "an empty name": ({"a": 1, "": 2}, '{"":2,"a":1}'),
    "an object within": ({"z": {"b": 1, "a": 2}}, '{"z":{"a":2,"b":1}}'),
    "an object within a list": ({"z": [{"b": 1, "a": 2}, 3]}, '{"z":[{"a":2,"b":1},3]}'),
    "a list keeps its order": ({"a": [3, 1, 2]}, '{"a":[3,1,2]}'),
    "empty list, empty object, empty text": ({"a": [], "b": {}, "c": ""}, '{"a":[],"b":{},"c":""}'),
    "nothing, true and false": ({"a": None, "b": True, "c": False}, '{"a":null,"b":true,"c":false}'),
    "numbers": ({"a": 0, "b": -1, "c": 2**53 - 1}, '{"a":0,"b":-1,"c":9007199254740991}'),
    "letters beyond ASCII": ({"a": "Blåbær 東京 👩"}, '{"a":"Blåbær 東京 👩"}'),
    "a quotation mark and a backslash": ({"a": '"\\'}, '{"a":"\\"\\\\"}'),
    "a slash, which is not escaped": ({"a": "/"}, '{"a":"/"}'),
    "delete, which is not escaped": ({"a": "\x7f"}, '{"a":"\x7f"}'),
    "line separators, which are not escaped": ({"a": "\u2028\u2029"}, '{"a":"\u2028\u2029"}'),
    "angle brackets, which are not escaped": ({"a": "<&>"}, '{"a":"<&>"}'),
    "white space within a text": ({"a": " b "}, '{"a":" b "}'),
    "a name with a quotation mark": ({'"': 1}, '{"\\"":1}'),
}


def audit_entries() -> Iterator[Case]:
    """Entries of an audit log: one JSON object in its one spelling."""
    for about, (content, spelled) in AUDIT.items():
        yield Case(
            slug(about), about, RULE, "audit_entry", {"object": content}, {"entry": spelled.encode().hex()}, ("writer",)
        )
