"""Seats that tasks of asyncio take: no task blocks the loop, and none that was cancelled keeps a seat."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit import Lease, Licensing, Seat
from licensekit.errors import DatabaseUnavailable, LeaseLost, NoneFree, SeatMisused
from licensekit.installation import Installation
from licensekit.runtime import seats
from licensekit.runtime.leasing import Leasing
from licensekit.state.seats import HeldSeat
from tests.crm import SOLD
from tests.profiles import examples

SEATS = SOLD["users"]["seat"]
PATCH = pytest.MonkeyPatch


def seat(licensing: Licensing, holder: str = "anna", **more: Any) -> Seat:
    return licensing.seat("seat", holder=holder, **more)


def in_use(licensing: Licensing) -> int:
    return licensing.count("seat").in_use


async def until(happens: Callable[[], bool]) -> None:
    while not happens():  # noqa: ASYNC110  # no event of this loop
        await asyncio.sleep(0.001)


async def hold(one: Seat) -> None:
    async with one:
        await asyncio.Event().wait()


def test_tasks_share_the_seats_exactly_and_are_served_in_order(licensing: Licensing) -> None:
    order: list[int] = []
    held: list[int] = [0]

    async def work(number: int) -> None:
        async with seat(licensing, f"task {number}", wait=60) as lease:
            order.append(number)
            held.append(held[-1] + 1)
            await asyncio.sleep(0.005)
            lease.check()
            held.append(held[-1] - 1)
        assert not lease.is_held
        assert not lease.lost.is_set()

    async def work_together() -> None:
        await asyncio.gather(*map(work, range(8 * SEATS)))

    asyncio.run(work_together())
    assert order == list(range(8 * SEATS))
    assert max(held) <= SEATS
    assert in_use(licensing) == 0


def test_a_task_holds_a_seat_until_it_releases_it(licensing: Licensing) -> None:
    async def work() -> Lease:
        lease = await seat(licensing).take_async()
        assert licensing.count("seat").in_use == 1
        await lease.release_async()
        await lease.release_async()
        return lease

    assert not asyncio.run(work()).is_held
    assert in_use(licensing) == 0


def test_a_task_waits_in_vain_for_as_long_as_it_says(licensing: Licensing) -> None:
    held = [seat(licensing).take() for _ in range(SEATS)]

    async def work() -> None:
        begin = time.monotonic()
        first = asyncio.create_task(seat(licensing, wait=60).take_async())
        with pytest.raises(NoneFree):
            await seat(licensing, wait=0).take_async()
        with pytest.raises(NoneFree, match="5 of 5"):  # behind the first one
            await seat(licensing, wait=0.3).take_async()
        assert 0.25 < time.monotonic() - begin < 15
        await held[0].release_async()
        held[0] = await first

    asyncio.run(work())
    assert in_use(licensing) == SEATS


def test_tasks_that_wait_hold_no_thread_and_do_not_block_the_loop(licensing: Licensing) -> None:
    held = [seat(licensing).take() for _ in range(SEATS)]

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        waiting = [asyncio.create_task(hold(seat(licensing, wait=60))) for _ in range(50)]
        for _ in range(20):
            await asyncio.to_thread(held[0].check)
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)

    asyncio.run(work())
    assert in_use(licensing) == SEATS


class Gate:
    """Where a step in a thread is stopped until the test lets it go on."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def stop(self) -> None:
        """Wait to be let through."""
        self._reached.set()
        assert self._open.wait(60)

    async def reached(self) -> None:
        """Wait until a step is here."""
        await until(self._reached.is_set)

    def open(self) -> None:
        """Let everything through."""
        self._open.set()


Cancelled = asyncio.Task[None]
Moment = Callable[[Licensing, PATCH], Awaitable[Cancelled]]


async def in_the_executors_queue(licensing: Licensing, patch: PATCH) -> Cancelled:
    """Cancel before the step in the database has begun: it never begins."""
    gate = Gate()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    blocking = asyncio.create_task(asyncio.to_thread(gate.stop))
    await gate.reached()
    task = asyncio.create_task(hold(seat(licensing)))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])  # not for what is in its way
    patch.setattr(seats, "take", Mock(side_effect=AssertionError))
    gate.open()
    await blocking
    await asyncio.to_thread(int)  # behind the step that is passed over
    assert cast("Mock", seats.take).mock_calls == []
    return task


async def before_the_database_has_it(licensing: Licensing, patch: PATCH) -> Cancelled:
    """Cancel when the thread is about to take the seat."""
    gate, take = Gate(), seats.take

    def stopped(*given: Any, **more: Any) -> tuple[HeldSeat, float]:
        gate.stop()
        return take(*given, **more)

    patch.setattr(seats, "take", stopped)
    task = asyncio.create_task(hold(seat(licensing)))
    await gate.reached()
    task.cancel()
    await asyncio.sleep(0.01)
    gate.open()
    return task


async def after_the_database_has_it(licensing: Licensing, patch: PATCH) -> Cancelled:
    """Cancel when the seat is taken, and the thread does not know it yet."""
    gate, take = Gate(), seats.take

    def stopped(*given: Any, **more: Any) -> tuple[HeldSeat, float]:
        answer = take(*given, **more)
        gate.stop()
        return answer

    patch.setattr(seats, "take", stopped)
    task = asyncio.create_task(hold(seat(licensing)))
    await gate.reached()
    task.cancel()
    await asyncio.sleep(0.01)
    assert in_use(licensing) == 1
    gate.open()
    return task


async def before_the_loop_knows_it(licensing: Licensing, _: PATCH) -> Cancelled:
    """Cancel when the thread is done, and the loop has not seen it."""
    thread = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(thread)
    task = asyncio.create_task(hold(seat(licensing)))
    await asyncio.sleep(0)
    thread.submit(int).result(60)  # behind the step, while the loop stands still
    assert in_use(licensing) == 1
    task.cancel()
    return task


async def when_none_is_free(licensing: Licensing, _: PATCH) -> Cancelled:
    """Cancel between two tries, or in one that is in vain."""
    held = [await seat(licensing).take_async() for _ in range(SEATS)]
    task = asyncio.create_task(hold(seat(licensing, wait=60)))
    await asyncio.sleep(0.05)
    task.cancel()
    for lease in held:
        await lease.release_async()
    return task


async def in_a_try_that_is_in_vain(licensing: Licensing, patch: PATCH) -> Cancelled:
    """Cancel when the thread is about to learn that no seat is free."""
    gate = Gate()

    def stopped(*_: Any, **__: Any) -> tuple[HeldSeat, float]:
        gate.stop()
        raise NoneFree(reason="leased", license="seat", in_use=SEATS, total=SEATS)

    patch.setattr(seats, "take", stopped)
    task = asyncio.create_task(hold(seat(licensing, wait=60)))
    await gate.reached()
    task.cancel()
    await asyncio.sleep(0.01)
    gate.open()
    return task


async def in_line(licensing: Licensing, _: PATCH) -> Cancelled:
    """Cancel behind another one that waits, who gets the seat."""
    held = [await seat(licensing).take_async() for _ in range(SEATS)]
    first = asyncio.create_task(hold(seat(licensing, "first", wait=60)))
    await asyncio.sleep(0.05)
    task = asyncio.create_task(hold(seat(licensing, wait=60)))
    await asyncio.sleep(0.01)
    task.cancel()
    for lease in held:
        await lease.release_async()
    await until(lambda: in_use(licensing) == 1)
    first.cancel()
    await asyncio.wait([first])
    return task


async def in_the_block(licensing: Licensing, _: PATCH) -> Cancelled:
    """Cancel when the seat is held."""
    task = asyncio.create_task(hold(seat(licensing)))
    await until(lambda: in_use(licensing) == 1)
    task.cancel()
    return task


async def at_the_end_of_the_block(licensing: Licensing, patch: PATCH) -> Cancelled:
    """Cancel while the seat is being released."""
    gate, free = Gate(), Leasing.free

    def stopped(self: Leasing, lease: Lease) -> None:
        gate.stop()
        free(self, lease)

    async def work() -> None:
        async with seat(licensing):
            patch.setattr(Leasing, "free", stopped)

    task = asyncio.create_task(work())
    await gate.reached()
    task.cancel()
    await asyncio.wait([task])
    gate.open()
    return task


MOMENTS: list[Moment] = [
    in_the_executors_queue, before_the_database_has_it, after_the_database_has_it, before_the_loop_knows_it,
    when_none_is_free, in_a_try_that_is_in_vain, in_line, in_the_block, at_the_end_of_the_block,
]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_a_task_is_cancelled_it_keeps_no_seat(
    licensing: Licensing, monkeypatch: pytest.MonkeyPatch, moment: Moment
) -> None:
    async def cancel() -> None:
        task = await moment(licensing, monkeypatch)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert in_use(licensing) == 0


def test_a_task_that_is_cancelled_twice_does_not_wait_for_the_database(
    licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, take = Gate(), seats.take

    def stopped(*given: Any, **more: Any) -> tuple[HeldSeat, float]:
        answer = take(*given, **more)
        gate.stop()
        return answer

    async def work() -> None:
        monkeypatch.setattr(seats, "take", stopped)
        task = asyncio.create_task(hold(seat(licensing)))
        await gate.reached()
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.01)
        assert task.cancelled()
        gate.open()

    asyncio.run(work())
    assert in_use(licensing) == 0


def test_tasks_that_are_cancelled_at_any_moments_keep_no_seat(licensing: Licensing) -> None:
    @settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(st.floats(0, 0.03), st.integers(0, 8)), min_size=1, max_size=2 * SEATS))
    def cancel(moments: list[tuple[float, int]]) -> None:
        async def cancelled(seconds: float, steps: int) -> None:
            task = asyncio.create_task(hold(seat(licensing, wait=60)))
            await asyncio.sleep(seconds)
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

        async def work() -> None:
            await asyncio.gather(*(cancelled(*moment) for moment in moments))
            assert in_use(licensing) == 0

        asyncio.run(work())

    cancel()


def test_a_coroutine_that_is_closed_in_the_block_keeps_no_seat(licensing: Licensing) -> None:
    running = hold(seat(licensing))
    loop = asyncio.new_event_loop()
    loop.create_task(running)  # noqa: RUF006  # it is never finished
    loop.call_later(0.3, loop.stop)
    loop.run_forever()
    assert in_use(licensing) == 1
    running.close()
    assert in_use(licensing) == 0
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_a_program_that_ends_its_loop_keeps_no_seat(licensing: Licensing) -> None:
    """As a server does with what requests and its lifespan hold."""

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        async with seat(licensing):
            yield

    async def main() -> None:
        held = asyncio.create_task(hold(seat(licensing)))
        async with lifespan():
            await asyncio.sleep(0.2)
            assert not held.done()
            raise SystemExit(3)

    with pytest.raises(SystemExit):
        asyncio.run(main())
    assert in_use(licensing) == 0


def test_a_loss_ends_the_block_and_is_reported_in_the_loop(crm: Installation, licensing: Licensing) -> None:
    told: list[tuple[Lease, int]] = []

    async def work(error: Exception | None = None) -> None:
        lost = asyncio.Event()

        def on_lost(lease: Lease) -> None:
            told.append((lease, threading.get_ident()))
            lost.set()

        async with seat(licensing, on_lost=on_lost) as lease:
            crm.leases.end(lease.id)
            await asyncio.wait_for(lost.wait(), 60)
            assert told.pop() == (lease, threading.get_ident())
            if error is not None:
                raise error

    with pytest.raises(LeaseLost, match="admin has ended it"):
        asyncio.run(work())
    with pytest.raises(ZeroDivisionError):
        asyncio.run(work(ZeroDivisionError()))
    assert in_use(licensing) == 0


def test_a_loss_is_not_reported_in_a_loop_that_is_over(crm: Installation, licensing: Licensing) -> None:
    told: list[Lease] = []
    lease = asyncio.run(seat(licensing, on_lost=told.append).take_async())
    crm.leases.end(lease.id)
    assert lease.lost.wait(60)
    time.sleep(0.1)
    assert told == []


def test_a_seat_is_taken_for_one_block_alone(licensing: Licensing) -> None:
    one = seat(licensing)
    with one, pytest.raises(SeatMisused, match=r"call `licensing.seat\(…\)` for each"), one:
        pytest.fail("it has begun twice")
    with pytest.raises(SeatMisused):
        asyncio.run(hold(one))
    assert in_use(licensing) == 0


def test_a_thread_with_a_loop_does_not_wait_in_it(licensing: Licensing) -> None:
    async def work() -> None:
        seat(licensing).take().release()
        with pytest.raises(SeatMisused, match="use `async with`"):
            seat(licensing, wait=1).take()

    asyncio.run(work())
    assert in_use(licensing) == 0


def test_where_no_loop_runs_nothing_is_awaited(licensing: Licensing) -> None:
    """As with frameworks that have loops of their own."""
    with pytest.raises(SeatMisused, match="use `with`"):
        hold(seat(licensing)).send(None)
    assert in_use(licensing) == 0


def test_closing_ends_the_wait_of_threads_and_tasks(licensing: Licensing) -> None:
    held = [seat(licensing).take() for _ in range(SEATS)]
    errors: list[Exception] = []

    def wait() -> None:
        try:
            seat(licensing, wait=60).take()
        except Exception as error:  # noqa: BLE001  # it is looked at
            errors.append(error)

    async def work() -> None:
        task = asyncio.create_task(seat(licensing, wait=60).take_async())
        await asyncio.sleep(0.1)
        licensing.close()
        with pytest.raises((NoneFree, DatabaseUnavailable)):  # as its last try ended
            await task

    thread = threading.Thread(target=wait)
    thread.start()
    asyncio.run(work())
    thread.join(60)
    assert len(errors) == 1
    assert not any(lease.is_held for lease in held)
