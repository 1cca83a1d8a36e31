"""Cases of the one spelling of a payload: longer forms, order of keys, no MessagePack, which fault is first."""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.document_fields import TABLES
from tests.vectors.document_samples import AROUND, DIGEST, SAMPLES, changed
from tests.vectors.field_trials import BAD
from tests.vectors.payload_cases import of_record, refused, slug, taken, titled
from tests.vectors.spelled import Pairs, Raw, Spelled, header, number, pack, written_out
from tests.vectors.vector import Case

NOT_CANONICAL: Final = "not-canonical"
SPELLINGS: Final = ("canonical", "spelling")


def other_spellings() -> Iterator[Case]:
    """Documents that say something valid in another spelling than its own."""
    yield from _numbers()
    yield from _lengths()
    yield from _keys()
    for kind in (name for name in TABLES if name not in AROUND):
        count = len(TABLES[kind].fields)
        contents = written_out(pack(SAMPLES[kind])).removeprefix(header("array", count))
        for form in range(1 if count < 16 else 2, 3):
            what = f"the array of {titled(kind)} has a header of {1 + 2 * form} bytes" if form else ""
            spelled: Spelled = [header("array", count, form) + contents]
            yield refused(slug(what), what, kind, spelled, "Payloads 2", code=NOT_CANONICAL, flags=SPELLINGS)


FORMS: Final = {"uint 8": 0xCC, "uint 16": 0xCD, "uint 32": 0xCE, "uint 64": 0xCF}
SIGNED: Final = {"int 8": 0xD0, "int 16": 0xD1, "int 32": 0xD2, "int 64": 0xD3}


def _numbers() -> Iterator[Case]:
    """Yield each number in each form that has room for it but the shortest."""
    for value in (
        0,
        77,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        2**32 - 1,
        2**32,
        -1,
        -32,
        -33,
        -128,
        -129,
        -32_768,
        -32_769,
        -(2**31),
        -(2**31) - 1,
    ):
        record = changed("bundle", settings={"most": value})
        what = f"{value} in its shortest form"
        yield taken(slug(what), what, "bundle", record, "Payloads 2", flags=SPELLINGS)
        for form, first in (FORMS | SIGNED if value >= 0 else SIGNED).items():
            width = int(form.split()[1]) // 8
            lowest, highest = (
                (0, 2 ** (8 * width)) if form in FORMS else (-(2 ** (8 * width - 1)), 2 ** (8 * width - 1))
            )
            spelled = (
                bytes([first]) + value.to_bytes(width, "big", signed=form in SIGNED)
                if lowest <= value < highest
                else b""
            )
            if spelled and spelled != number(value):
                yield _longer(f"{value} as {form}", settings={"most": Raw(spelled)})


def _longer(what: str, **changes: Any) -> Case:
    return refused(
        slug(what),
        what,
        "bundle",
        pack(changed("bundle", **changes)),
        "Payloads 2",
        code=NOT_CANONICAL,
        flags=SPELLINGS,
    )


def _lengths() -> Iterator[Case]:
    """Yield texts, bytes, lists, maps and documents behind longer headers."""
    names = {"str": ("fixstr", "str 8", "str 16", "str 32"), "bin": ("bin 8", "bin 16", "bin 32")}
    for length in (0, 3, 31, 32, 200):
        text = "a" * length
        shortest = 0 if length < 32 else 1
        for form in range(shortest + 1, 4):
            spelled = Raw(header("str", length, form) + text.encode())
            yield _longer(f"a text of {length} bytes as {names['str'][form]}", company=spelled)
    for text, form in (("å" * 127, 2), ("å" * 127, 3), ("€" * 100, 3)):
        data = text.encode()
        spelled = Raw(header("str", len(data), form) + data)
        yield _longer(f"a text of {len(data)} bytes as {names['str'][form]}", company=spelled)
    for form in (1, 2):
        binding = changed("binding", installation=Raw(header("bin", 32, form) + DIGEST))
        yield _longer(f"32 bytes as {names['bin'][form]}", binding=binding)
        for kind, empty in {"array": "replaces", "map": "settings"}.items():
            yield _longer(
                f"an empty {kind} behind a header of {1 + 2 * form} bytes", **{empty: Raw(header(kind, 0, form))}
            )
        contents = b"".join(written_out(pack(value)) for value in SAMPLES["binding"].values())
        spelled = Raw(header("array", 3, form) + contents)
        yield _longer(f"a document within behind a header of {1 + 2 * form} bytes", binding=spelled)
        entry = header("map", 1, form) + b"\xa6server\x01"
        yield _longer(f"a map of one entry behind a header of {1 + 2 * form} bytes", system=Raw(entry))
    sixteen = b"".join(b"\xa3a%02d\x01" % at for at in range(16))
    yield _longer("a map of 16 entries as map 32", system=Raw(header("map", 16, 2) + sixteen))
    long_key = changed("root key", scheme=2, public=Raw(header("bin", 1984, 2) + bytes(1984)))
    what = "1984 bytes as bin 32"
    yield of_record(slug(what), what, "root key", long_key, NOT_CANONICAL, rule="Payloads 2", flags=SPELLINGS)


def _keys() -> Iterator[Case]:
    for form in (1, 2, 3):
        key = Raw(header("str", 6, form) + b"server")
        yield _longer(f"a map key behind a header of {1 + 2 ** (form - 1)} bytes", system=Pairs([(key, 1)]))
    maps: dict[str, Pairs] = {
        "keys in descending order": Pairs([("b", 1), ("a", 1)]),
        "a longer key before what it begins with": Pairs([("aa", 1), ("a", 1)]),
        "keys in the order of their lengths": Pairs([("b", 1), ("aa", 1)]),
        "keys of digits in the order of numbers": Pairs([("9", 1), ("10", 1)]),
        "the last two of four keys exchanged": Pairs([("a", 1), ("b", 1), ("d", 1), ("c", 1)]),
        "a key twice with one value": Pairs([("a", 1), ("a", 1)]),
        "a key twice with two values": Pairs([("a", 1), ("a", 2)]),
        "a key three times": Pairs([("a", 1), ("a", 1), ("a", 1)]),
        "a key again behind another": Pairs([("a", 1), ("b", 1), ("a", 1)]),
        "a key twice of which the second is longer spelled": Pairs([("a", 1), (Raw(b"\xd9\x01a"), 1)]),
    }
    for what, entries in maps.items():
        yield _longer(what, system=entries)
    ordered = {"a": 1, "a-b": 1, "a0": 1, "aa": 1, "b": 1}
    what = "keys that ascend by bytes: `-` before digits, digits before letters"
    yield taken(slug(what), what, "bundle", changed("bundle", system=ordered), "Payloads 2", flags=SPELLINGS)
    what = "keys of digits that ascend as texts"
    yield taken(slug(what), what, "bundle", changed("bundle", system={"10": 1, "9": 1}), "Payloads 2", flags=SPELLINGS)


def no_documents() -> Iterator[Case]:
    """Bytes that are not MessagePack, or not MessagePack of this format, or that end too soon or too late."""
    whole = written_out(pack(SAMPLES["bundle"]))
    for what, value in NO_VALUES.items():
        record = changed("bundle", sequence=Raw(value))
        yield refused(slug(what), f"in place of a number: {what}", "bundle", pack(record), "Payloads 1")
    for what, payload in _wholes(whole).items():
        yield refused(slug(what), what, "bundle", [payload], "Payloads 1")
    for end in (1, 2, 3, 5, 20, len(whole) // 2, len(whole) - 30, len(whole) - 2, len(whole) - 1):
        what = f"the first {end} of {len(whole)} bytes"
        yield refused(slug(what), what, "bundle", [whole[:end]], "Payloads 1")
    for what, changes in LYING.items():
        record = changed("bundle", **{name: Raw(value) for name, value in changes.items()})
        yield refused(slug(what), what, "bundle", pack(record), "Payloads 1", musts=("payloads-1",), flags=("bound",))


NO_VALUES: Final[dict[str, bytes]] = {
    "the reserved byte c1": b"\xc1",
    "a float 32 of 1": bytes.fromhex("ca3f800000"),
    "a float that is not a number": bytes.fromhex("cb7ff8000000000000"),
    "a timestamp": bytes.fromhex("d6ff00000001"),
    **{f"fixext {2**at}": bytes([0xD4 + at, 1]) + bytes(2**at) for at in range(5)},
    "ext 8": bytes.fromhex("c7010101"),
    "ext 16": bytes.fromhex("c800010101"),
    "ext 32": bytes.fromhex("c9000000010101"),
    "the highest uint 64": b"\xcf" + b"\xff" * 8,
    "uint 64 of 2^63": b"\xcf\x80" + bytes(7),
    "uint 64 of 2^32 + 1, which is 1 in 32 bits": b"\xcf\0\0\0\1\0\0\0\1",
    "the lowest int 64": b"\xd3\x80" + bytes(7),
    "int 64 of -1": b"\xd3" + b"\xff" * 8,
    "the negative fixint -1": b"\xff",
    "200 arrays in one another": b"\x91" * 200 + b"\x01",
    "5000 arrays in one another without an end": b"\x91" * 5000,
    "5000 maps in one another without an end": b"\x81\xa1a" * 5000,
}


def _wholes(whole: bytes) -> dict[str, bytes]:
    fields = whole[3:]
    return {
        "no byte at all": b"",
        "a zero byte behind the end": whole + b"\0",
        "nil behind the end": whole + b"\xc0",
        "a line feed behind the end": whole + b"\n",
        "the document twice": whole * 2,
        "a byte order mark in front": b"\xef\xbb\xbf" + whole,
        "a zero byte in front": b"\0" + whole,
        "the document in a list of one": b"\x91" + whole,
        "the document in bytes": header("bin", len(whole)) + whole,
        "a header of 25 fields, and 24 of them": header("array", 25) + fields,
        "a header of 23 fields, and 24 of them": header("array", 23) + fields,
        "a header of 2^32 - 1 fields": b"\xdd\xff\xff\xff\xff" + fields,
        "5000 arrays in one another": b"\x91" * 5000,
        "JSON": b"[1]",
    }


LYING: Final[dict[str, dict[str, bytes]]] = {
    "a text that claims 2^32 - 1 bytes": {"company": b"\xdb\xff\xff\xff\xffabc"},
    "a text that claims 2^31 bytes": {"company": b"\xdb\x80\0\0\0abc"},
    "a text that claims all that follows and a byte more": {"borrow_hours": b"\xa2"},
    "bytes that claim 2^32 - 1": {"binding": b"\x93\xc6\xff\xff\xff\xff\0"},
    "a list that claims 2^32 - 1 entries": {"replaces": b"\xdd\xff\xff\xff\xff\xa1a"},
    "a list that claims 2^31 entries": {"replaces": b"\xdd\x80\0\0\0\xa1a"},
    "a map that claims 2^32 - 1 entries": {"system": b"\xdf\xff\xff\xff\xff\xa1a\x01"},
    "a map that claims an entry more than there is": {"extensions": b"\x82\xa1a\x01"},
    "a map with a key and no value": {"extensions": b"\x81\xa1a"},
    "an ext that claims 2^32 - 1 bytes": {"settings": b"\xc9\xff\xff\xff\xff\x01"},
}


def first_faults() -> Iterator[Case]:
    """Payloads with two faults: that it is not a document is found first, then another spelling, then extensions."""
    unsorted = Pairs([("b", 1), ("a", 1)])
    extension = Pairs([("!acme", 1), ("!acme", 1)])
    rows: dict[str, tuple[dict[str, Any], str]] = {
        "keys unsorted in front, and a field behind is out of its bound": (
            {"system": unsorted, "borrow_hours": 87_841},
            BAD,
        ),
        "a longer form in front, and a key twice with a bad value at last": (
            {"sequence": Raw(b"\xcc\x01"), "system": Pairs([("a", 1), ("a", 0)])},
            BAD,
        ),
        "keys unsorted, one of them no code": ({"system": Pairs([("b", 1), ("A", 1)])}, BAD),
        "a longer form of a number above its bound": ({"sequence": Raw(b"\xd3\0\0\0\1\0\0\0\0")}, BAD),
        "a longer form, and dates that descend": ({"sequence": Raw(b"\xcc\x01"), "starts": 2, "expiry": 1}, BAD),
        "an entry more than the bound by the header, one key of them twice": (
            {"extensions": Pairs([*((f"e{at:02}", 1) for at in range(50)), ("e49", 1)])},
            BAD,
        ),
        "one fact twice, and two that are needed": (
            {"binding": [None, 2, Pairs([("disk", bytes(16)), ("disk", bytes(16))])]},
            BAD,
        ),
        "an extension to be understood, and a value that is none": ({"extensions": {"!acme": None}}, BAD),
        "an extension to be understood, and a field out of its bound": (
            {"extensions": {"!acme": 1}, "after_grace": 3},
            BAD,
        ),
        "an extension to be understood, twice": ({"extensions": extension}, NOT_CANONICAL),
        "an extension to be understood, and a longer form": (
            {"extensions": {"!acme": 1}, "use": Raw(b"\xcc\0")},
            NOT_CANONICAL,
        ),
        "an extension to be understood, behind another": (
            {"extensions": Pairs([("a", 1), ("!acme", 1)])},
            NOT_CANONICAL,
        ),
        "a key twice, the first of which is no count, and the last is valid": (
            {"system": Pairs([("a", 0), ("a", 1)])},
            BAD,
        ),
        "a key twice, the first of which is a text, and the last is valid": (
            {"system": Pairs([("a", "x"), ("a", 1)])},
            BAD,
        ),
    }
    payloads = {what: (pack(changed("bundle", **changes)), code) for what, (changes, code) in rows.items()}
    payloads["keys unsorted, and a byte behind the end"] = ([*pack(changed("bundle", system=unsorted)), b"\0"], BAD)
    for what, (payload, code) in payloads.items():
        about, flags = f"of two faults the first: {what}", ("precedence",)
        yield refused(slug(what), about, "bundle", payload, "Payloads", code=code, flags=flags, musts=("readers-1a",))
