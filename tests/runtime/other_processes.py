"""What other processes do with an installation while a test looks on."""

from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path

from licensekit import Access, Licensing
from licensekit.errors import NoneFree
from tests.homes import PIN, Home, bundle, file
from tests.runtime.conftest import comes


def activate(home: Home, sequence: int, sold: dict[str, object]) -> None:
    """Activate another bundle, as a command in another terminal does."""
    with home.open(by="elsewhere") as installation:
        installation.activate(file(bundle(sequence, **sold)))


def work(licensing: Licensing, pipe: Pipe) -> None:
    """Be a worker that was forked after the application had opened its installation.

    Tells the sockets that it holds and whether it sees what was assigned and what it assigns.
    """
    pipe.send(licensing.allows("server"))
    seen = comes(lambda: licensing.count("windows").in_use == 1)
    pipe.send((seen, licensing.user("anna").access("windows") is Access.FULL))
    pipe.send(sockets())


def sockets() -> set[str]:
    """Return what this process holds open that is a socket (Linux)."""
    found: set[str] = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which this folder is read
            found.add(str(handle.readlink()))
    return {target for target in found if target.startswith("socket:")}


def application(home: Home) -> Licensing:
    """Open an installation as an application does."""
    return Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True)


def assign_all_that_is_free(home: Home, host: int, barrier: Barrier, pipe: Pipe) -> None:
    """Be one of several hosts whose clocks differ: assign to ones own users until none is free.

    Tells whom it could assign, and what it counts once all hosts are done.
    """
    with home.open(by=f"host {host}") as installation, application(home) as licensing:
        barrier.wait(60)
        won: list[str] = []
        for number in range(100):
            user = f"user-{host}-{number}"
            installation.users.add(user)
            try:
                installation.users.assign(user, "sales-pro")
            except NoneFree:
                break
            won.append(user)
        barrier.wait(60)
        comes(lambda: licensing.count("sales-pro").free == 0)
        pipe.send((won, licensing.count("sales-pro")))
