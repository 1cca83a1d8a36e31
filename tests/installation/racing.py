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
