"""A world of both sides, made once, on a disk in memory where there is one."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disk_faults import sqlite_layer, worlds

MEMORY = Path("/dev/shm")  # noqa: S108  # nothing secret, in a folder of our own


@pytest.fixture(scope="session")
def world_folder() -> Iterator[Path]:
    """A folder with the world `base`; a sync costs nothing there, and whether it is made is what counts."""
    if sys.platform != "linux" or sqlite_layer.library() is None:
        pytest.skip("calls are watched on Linux alone, and where the functions of SQLite can be reached")
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        worlds.make_world(Path(folder, "base"))
        yield Path(folder)


@pytest.fixture
def world(world_folder: Path) -> Iterator[Path]:
    """A world of its own."""
    yield worlds.copy_world(world_folder / "base", world_folder / "own")
    shutil.rmtree(world_folder / "own")
