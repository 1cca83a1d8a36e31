"""`docs/how-to/concurrent-seats.md`: its programs run, and keep no seat."""

import ast
import asyncio
import inspect
import signal
import sys
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from licensekit import Lease, Licensing
from licensekit.errors import LeaseLost
from licensekit.wire.documents import SeatKind
from tests import makers
from tests.docs.tables import code_blocks, text_of
from tests.homes import PIN, Home, bundle, file, pack
from tests.runtime.leases import ending_process

CATALOG, *PROGRAMS = code_blocks(text_of("how-to/concurrent-seats.md"))
CODE = "service-client"
assert CODE in CATALOG


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_take_a_seat_and_release_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    catalog = makers.catalog(licenses={CODE: makers.license_entry(seats=SeatKind.CONCURRENT)}, access={})
    home = Home(str(tmp_path), pack=pack(catalog))
    taken: list[str] = []
    monkeypatch.setattr(signal, "signal", Mock())

    def work() -> None:
        taken.extend(lease.holder for lease in crm.leases.list())

    async def work_on(lease: Lease) -> None:
        assert lease.allows(CODE)
        work()

    async def serve_until(lost: asyncio.Event) -> None:
        work()
        crm.leases.end(crm.leases.list()[0].id)
        await lost.wait()

    with (
        home.open() as crm,
        Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing,
    ):
        crm.activate(file(bundle(users={CODE: 1})))
        licensing.refresh()
        names: dict[str, object] = {
            "licensing": licensing, "work": work, "work_on": work_on, "serve_until": serve_until,
            "work_is_left": lambda: not taken, "asyncio": asyncio, "signal": signal, "sys": sys,
        }  # fmt: skip
        with suppress(LeaseLost):
            running = eval(compile(program, "", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)  # noqa: S307  # ours
            if inspect.iscoroutine(running):
                asyncio.run(running)
        assert taken or ".take" in program or "SIGTERM" in program
        assert crm.leases.list() == ()


def test_the_line_for_sigterm_is_the_one_that_is_tested() -> None:
    [line] = [program for program in PROGRAMS if "SIGTERM" in program]
    assert inspect.getsource(ending_process).count(line) == 2
