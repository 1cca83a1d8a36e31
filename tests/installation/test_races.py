"""Two long-lived processes that assign at the same time: no slot is lost, and none given twice."""

from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.homes import Home, bundle, file
from tests.installation.racing import churn, race

PROCESSES = get_context("spawn")


@pytest.mark.attack("last-seat-taken-twice")
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


@pytest.mark.process
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_slots_stay_dense_while_two_processes_assign_and_release(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    folder = str(tmp_path / "home")
    home = Home(folder if engine == "sqlite" else request.getfixturevalue("postgres_location"))
    teams = [[f"{team}{number}" for number in range(10)] for team in "ab"]
    with home.open() as installation:
        installation.activate(file(bundle(users={"sales-pro": 20})))
        for user in (*teams[0], *teams[1]):
            installation.users.add(user)
        barrier = PROCESSES.Barrier(2)
        pipes = [PROCESSES.Pipe() for _ in teams]
        racers = [
            PROCESSES.Process(target=churn, args=(home, team, 100, barrier, theirs))
            for team, (_, theirs) in zip(teams, pipes, strict=True)
        ]
        for racer in racers:
            racer.start()
        assert all(ours.poll(120) for ours, _ in pipes)
        for racer in racers:
            racer.join(60)
        assert installation.state().in_use == {"sales-pro": 10}
        held = [installation.users.get(user.id).holdings for user, _ in installation.users.list()]
        assert sorted(one.slot for each in held for one in each) == list(range(1, 11))
        assert installation.audit.verify().head.number
