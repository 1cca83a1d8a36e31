"""Any bytes in place of a file: a line that says why, an exit code of the table, nothing changed.

Each test feeds hundreds of damaged forms of one kind of file to the command that reads it. What readers do with bytes
is searched by `tests.fuzz`, which reaches more; that a command changes nothing is seen here alone.
"""

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from licensekit.keys import keyfile
from tests.bad_input.mutations import mutations
from tests.cli.invoking import Ran, invoke
from tests.profiles import examples

SAMPLE: Final = Path(__file__).parents[2] / "samples" / "superoffice"
MUTATIONS: Final = examples(500)
REFUSED: Final = frozenset({2, 3, 4, 5, 6, 7, 8})


class World(NamedTuple):
    """A vendor with a signed license, and a customer who has activated another."""

    folder: Path
    workspace: Path
    home: Path
    pack: Path
    license: Path
    root: str

    @property
    def order(self) -> Path:
        """A second order for the serial of the first."""
        return self.folder / "order.toml"

    def passphrase(self) -> list[str | Path]:
        """Return the option that opens the signing key."""
        return ["--passphrase-file", self.folder / "passphrase"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once; each test gets a copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", 14)
        folder = tmp_path_factory.mktemp("world")
        patch.chdir(folder)  # `init` writes the application's module into the current folder
        yield _found(folder)


def _found(folder: Path) -> World:
    (folder / "passphrase").write_text("test passphrase\n")
    workspace, home, pack = folder / "acme", folder / "home", folder / "acme" / "acme.lkp"
    secret: list[str | Path] = ["--passphrase-file", folder / "passphrase"]
    root_secret: list[str | Path] = ["--root-passphrase-file", folder / "passphrase"]
    made = invoke(["init", workspace, *secret, *root_secret, "--json"])
    root = made.out.split('"root": "')[1].split('"')[0]
    first, second = folder / "first.lic", folder / "second.lic"
    example = workspace / "orders" / "example.toml"
    order = folder / "order.toml"
    again = example.read_text().replace('order = "example-1"', 'serial = "1010000014"')
    order.write_text(again)
    for source, target in ((example, first), (order, second)):
        done = invoke(["issue", source, "-C", workspace, "-o", target, *secret])
        assert done.code == 0, done.err
    done = invoke(["activate", first, "--home", home, "--pack", pack, "--root", root])
    assert done.code == 0, done.err
    return World(folder, workspace, home, pack, second, root)


@pytest.fixture
def world(template: World, tmp_path: Path) -> World:
    folder = tmp_path / "world"
    shutil.copytree(template.folder, folder)

    def moved(path: Path) -> Path:
        return folder / path.relative_to(template.folder)

    return World(
        folder,
        moved(template.workspace),
        moved(template.home),
        moved(template.pack),
        moved(template.license),
        template.root,
    )


def contents(folder: Path) -> dict[str, str]:
    """Return every file below `folder` with its digest, except what SQLite leaves beside a database.

    If a damaged header says that the file must not be written, SQLite leaves its empty log and the index of that log.
    Neither contains state.
    """
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_left_by_sqlite(path)
    }


def _is_left_by_sqlite(path: Path) -> bool:
    return path.suffix == ".db-shm" or (path.suffix == ".db-wal" and not path.stat().st_size)


def check(ran: Ran, data: bytes) -> None:
    """Check that a refusal says what it should; a damaged file may also be a good one."""
    if ran.code == 0:
        return
    assert ran.code in REFUSED, (data, ran)
    lines = [line for line in ran.err.splitlines() if ": found its tokens" not in line]
    assert lines, data
    for line in lines:
        assert line.startswith("licensekit: "), (data, ran.err)
        assert line.isprintable(), (data, ran.err)
    assert "Traceback" not in ran.err


def feed(original: Path, target: Path, world: World, run: Callable[[], Ran]) -> dict[int, int]:
    """Put damaged forms of `original` in place of `target`, and give how often each code came."""
    source = original.read_bytes()
    codes: dict[int, int] = {}
    pristine = target.read_bytes() if target.exists() else None
    before = contents(world.folder)
    for data in mutations(source, MUTATIONS, seed=1):
        target.write_bytes(data)
        ran = run()
        check(ran, data)
        codes[ran.code] = codes.get(ran.code, 0) + 1
        if ran.code != 0:
            assert target.read_bytes() == data
        if pristine is None:
            target.unlink()
        else:
            target.write_bytes(pristine)
        if ran.code != 0:
            assert contents(world.folder) == before, data
        else:
            before = contents(world.folder)
    return codes


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_license_changes_nothing(world: World) -> None:
    bad = world.folder / "bad.lic"
    codes = feed(world.license, bad, world, lambda: invoke(["activate", bad, "--home", world.home]))
    assert set(codes) >= {3, 4}


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_pack_sets_no_installation_up(world: World) -> None:
    bad = world.folder / "bad.lkp"
    home = world.folder / "new"
    given: list[str | Path] = ["--home", home, "--pack", bad, "--root", world.root]

    def run() -> Ran:
        ran = invoke(["activate", world.license, *given])
        if ran.code == 0:
            shutil.rmtree(home)
        return ran

    assert set(feed(world.pack, bad, world, run)) >= {3, 4}


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_catalog_is_explained(world: World) -> None:
    bad = world.folder / "bad.toml"
    codes = feed(SAMPLE / "catalog.toml", bad, world, lambda: invoke(["catalog", "check", bad]))
    assert codes[5] > MUTATIONS // 2


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_order_issues_nothing(world: World) -> None:
    bad, out = world.folder / "bad.toml", world.folder / "out.lic"

    def run() -> Ran:
        ran = invoke(["issue", bad, "-C", world.workspace, "-o", out, *world.passphrase()])
        assert out.exists() == (ran.code == 0)
        out.unlink(missing_ok=True)
        return ran

    assert feed(world.order, bad, world, run)[5] > MUTATIONS // 3


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_key_file_signs_nothing(world: World) -> None:
    (key,) = (world.workspace / "keys").iterdir()
    out = world.folder / "out.lic"
    arguments = ["issue", world.order, "-C", world.workspace, "-o", out, *world.passphrase()]

    def run() -> Ran:
        ran = invoke(arguments)
        assert out.exists() == (ran.code == 0)
        out.unlink(missing_ok=True)
        return ran

    assert feed(key, key, world, run)[7] > MUTATIONS // 2


@pytest.mark.attack("any-bytes-in-place-of-a-file")
def test_a_damaged_home_is_left_as_it_is(world: World) -> None:
    database = world.home / "licensing.db"
    codes = feed(database, database, world, lambda: invoke(["status", "--home", world.home]))
    assert codes[8] > MUTATIONS // 10
