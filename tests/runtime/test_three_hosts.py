"""Three hosts whose clocks are five minutes apart share one installation on a server."""

from multiprocessing import get_context

import pytest

from licensekit import Count
from tests import makers
from tests.homes import Clock, Home, bundle, file
from tests.runtime.other_processes import assign_all_that_is_free

PROCESSES = get_context("spawn")
APART_SECONDS = 300
FREE = 50


@pytest.mark.attack("last-seat-taken-twice")
@pytest.mark.process
def test_counts_come_out_the_same_on_all_hosts_and_no_seat_is_given_twice(postgres_location: str) -> None:
    hosts = [Home(postgres_location, Clock(makers.NOW + apart * APART_SECONDS)) for apart in (-1, 0, 1)]
    with hosts[1].open() as installation:
        installation.activate(file(bundle(users={"sales-pro": FREE})))
    barrier = PROCESSES.Barrier(len(hosts))
    pipes = [PROCESSES.Pipe() for _ in hosts]
    processes = [
        PROCESSES.Process(target=assign_all_that_is_free, args=(home, number, barrier, theirs))
        for number, (home, (_, theirs)) in enumerate(zip(hosts, pipes, strict=True))
    ]
    for process in processes:
        process.start()
    assert all(ours.poll(120) for ours, _ in pipes)
    told = [ours.recv() for ours, _ in pipes]
    for process in processes:
        process.join(60)
    assert {count for _, count in told} == {Count(FREE, FREE)}
    won = [user for users, _ in told for user in users]
    assert len(won) == len(set(won)) == FREE
    with hosts[1].open() as installation:
        assert sorted(installation.license("sales-pro").holders) == sorted(won)
        # A clock that is ahead for less than a day of running shows the others nothing.
        assert installation.state().now == makers.NOW
        installation.audit.verify()
