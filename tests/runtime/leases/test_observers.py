"""What an observer reads and frees, look by look, with a clock that the test sets."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from licensekit.installation import Installation
from licensekit.runtime.observer import Observer
from licensekit.runtime.watcher import LOOK_SECONDS
from licensekit.state import seats
from licensekit.state.seats import LONGEST_SECONDS
from tests.homes import Home
from tests.runtime.leases.seat_process import SeatProcess

PATCH = pytest.MonkeyPatch


@pytest.fixture
def process(home: Home) -> Iterator[SeatProcess]:
    """A process whose clock shows what a test says."""
    process = SeatProcess(home)
    process.passed = 1000.0
    yield process
    process.close()


def counted(monkeypatch: PATCH, name: str) -> list[Any]:
    """Return the last arguments of each call of a function of `licensekit.state.seats` from now on."""
    found: list[Any] = []
    function = getattr(seats, name)

    def call(*given: Any) -> Any:
        found.append(given[-1])
        return function(*given)

    monkeypatch.setattr(seats, name, call)
    return found


def looks(process: SeatProcess, observer: Observer, seconds: float) -> list[bool]:
    """Look at each step of the clock for some seconds; return what each look has said."""
    found: list[bool] = []
    for _ in range(round(seconds / LOOK_SECONDS)):
        process.passed = round(process.passed + LOOK_SECONDS, 6)
        found.append(observer.look(process.database))
    return found


def test_who_looks_all_the_time_reads_what_is_due_and_who_looks_now_and_then_everything(
    process: SeatProcess, monkeypatch: PATCH
) -> None:
    process.take(ttl=600)
    below = counted(monkeypatch, "beats")
    looks(process, Observer(process.opened, steady=True), 30)
    assert below[0] == LONGEST_SECONDS + 1
    assert max(below[1:]) < LONGEST_SECONDS
    assert 25 <= len(below) <= 31  # a second apart
    below.clear()
    looks(process, Observer(process.opened, steady=False), 2)
    assert below == [LONGEST_SECONDS + 1] * round(2 / LOOK_SECONDS)


def test_a_step_of_the_clock_is_read_once_and_short_leases_at_each(process: SeatProcess, monkeypatch: PATCH) -> None:
    process.take(ttl=2)
    observer = Observer(process.opened, steady=True)
    below = counted(monkeypatch, "beats")
    for _ in range(4):
        observer.look(process.database)
        process.passed += LOOK_SECONDS / 2 + 0.001
    assert len(below) == 2


@pytest.mark.parametrize("ttl", [3, 10, 60])
def test_who_looks_all_the_time_frees_the_seat_of_a_silent_holder_once_its_time_is_over(
    process: SeatProcess, crm: Installation, monkeypatch: PATCH, ttl: int
) -> None:
    process.take(ttl=ttl)
    observer = Observer(process.opened, steady=True)
    tries = counted(monkeypatch, "free_silent")
    assert not any(looks(process, observer, ttl))
    assert looks(process, observer, ttl / 50 + 2).count(True) == 1
    assert crm.leases.list() == ()
    assert len(tries) == 1


def test_who_looks_counts_the_leases_that_there_are(process: SeatProcess) -> None:
    held = [process.take(f"holder {number}", ttl=600) for number in range(3)]
    observer = Observer(process.opened, steady=False)
    observer.look(process.database)
    assert observer.in_use == {"seat": 3}
    process.free(held[0])
    observer.look(process.database)
    assert observer.in_use == {"seat": 2}


def test_nobody_waits_for_another_who_looks(process: SeatProcess) -> None:
    observer = Observer(process.opened, steady=False)
    found: list[bool] = []
    process.take(ttl=5)
    observer.look(process.database)
    process.passed += 6
    with observer.lock:
        thread = Thread(target=lambda: found.append(observer.look(process.database)), daemon=True)
        thread.start()
        thread.join(20)
        assert found == [False]
    assert observer.look(process.database)


def test_what_was_seen_is_kept_now_and_then_and_only_where_there_is_something(
    process: SeatProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "made" / "here"
    observer = Observer(replace(process.opened, local=folder), steady=False)
    observer.save()
    observer.look(process.database)
    observer.save()
    assert not folder.exists()
    process.take(ttl=60)
    observer.look(process.database)
    observer.save()
    [file] = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    _, [[*_, since]] = json.loads(file.read_text("utf-8"))
    assert since == 1000.0
    file.unlink()
    process.passed += 4.9
    observer.save()
    assert not file.exists()
    process.passed += 0.1
    observer.save()
    assert file.exists()


@pytest.mark.parametrize(("ttl", "is_short"), [(2, True), (6, True), (8, False), (600, False)])
def test_only_where_there_is_a_short_lease_is_each_step_looked_at(
    process: SeatProcess, monkeypatch: PATCH, ttl: int, *, is_short: bool
) -> None:
    lease = process.take(ttl=ttl)
    observer = Observer(process.opened, steady=True)
    below = counted(monkeypatch, "beats")
    steps = 0
    for _ in range(10):
        steps += len(looks(process, observer, 1))
        process.renew(lease)
    assert (len(below) >= steps - 1) is is_short
    assert (len(below) <= 11) is not is_short  # a second apart


def test_a_look_late_in_a_step_does_not_pass_over_the_next_one(process: SeatProcess, monkeypatch: PATCH) -> None:
    process.take(ttl=2)
    observer = Observer(process.opened, steady=True)
    below = counted(monkeypatch, "beats")
    for share in (0.8, 1.5):
        process.passed = (3000 + share) * LOOK_SECONDS
        observer.look(process.database)
    assert len(below) == 2


def test_where_no_boot_is_known_nothing_that_was_seen_is_kept(
    process: SeatProcess, tmp_path: Path, monkeypatch: PATCH
) -> None:
    monkeypatch.setattr("licensekit.runtime.observer.boot_clock", lambda: None)
    process.take(ttl=60)
    observer = Observer(replace(process.opened, local=tmp_path / "here"), steady=False)
    observer.look(process.database)
    observer.save()
    assert not (tmp_path / "here").exists()
