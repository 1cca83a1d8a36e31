"""Files and rows of our own, which whoever owns the machine may have edited."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from licensekit.console.security.sign_in import Links
from licensekit.console.visit import Identity
from licensekit.issuer.keys.keyring import ELSEWHERE, read_key_file
from licensekit.issuer.ledger.entries import read_mark
from licensekit.keys.keyfile import format_public
from licensekit.runtime.observer import load, observe, silent
from licensekit.state import home, journal_entries
from licensekit.state.seats import Beat
from licensekit.state.time import TimeSeen, read_time
from licensekit.trust.pack import read_held
from licensekit.wire.chain import Head
from tests import makers

_CODE: Final = "a code"
_MARK: Final = ["00", 0]
_SEEN: Final = TimeSeen()


def own_files(data: bytes) -> None:
    """Read what the first byte says: each is read, or is as good as not there."""
    _READERS[data[0] % len(_READERS) if data else 0](data[1:])


def _journal(data: bytes) -> None:
    entry = journal_entries.decode(data)
    if entry is not None:
        written = journal_entries.encode(entry)
        assert journal_entries.decode(written) == entry
        assert journal_entries.encode(journal_entries.decode(written) or entry) == written


def _observed(data: bytes) -> None:
    known = load(_written("observed.json", data), _MARK)
    found = observe(known, [Beat("id", "sales", 1, 60, 2)], 10**9, 1e6, steady=True)
    assert silent({**known, **found}, 1e9) is not None


def _ledger_mark(data: bytes) -> None:
    assert isinstance(read_mark(_written("ledger.mark", data)), Head | None)


def _home_mark(data: bytes) -> None:
    _written("licensing.mark", data)
    assert home.read_mark(str(_folder() / "licensing.db")) is not None


def _link(data: bytes) -> None:
    _written(f"{sha256(_CODE.encode()).hexdigest()}.link", data)
    assert isinstance(Links(_folder(), lambda: 0.0).take(_CODE), Identity | None)


def _key_elsewhere(data: bytes) -> None:
    assert read_key_file(_written(f"key{ELSEWHERE}", data)).uri is not None


def _time(data: bytes) -> None:
    # Of other bytes than were signed nothing is believed, whatever they are.
    assert read_time(data, sha256(b"x" + data).digest(), _SEEN) is _SEEN


def _held(data: bytes) -> None:
    held = read_held(data.decode(errors="surrogateescape"))
    assert held is None or read_held(held.text) == held


_READERS: Final[Sequence[Callable[[bytes], None]]] = (
    *(_journal, _observed, _ledger_mark, _home_mark, _link, _key_elsewhere, _time, _held),
)


@cache
def _temporary() -> TemporaryDirectory[str]:
    """Return the folder of this process and of those that it forks; it goes with this one."""
    return TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)  # noqa: S108  # in memory, where there is such a place


def _folder() -> Path:
    return Path(_temporary().name)


def _written(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def own_files_seeds() -> Iterator[bytes]:
    """Yield one of each, as we write it."""
    _temporary()  # before anybody forks
    entries: list[journal_entries.Entry] = [
        journal_entries.Created(bytes(32)),
        journal_entries.Pinned(makers.pin(makers.first_root()), bytes(32)),
        journal_entries.TroubleFound(5, None),
        journal_entries.Relocated(5, "a", "b"),
    ]
    yield from (b"\0" + journal_entries.encode(entry) for entry in entries)
    beats = [_MARK, [["id", "sales", 1, 60, 2, 1.5], ["x", "s", 2, 60, 7, 2]]]
    yield b"\1" + json.dumps(beats).encode()
    yield b"\1" + json.dumps([_MARK, [[]]]).encode()
    yield b"\2" + f"12:{'ab' * 32}\n".encode()
    yield b"\3" + f"12 {'ab' * 32} 5 {'cd' * 32}\n".encode()
    yield b"\4" + b'["anna", "administrator", 5]'
    yield b"\5" + f"pkcs11:token=a?module-path=/x\n{format_public(makers.key('vendor').verifying_key, 'key')}".encode()
    yield b"\6[]"
    yield b"\0072.14 2.13.7 2.14.20"
