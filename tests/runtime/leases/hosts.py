"""Hosts: processes with a clock of their own, which do what a test asks."""

from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from typing import Any, NamedTuple

from licensekit import Licensing
from licensekit.runtime.seats import Lease
from tests.homes import PIN
from tests.runtime.leases.competing_processes import CODE, PACK, PROCESSES


class Host(NamedTuple):
    """A process with a clock of its own."""

    process: SpawnProcess
    pipe: Pipe

    def ask(self, *what: Any) -> Any:
        """Let it do something, and give what it says."""
        self.pipe.send(what)
        assert self.pipe.poll(30)
        return self.pipe.recv()


def host(place: str, minutes: int, pipe: Pipe) -> None:
    """Do what is asked, by a clock that is some minutes ahead."""

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    held: list[Lease] = []
    with Licensing.open(place, root=PIN, pack=PACK, clock=clock, watch=True) as licensing:
        while True:
            what, *more = pipe.recv()
            if what == "count":
                pipe.send([licensing.count(code) for code in ("seat", "sales", "windows")])
            if what == "take":
                held.append(licensing.seat(CODE, holder=f"{minutes:+}", ttl=more[0]).take())
                pipe.send(held[-1].row)
            if what == "held":
                pipe.send([lease.is_held for lease in held])
            if what == "end":
                pipe.send(None)
                return


def hosts_at(place: str, *minutes: int) -> list[Host]:
    """Start a host for each number of minutes that its clock is ahead."""
    found: list[Host] = []
    for ahead in minutes:
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=host, args=(place, ahead, theirs))
        process.start()
        found.append(Host(process, ours))
    return found
