"""Two long-lived processes that want the last assignment: one gets it, every time."""

from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.homes import Home, bundle, file
from tests.installation.racing import race

PROCESSES = get_context("spawn")


@pytest.mark.process
@pytest.mark.parametrize(("engine", "rounds"), [("sqlite", 1000), ("postgres", 200)])
def test_of_two_processes_one_gets_the_last_assignment(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str, rounds: int
) -> None:
    folder = str(tmp_path / "home")
    home = Home(folder if engine == "sqlite" else request.getfixturevalue("postgres_location"))
    users = ("anna", "bob")
    with home.open() as installation:
        installation.activate(file(bundle(users={"sales-pro": 1})))
        for user in users:
            installation.users.add(user)
        barrier = PROCESSES.Barrier(2)
        pipes = [PROCESSES.Pipe() for _ in users]
        racers = [
            PROCESSES.Process(target=race, args=(home, user, rounds, barrier, theirs))
            for user, (_, theirs) in zip(users, pipes, strict=True)
        ]
        for racer in racers:
            racer.start()
        assert all(ours.poll(120) for ours, _ in pipes)
        won = [ours.recv() for ours, _ in pipes]
        for racer in racers:
            racer.join(60)
        assert sorted(won[0] + won[1]) == list(range(rounds))
        assert installation.state().in_use == {}
        assert installation.audit.verify().head.number == 4 + 2 * rounds
