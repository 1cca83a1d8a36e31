"""`docs/how-to/concurrent-seats.md`: its line for SIGTERM is the one that is tested."""

import inspect

from tests.docs.tables import text_of
from tests.runtime.leases import ending_process


def test_the_line_for_sigterm_is_the_one_that_is_tested() -> None:
    [line] = [line for line in text_of("how-to/concurrent-seats.md").splitlines() if line.startswith("signal.signal(")]
    assert inspect.getsource(ending_process).count(line) == 2
