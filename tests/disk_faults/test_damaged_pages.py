"""Bytes of a database that a disk has changed: every command says so or works, and a backup puts it right."""

from pathlib import Path
from random import Random
from typing import Final

import pytest

from licensekit.cli import groups
from tests.disk_faults import worlds

PAGE: Final = 4096
DAMAGES: Final = 12
SIDES: Final = {
    "acme/ledger.db": (
        "ledger backup saved.db {w}",
        ("ledger list {w}", "ledger verify {w}", "ledger doctor {w}", "customers set 1010000014 --note later {w}"),
        "ledger restore saved.db {w} --yes",
        "ledger verify {w}",
    ),
    "home/licensing.db": (
        "backup saved.db {h}",
        ("status {h}", "users list {h}", "audit verify {h}", "doctor {h}", "users add carl {h}"),
        "restore saved.db {h} --yes",
        "doctor {h}",
    ),
}
"""For each database: how a backup is made, commands that meet the damage, how the backup is restored and judged."""


def damage(path: Path, random: Random) -> None:
    """Change a page of a database as a disk does: a few bytes, a whole page, or the page of another place."""
    data = bytearray(path.read_bytes())
    pages = len(data) // PAGE
    for _ in range(random.randrange(1, 4)):
        page = random.randrange(pages) * PAGE
        match random.randrange(3):
            case 0:
                for _ in range(random.randrange(1, 9)):
                    data[page + random.randrange(PAGE)] = random.randrange(256)
            case 1:
                data[page : page + PAGE] = random.choice([bytes(PAGE), random.randbytes(PAGE)])
            case _:
                other = random.randrange(pages) * PAGE
                data[page : page + PAGE] = data[other : other + PAGE]
    path.write_bytes(data)


@pytest.mark.thorough
@pytest.mark.attack("damaged-pages")
@pytest.mark.parametrize("seed", range(DAMAGES))
@pytest.mark.parametrize("place", SIDES)
def test_a_damaged_page_is_named_or_harmless_and_a_backup_puts_it_right(world: Path, place: str, seed: int) -> None:
    back_up, commands, restore, judge = SIDES[place]
    with worlds.still(world):
        worlds.prepare(back_up)
        damage(Path(place), Random(seed))  # noqa: S311  # no secret
        for line in commands:
            ran = worlds.run(line)
            assert ran.code != groups.DEFECT, (line, ran.err)
            assert "Traceback" not in ran.err, (line, ran.err)
        worlds.prepare(restore)
        assert worlds.run(judge).code == 0, worlds.run(judge)
