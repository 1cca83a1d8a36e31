"""What other processes do with an installation while a test looks on."""

from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from licensekit import Access, Licensing
from tests.homes import Home, bundle, file
from tests.runtime.conftest import comes


def activate(home: Home, sequence: int, sold: dict[str, object]) -> None:
    """Activate another bundle, as a command in another terminal does."""
    with home.open(by="elsewhere") as installation:
        installation.activate(file(bundle(sequence, **sold)))


def work(licensing: Licensing, pipe: Pipe) -> None:
    """Be a worker that was forked after the application had opened its installation.

    Tells the sockets that it holds and whether it sees what was assigned and what it assigns.
    """
    before = sockets()
    pipe.send(licensing.allows("server"))
    seen = comes(lambda: licensing.count("windows").in_use == 1)
    pipe.send((seen, licensing.user("anna").access("windows") is Access.FULL))
    pipe.send(sockets() - before)


def sockets() -> set[str]:
    """Give what this process holds open that is a socket (Linux)."""
    found: set[str] = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which this folder is read
            found.add(str(handle.readlink()))
    return {target for target in found if target.startswith("socket:")}
