"""Twice the bytes take at most two and a half times the time: no reader of a stranger's bytes is worse than linear.

Each reader meets the worst shapes known, in a process with little memory and time. What is compared is time of the
processor, the least of several runs; so another process on the machine changes nothing. In sizes as large as each
reader takes: `LICENSEKIT_TEST_BUDGETS=whole`.
"""

import io
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from licensekit import limits
from licensekit.errors import LicenseError, TooLarge
from licensekit.installation import IMPORT_BYTES, parse_directory, parse_users
from licensekit.issuer.bulk.lines import bounded, csv_lines, json_lines, pieces_of
from licensekit.issuer.bulk.renewals import renewal_lines
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.bundle import bundle_faults
from licensekit.issuer.orders.order_file import read_draft
from licensekit.keys import formats, keyfile
from licensekit.runtime import observer
from licensekit.text import names, tokens
from licensekit.text.tables import parse_toml
from licensekit.wire import armor
from licensekit.wire.documents import CLASS_OF, decode
from tests import makers
from tests.bad_input import shapes
from tests.confined import Say, confined

pytestmark = [pytest.mark.process, pytest.mark.attack("costly-input")]

WHOLE: Final = os.environ.get("LICENSEKIT_TEST_BUDGETS") == "whole"
MOST: Final = 2.5
ROUNDS: Final = 8
NOTHING: Final = 0.01
"""Seconds that say nothing about how time grows."""
CATALOG: Final = makers.catalog()


class Reader(NamedTuple):
    """What reads bytes, the shapes that it meets, and how many bytes in these tests and at most."""

    read: Callable[[bytes], object]
    shapes: Mapping[str, shapes.Shape]
    size: int
    most: int


def _orders(data: bytes) -> None:
    for line in json_lines(bounded(io.BytesIO(data)), "x"):
        bundle_faults(line.draft.order, CATALOG)


def _table_of(read: Callable[..., Any]) -> Callable[[bytes], object]:
    return lambda data: sum(1 for _ in read(pieces_of(io.BytesIO(data)), "x", CATALOG))


def _imported(data: bytes) -> object:
    return formats.import_private(data, lambda: b"x")


def _catalog(data: bytes) -> object:
    return read_catalog(data, version=1, issued=0)


def _keys(data: bytes) -> None:
    every: tuple[Callable[[bytes], object], ...] = (keyfile.peek, keyfile.parse_public, _imported)
    for read in every:
        with suppress(LicenseError):
            read(data)


def _observed(data: bytes) -> None:
    path = Path("observed.json")
    path.write_bytes(data)
    observer.load(path, [])


READERS: Final[Mapping[str, Reader]] = {
    "license files": Reader(tokens.find_tokens, shapes.PASTED, 80_000, limits.FILE_BYTES),
    "catalogs": Reader(_catalog, shapes.TOML, 25_000, limits.TOML_BYTES),
    "orders": Reader(read_draft, shapes.TOML, 25_000, limits.TOML_BYTES),
    "many orders in JSON": Reader(_orders, shapes.JSON, 20_000, limits.FILE_BYTES),
    "many orders in a table": Reader(_table_of(csv_lines), shapes.TABLE, 20_000, limits.FILE_BYTES),
    "renewals": Reader(_table_of(renewal_lines), shapes.TABLE, 20_000, limits.FILE_BYTES),
    "users": Reader(parse_users, shapes.TABLE, 20_000, IMPORT_BYTES),
    "exports of directories": Reader(parse_directory, shapes.TABLE, 12_000, IMPORT_BYTES),
    "keys": Reader(_keys, shapes.KEY, limits.KEY_FILE_BYTES // 2 - 100, limits.KEY_FILE_BYTES),
    "passphrases": Reader(names.first_line, shapes.KEY, 200_000, 400_000),
    "observations": Reader(_observed, shapes.OBSERVED, 100_000, 16 * 1024 * 1024),
}


def _took(read: Callable[[bytes], object], data: bytes) -> float:
    begin = time.process_time()
    with suppress(LicenseError):
        read(data)
    return time.process_time() - begin


def _is_linear(read: Callable[[bytes], object], once: bytes, twice: bytes) -> str:
    """Return nothing if the time is linear, else what it was; it is measured again and again until it is."""
    least = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        least = [min(best, _took(read, data)) for best, data in zip(least, (once, twice), strict=True)]
        if least[1] <= MOST * least[0] + NOTHING:
            return ""
    return f"{least[0]:.3f} s for {len(once)} bytes, and {least[1]:.3f} s for {len(twice)}"


@pytest.mark.parametrize("name", READERS)
def test_the_time_of_a_reader_is_linear(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = READERS[name]
    size = reader.most // 2 - 1000 if WHOLE else reader.size

    def run(say: Say) -> None:
        found: dict[str, str] = {}
        for what, make in reader.shapes.items():
            say(what)
            if said := _is_linear(reader.read, make(size), make(2 * size)):
                found[what] = said
        assert not found, found

    confined(run)


@pytest.mark.parametrize("kind", CLASS_OF)
def test_the_time_of_a_document_is_linear(kind: str) -> None:
    """It is, for payloads that no decoder takes, deep or wide."""
    wide = {
        "arrays": shapes.repeated(b"\x91"),
        "nothing": shapes.repeated(b"\xc0", b"\xdd\x00\xff\xff\xff"),
        "a map": shapes.repeated(b"\xa1a\x01", b"\xdf\x00\xff\xff\xff"),
        "texts": shapes.repeated(b"\xa3abc", b"\xdd\x00\xff\xff\xff"),
    }

    def run(say: Say) -> None:
        for what, make in wide.items():
            say(what)
            assert not _is_linear(lambda data: decode(CLASS_OF[kind], data), make(100_000), make(200_000))

    confined(run)


@pytest.mark.parametrize(
    "read",
    [tokens.find_tokens, armor.read, keyfile.peek, _imported],
    ids=["pasted", "tokens", "key file", "key of another form"],
)
def test_what_is_too_large_is_refused_before_it_is_worked_on(read: Callable[[bytes], object]) -> None:
    def run(say: Say) -> None:
        data = bytes(100_000_000)
        begin = time.process_time()
        with pytest.raises(TooLarge):
            read(data)
        say(f"{time.process_time() - begin}")

    assert float(confined(run).split()[-1]) < 1


def test_toml_that_is_too_large_is_refused_before_it_is_worked_on() -> None:
    assert str(parse_toml(bytes(limits.TOML_BYTES + 1))).startswith("is larger than")
