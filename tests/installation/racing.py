"""What the two processes of a race do."""

from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier

from licensekit.errors import NoneFree
from tests.homes import Home


def race(home: Home, user: str, rounds: int, barrier: Barrier, pipe: Pipe) -> None:
    """Try to take the last assignment at the same moment as another process, again and again."""
    won: list[int] = []
    with home.open(by=user) as installation:
        for number in range(rounds):
            barrier.wait(60)
            try:
                installation.users.assign(user, "sales-pro")
            except NoneFree:
                barrier.wait(60)
            else:
                won.append(number)
                barrier.wait(60)
                installation.users.release(user, "sales-pro")
    pipe.send(won)


def churn(home: Home, users: list[str], rounds: int, barrier: Barrier, pipe: Pipe) -> None:
    """Assign to each user, and release from every other one, at the same time as others."""
    with home.open(by=users[0]) as installation:
        barrier.wait(60)
        for number in range(rounds):
            user = users[number % len(users)]
            installation.users.assign(user, "sales-pro")
            if number % 2:
                installation.users.release(user, "sales-pro")
    pipe.send([])
