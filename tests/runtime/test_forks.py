"""Worker processes that are forked after the application has opened its installation."""

import os
import threading
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from licensekit import Access, Licensing
from licensekit.database import is_url
from licensekit.errors import DatabaseUnavailable
from licensekit.installation import Installation
from licensekit.runtime import watcher
from tests.homes import PIN, Home
from tests.runtime.conftest import Open, comes
from tests.runtime.other_processes import sockets, work

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded"),  # for it has asked before
]
FORK = get_context("fork") if hasattr(os, "fork") else get_context()
WORKERS = 4


def received(process: BaseProcess, pipe: Pipe) -> Any:
    """Return what a worker sends; fail if it ends or stays silent instead."""
    ready = wait([pipe, process.sentinel], 60)
    assert pipe in ready, f"nothing from a worker that has ended with {process.exitcode}"
    return pipe.recv()


def test_workers_forked_after_opening_see_changes_by_themselves(
    home: Home, licensing: Licensing, admin: Installation
) -> None:
    licensing.user("anna")
    pipes = [FORK.Pipe() for _ in range(WORKERS)]
    workers = [FORK.Process(target=work, args=(licensing, theirs)) for _, theirs in pipes]
    inherited = sockets()
    for worker in workers:
        worker.start()
    inherited |= sockets()
    ours = [pipe for pipe, _ in pipes]
    for worker, pipe in zip(workers, ours, strict=True):
        assert received(worker, pipe) is True
    admin.users.assign("anna", "windows", "user")
    for worker, pipe in zip(workers, ours, strict=True):
        assert received(worker, pipe) == (True, True)
    held = [received(worker, pipe) for worker, pipe in zip(workers, ours, strict=True)]
    own = [one - inherited for one in held]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    # Whoever talks to a server does so on connections that nobody else has.
    assert all(own) == (is_url(home.place))
    everybody: list[set[str]] = [*own, sockets()]
    together: set[str] = set()
    assert sum(map(len, everybody)) == len(together.union(*everybody))
    assert comes(lambda: licensing.user("anna").access("windows") is Access.FULL)


def test_a_fork_in_the_middle_of_a_look_leaves_the_child_free(
    home: Home, admin: Installation, open_licensing: Open
) -> None:
    parent = os.getpid()
    stands, over = threading.Event(), threading.Event()
    over.set()

    def clock() -> datetime:
        if os.getpid() == parent and not over.is_set():
            stands.set()
            over.wait(60)
        return home.clock()

    def ask() -> None:
        admin.users.assign("anna", "sales")
        assert comes(lambda: licensing.user("anna").allows("sale"))
        licensing.refresh()

    licensing = open_licensing(clock=clock)
    over.clear()
    looker = threading.Thread(target=licensing.refresh)
    looker.start()
    assert stands.wait(60)
    child = FORK.Process(target=ask)
    child.start()
    child.join(60)
    over.set()
    looker.join()
    assert child.exitcode == 0
    assert comes(lambda: licensing.user("anna").allows("sale"))


def test_a_child_that_closes_leaves_its_parent_open(licensing: Licensing, admin: Installation) -> None:
    child = FORK.Process(target=licensing.close)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    admin.users.assign("anna", "sales")
    assert comes(lambda: licensing.user("anna").allows("sale"))


def watchers() -> int:
    """Return how many threads keep answers true in this process."""
    return len([one for one in threading.enumerate() if one.name in {"licensekit-clock", "licensekit-database"}])


def test_what_was_closed_before_a_fork_stays_closed(home: Home, admin: Installation) -> None:
    before = watchers()
    licensing = Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock)
    licensing.close()

    def look() -> None:
        assert watchers() <= before
        with pytest.raises(DatabaseUnavailable):
            licensing.allows("server")

    child = FORK.Process(target=look)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert admin.state().serial


def test_what_a_child_does_first_leaves_every_answer_true(
    home: Home, licensing: Licensing, admin: Installation, open_licensing: Open
) -> None:
    closed = Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock)
    closed.close()
    unwatched = open_licensing(watch=False)
    watcher.continue_after_fork()
    admin.users.assign("anna", "sales")
    assert comes(lambda: licensing.user("anna").allows("sale"))
    assert unwatched.count("sales").in_use == 0
    unwatched.refresh()
    assert unwatched.count("sales").in_use == 1
    with pytest.raises(DatabaseUnavailable):
        closed.allows("server")


def test_an_unwatched_one_is_refreshed_in_the_child(admin: Installation, open_licensing: Open) -> None:
    licensing = open_licensing(watch=False)

    def look() -> None:
        assert licensing.count("sales").in_use == 0
        licensing.refresh()
        assert licensing.count("sales").in_use == 1

    admin.users.assign("anna", "sales")
    child = FORK.Process(target=look)
    child.start()
    child.join(60)
    assert child.exitcode == 0
