"""Runs the tasks of `docs/how-to/frameworks.md` in a real worker that forks, on a broker in memory.

Prints what each task came to, and in which process.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from celery.contrib.testing.worker import start_worker

tasks: Any = import_module("tasks")  # the block of the page
results = Path("results")
results.mkdir()
tasks.app.conf.update(broker_url="memory://", result_backend=results.absolute().as_uri())


def process() -> int:
    """Return the process that runs it."""
    return os.getpid()


process_of_task: Any = tasks.app.task(process)

with start_worker(tasks.app, pool="prefork", concurrency=2, perform_ping_check=False, shutdown_timeout=60):
    print("forked" if process_of_task.delay().get(timeout=60) != os.getpid() else "not forked")
    for asked in (tasks.index.delay("a.txt"), tasks.report.delay("anna"), tasks.report.delay("bob")):
        print(asked.get(timeout=60, propagate=False))
