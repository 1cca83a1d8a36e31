"""One valid document of each table, as its fields, and what it becomes as payload and as plain data."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from tests.vectors.document_fields import SERIAL, TABLES
from tests.vectors.field_kinds import Boolean, Bytes, Kind, ListOf, MapOf, Number, OrNothing, Text, Value, Within
from tests.vectors.spelled import Many, Record, Run, Spelled, header, pack, written_out

DAY: Final = 20_819
"""2027-01-01."""
SECOND: Final = 1_798_761_600
SIXTEEN: Final = bytes(range(16))
DIGEST: Final = bytes(range(32))

SAMPLES: Final[dict[str, Record]] = {}


def _add(name: str, *values: Any) -> None:
    SAMPLES[name] = Record(zip(TABLES[name].fields, values, strict=True))


_add("root key", 1, DIGEST)
_add("root", "demo-crm", "demo", 1, 1, [SAMPLES["root key"]], {})
_add("scope", [2], ["demo"], [0, 1], 60, ["base", "reports"], 25)
_add("admitted key", 1, DIGEST, "vendor", 0, SECOND, SECOND + 1, SAMPLES["scope"])
_add("trust", "demo-crm", 1, 1, SECOND, None, [SAMPLES["admitted key"]], {})
_add("lowest", 3, None, 1)
_lowest = {"1010000014": {"base": SAMPLES["lowest"]}}
_add("revocations", "demo", "demo-crm", 1, 1, 1, SECOND, None, [SIXTEEN], ["1010000022"], _lowest, {})
_add("license", 0, "Storage", "", False, False, None, [], [], 0, False, "GB", None, None, {"de": "Speicher"})
_add("setting", 1, "Most", -5, 10, [], 3, 0)
_add("login rule", ["user"], [0])
_add("edition", "Small", {"server": 1}, {}, {"user": None}, {"most": 3})
_add(
    "catalog",
    *("demo", "demo-crm", 1, 1, 1, SECOND, {"issuer": "Demo"}, {"buy": "https://demo.example"}),
    {"storage": SAMPLES["license"]},
    {"most": SAMPLES["setting"]},
    {"web": SAMPLES["login rule"]},
    {"small": SAMPLES["edition"]},
    {},
)
_add("binding", DIGEST, 1, {"host": SIXTEEN})
_add(
    "bundle",
    *("demo", "demo-crm", "1010000014", "base", 1, [], "Blåbær AS", 0, SECOND, None, None, DAY + 30, None, None, None),
    *({"server": 1}, {}, {"user": 25}, {"most": 3}, SAMPLES["binding"], 0, 24, 0, {}),
)
_add("reset", "demo", DIGEST, 0, SIXTEEN, SECOND, {})
_add("request", "demo-crm", "1010000014", SIXTEEN, SECOND, {"host": SIXTEEN}, DIGEST, {"Host": "crm-01"}, {})
_add("receipt", SIXTEEN, None, SECOND, DIGEST, {})
_add("usage", 3, 50)
_add("statement", "1010000014", SECOND, {"user": SAMPLES["usage"]}, DIGEST, ["Renew soon"], {})

AROUND: Final[dict[str, tuple[str, str]]] = {
    "root key": ("root", "keys"),
    "scope": ("admitted key", "scope"),
    "admitted key": ("trust", "keys"),
    "lowest": ("revocations", "lowest"),
    "license": ("catalog", "licenses"),
    "setting": ("catalog", "settings"),
    "login rule": ("catalog", "access"),
    "edition": ("catalog", "editions"),
    "binding": ("bundle", "binding"),
    "usage": ("statement", "usage"),
}
"""Document inside another to the document and the field around it, where its sample is the only entry."""


def changed(name: str, /, **changes: Any) -> Record:
    """Return the sample with other values in some fields."""
    assert changes.keys() <= SAMPLES[name].keys(), changes
    return Record({**SAMPLES[name], **changes})


def surrounded(name: str, record: Record) -> tuple[str, Record]:
    """Return the type of a token and its document, which holds `record` where it held the sample of `name`."""
    if name not in AROUND:
        return name, record
    outer, field = AROUND[name]
    return surrounded(outer, changed(outer, **{field: _replaced(SAMPLES[outer][field], SAMPLES[name], record)}))


def _replaced(value: Any, old: Record, new: Record) -> Any:
    if value is old:
        return new
    if isinstance(value, list):
        return [new]
    entries: dict[str, Any] = value
    return {key: _replaced(item, old, new) for key, item in entries.items()}


def identity(kind: str, spelled: Spelled) -> str:
    """Return the identity of a payload ("Identities")."""
    return sha256(kind.encode() + b"\0" + written_out(spelled)).digest()[:16].hex()


def plain(name: str, record: Record) -> dict[str, Any]:
    """Return a document as plain data."""
    return {field: _plain(kind, record[field]) for field, kind in TABLES[name].fields.items()}


def _plain(kind: Kind, value: Any) -> Any:
    return _PLAIN[type(kind)](kind, value)


def _number(kind: Number, value: int) -> Any:
    moment = timedelta(days=value) if kind.unit == "days" else timedelta(seconds=value if kind.unit else 0)
    shown = datetime(1970, 1, 1, tzinfo=UTC) + moment
    if kind.unit:
        return f"{shown:%Y-%m-%d}" if kind.unit == "days" else f"{shown:%Y-%m-%dT%H:%M:%SZ}"
    return kind.words[value] if kind.words else value


_PLAIN: Final[dict[type, Callable[[Any, Any], Any]]] = {
    OrNothing: lambda kind, value: None if value is None else _plain(kind.kind, value),
    Number: _number,
    Bytes: lambda _, value: value.hex(),
    Text: lambda _, value: value,
    Boolean: lambda _, value: value,
    Value: lambda _, value: value,
    Within: lambda kind, value: plain(kind.name, value),
    ListOf: lambda kind, value: [_plain(kind.item, item) for item in value],
    MapOf: lambda kind, value: {key: _plain(kind.item, item) for key, item in value.items()},
}
"""Kind to what shows its values."""


def sample_of(kind: Kind) -> Any:
    """Return a value that a list or map of this kind may hold."""
    return _SAMPLE[type(kind)](kind)


_SAMPLE: Final[dict[type, Callable[[Any], Any]]] = {
    OrNothing: lambda kind: sample_of(kind.kind),
    Number: lambda kind: kind.lowest,
    Bytes: lambda kind: counted(kind, 1),
    Text: lambda kind: counted(kind, 1),
    Value: lambda _: True,
    Within: lambda kind: SAMPLES[kind.name],
    MapOf: lambda kind: {counted(kind.key, 1): sample_of(kind.item)},
}
"""Kind to a value of it; what a list or map holds is of one of these kinds."""


def counted(kind: Kind, number: int) -> Any:
    """Return one of the texts or bytes that ascend with `number`."""
    if isinstance(kind, Bytes):
        return bytes.fromhex(f"{number:032}")
    return f"{'A' if kind == SERIAL else 'a'}{number:05}"


DIGITS: Final = 5


def many(kind: ListOf | MapOf, count: int) -> Many:
    """Return a list or map of `count` entries that ascend."""
    item = written_out(pack(sample_of(kind.item))).hex()
    if isinstance(kind, MapOf):
        first = "41" if kind.key == SERIAL else "61"
        return Many(header("map", count), (Run(f"a6{first}{'3%' * DIGITS}{item}", count, 0),))
    if isinstance(kind.item, Within):
        assert item.count(DIGEST.hex()) == 1
        item = item.replace(DIGEST.hex(), "0" * (64 - DIGITS) + "%" * DIGITS)
    elif isinstance(kind.item, Bytes):
        item = "c410" + "0" * (32 - DIGITS) + "%" * DIGITS
    else:
        item = f"a6{'41' if kind.item == SERIAL else '61'}{'3%' * DIGITS}"
    return Many(header("array", count), (Run(item, count, 0),))
