"""Real servers: each worker answers for now, and follows what changes, wherever the installation was opened."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.installation import Installation
from tests import homes, today
from tests.crm import crm_catalog
from tests.runtime.conftest import PATIENCE_SECONDS, comes

pytestmark = [pytest.mark.process, pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")]

APPLICATION = "tests.runtime.web_application"
PACK = today.pack(crm_catalog())
WORKERS = 2
Answer = dict[str, Any]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation whose license counts by the clock of this machine."""
    with Installation.open(tmp_path / "home", root=homes.PIN, pack=PACK) as installation:
        installation.activate(today.file(today.bundle()))
        yield installation


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(params=["gunicorn --preload", "gunicorn", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Answer]]:
    """A server with two workers; returns what asks one of them."""
    program, _, preload = request.param.partition(" ")
    pytest.importorskip(program)
    port, log = free_port(), tmp_path / "log"
    how = {
        "gunicorn": [
            "--workers",
            str(WORKERS),
            "--bind",
            f"127.0.0.1:{port}",
            f"{APPLICATION}:wsgi",
            *preload.split(),
            "--no-control-socket",
        ],  # its thread makes Python warn of every fork
        "uvicorn": ["--workers", str(WORKERS), "--port", str(port), f"{APPLICATION}:asgi"],
    }
    environment = {**os.environ, "TEST_HOME": str(tmp_path / "home"), "PYTHONWARNINGS": "always::DeprecationWarning"}
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", program, *how[program]],
            env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip

    def ask() -> Answer:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/", headers={"Connection": "close"})
                return dict(json.loads(connection.getresponse().read()))
            except (OSError, HTTPException):
                assert running.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.05)

    yield ask
    running.terminate()
    running.wait(60)
    assert "multi-threaded" not in log.read_text()
    assert "Traceback" not in log.read_text()


def all_workers(ask: Callable[[], Answer], is_right: Callable[[Answer], bool]) -> list[Answer]:
    """Ask until every worker has given a right answer, and return those."""
    right: dict[int, Answer] = {}

    def ask_once_more() -> bool:
        found = ask()
        if is_right(found):
            right[found["process"]] = found
        return len(right) >= WORKERS

    assert comes(ask_once_more), right
    return list(right.values())


def test_each_worker_answers_and_follows_a_change(
    installation: Installation, server: Callable[[], Answer], request: pytest.FixtureRequest
) -> None:
    found = all_workers(server, lambda one: one["allowed"] and not one["expander"])
    is_preloaded = "preload" in request.node.name
    for one in found:
        assert (one["process"] != one["opened in"]) is is_preloaded
        assert one["watchers when opened"] == 0
        assert one["watchers"] == 2
    installation.activate(today.file(today.bundle(2, system={"server": 1, "expander": 1})))
    all_workers(server, lambda one: one["expander"])
    os.kill(found[0]["process"], signal.SIGTERM)  # another one takes its place
    new = all_workers(server, lambda one: one["process"] != found[0]["process"])
    assert all(one["allowed"] and one["expander"] for one in new)


def look(licensing: Licensing) -> tuple[int, bool]:
    """Return which process this is, and what it sees."""
    return os.getpid(), licensing.allows("expander")


KEPT: list[Licensing] = []


def look_again(_: object = None) -> tuple[int, bool]:
    """Return the same, as a task of a worker does that was forked with an open installation."""
    return look(KEPT[0])


def open_and_look(home: str) -> tuple[int, bool]:
    """Return the same in a process that opens for itself."""
    with Licensing.open(home, root=homes.PIN, pack=PACK) as licensing:
        return look(licensing)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")  # a pool has threads of its own
@pytest.mark.parametrize("asked_before", [False, True])
def test_a_pool_that_forks_its_workers_again_and_again_sees_changes(
    installation: Installation, tmp_path: Path, *, asked_before: bool
) -> None:
    """As Celery does: an application that is imported in the parent, and workers that do a few tasks each."""
    with Licensing.open(tmp_path / "home", root=homes.PIN, pack=PACK) as licensing:
        assert not asked_before or licensing.allows("server")
        KEPT[:] = [licensing]
        with get_context("fork").Pool(WORKERS, maxtasksperchild=3) as pool:
            before = pool.map(look_again, range(12), chunksize=1)
            installation.activate(today.file(today.bundle(2, system={"server": 1, "expander": 1})))
            assert comes(lambda: all(seen for _, seen in pool.map(look_again, range(6), chunksize=1)))
        assert not any(seen for _, seen in before)
        assert len({process for process, _ in before}) >= 4
        assert licensing.wait_until(lambda one: one.allows("expander"), PATIENCE_SECONDS)
    KEPT.clear()


def test_processes_that_are_spawned_open_for_themselves(installation: Installation, tmp_path: Path) -> None:
    with get_context("spawn").Pool(WORKERS) as pool:
        assert not any(seen for _, seen in pool.map(open_and_look, [str(tmp_path / "home")] * 4))
        installation.activate(today.file(today.bundle(2, system={"server": 1, "expander": 1})))
        assert all(seen for _, seen in pool.map(open_and_look, [str(tmp_path / "home")] * 4))
