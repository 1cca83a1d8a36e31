"""A request for a seat by a thread or an asyncio task, for a block or until it is released.

A task never blocks its loop: each step in the database runs in a thread of the loop's executor, and no thread is used
between steps. A step cannot be interrupted, so a task that is cancelled during one releases the seat that it got.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, suppress
from functools import partial
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

from licensekit.access import Access
from licensekit.database.wait_queue import Ticket
from licensekit.errors import LeaseLost, SeatMisused
from licensekit.runtime.leasing import WAITED_FOR, Leasing
from licensekit.runtime.seats import Lease, OnLost, in_thread
from licensekit.state.seats import SeatRequest

_Same = tuple[asyncio.AbstractEventLoop, Leasing, str, Access]
_LINES: Final["WeakValueDictionary[_Same, asyncio.Lock]"] = WeakValueDictionary()
"""Tasks of one loop that ask for the same seats query the database one after the other, in order of arrival."""


class Seat:
    """A seat that can be taken. Created by `Licensing.seat`.

    `with` and `async with` take it for one block, release it at the end, and then raise `LeaseLost` if it was lost
    meanwhile. `take` and `take_async` take a seat until you release the lease that they return.
    """

    _lease: Lease

    def __init__(self, leasing: Leasing, request: SeatRequest, wait: float, on_lost: OnLost) -> None:
        self._leasing = leasing
        self._request = request
        self._wait = wait
        self._on_lost = on_lost
        self._unused = Lock()

    def take(self) -> Lease:
        """Take a seat and return its lease; blocks, and raises as `Licensing.seat`."""
        if self._wait > 0 and _running_loop() is not None:
            raise SeatMisused(reason="blocking", license=self._request.license)
        end, leasing = time.monotonic() + self._wait, self._leasing
        with leasing.live.counters.request(self._request.license), closing(leasing.line(self._request)) as ticket:
            pauses = leasing.pauses(end)
            while True:
                try:
                    return self._step(ticket, self._on_lost, end)
                except WAITED_FOR:
                    if (pause := next(pauses, None)) is None:
                        raise
                time.sleep(pause)

    async def take_async(self) -> Lease:
        """Take a seat in an asyncio task; raises as `take`. A task that is cancelled meanwhile gets no seat."""
        with self._leasing.live.counters.request(self._request.license):
            return await self._take_async()

    async def _take_async(self) -> Lease:
        loop, request = _running_loop(), self._request
        if loop is None:
            raise SeatMisused(reason="no-loop", license=request.license)
        end, ticket = time.monotonic() + self._wait, self._leasing.line(request)
        step = partial(self._step, ticket, partial(_tell, loop, self._on_lost), end)
        line = _LINES.setdefault((loop, self._leasing, request.license, request.at_least), asyncio.Lock())
        is_first = False
        try:
            with suppress(TimeoutError):  # after the timeout, try once anyway to learn why there is none
                async with asyncio.timeout(self._wait):
                    is_first = await line.acquire()
            pauses = self._leasing.pauses(end)
            while True:
                try:
                    return await _taken(step)
                except WAITED_FOR:
                    if (pause := next(pauses, None)) is None:
                        raise
                await asyncio.sleep(pause)
        finally:
            ticket.close()
            if is_first:
                line.release()

    def __enter__(self) -> Lease:
        self._begin_block()
        self._lease = self.take()
        return self._lease

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        lost = self._lease.error
        self._lease.release()
        _report(lost, error)

    async def __aenter__(self) -> Lease:
        self._begin_block()
        self._lease = await self.take_async()
        return self._lease

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        lost = self._lease.error
        if kind is GeneratorExit:  # a coroutine that is being closed cannot await
            self._lease.release()
        else:
            await self._lease.release_async()
        _report(lost, error)

    def _step(self, ticket: Ticket, on_lost: OnLost, end: float) -> Lease:
        return self._leasing.take(self._request, on_lost, end, ticket.ahead())

    def _begin_block(self) -> None:
        if not self._unused.acquire(blocking=False):
            raise SeatMisused(reason="again", license=self._request.license)


def _report(lost: LeaseLost | None, error: BaseException | None) -> None:
    """Raise the loss of a block's seat, unless another error ends the block."""
    if error is None and lost is not None and lost.reason != "released":
        raise lost


def _running_loop() -> asyncio.AbstractEventLoop | None:
    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


def _tell(loop: asyncio.AbstractEventLoop, on_lost: OnLost, lease: Lease) -> None:
    if on_lost is not None and not loop.is_closed():
        loop.call_soon_threadsafe(on_lost, lease)


async def _taken(step: Callable[[], Lease]) -> Lease:
    """Take a seat in a thread; if this task is cancelled meanwhile, release the seat before raising."""
    outcome: Future[Lease] = Future()
    try:
        await in_thread(_run, outcome, step)
    except asyncio.CancelledError:
        if not outcome.cancel():  # the step has begun
            await in_thread(_release, outcome)
        raise
    return outcome.result(timeout=0)


def _run(outcome: "Future[Lease]", step: Callable[[], Lease]) -> None:
    if outcome.set_running_or_notify_cancel():
        try:
            outcome.set_result(step())
        except BaseException as error:  # noqa: BLE001  # raised in the task
            outcome.set_exception(error)


def _release(outcome: "Future[Lease]") -> None:
    """Wait for the step, and release the seat if one was taken."""
    if outcome.exception() is None:
        outcome.result().release()
