"""Worker processes that sign and write files, while the parent process keeps the ledger.

A worker receives the key through a pipe, never in an argument, the environment or a file, and always ends with its
parent. The main module of a program that uses several workers must start under `if __name__ == "__main__"`.
"""

import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final, NamedTuple, TypeVar

from licensekit.errors import SignerUnavailable
from licensekit.files import write_many
from licensekit.keys.signing import Signer, SigningKey

S = TypeVar("S")
_KEYS: Final[list[SigningKey]] = []  # in a worker: its key


class WorkerPool(NamedTuple):
    """Signs messages and writes files in worker processes, or in this process if there are none."""

    signer: Signer
    executor: ProcessPoolExecutor | None = None
    workers: int = 1

    def sign(self, messages: Sequence[bytes]) -> Callable[[], list[bytes]]:
        """Start signing; return a function that waits for the signatures. Both may raise `SignerUnavailable`."""
        if self.executor is None:
            signatures = [self.signer.sign(message) for message in messages]
            return lambda: signatures
        wait = self._begun(self.executor, _sign, messages)
        return lambda: [signature for some in wait() for signature in some]

    def write(self, folder: Path, files: Sequence[tuple[str, bytes]]) -> Callable[[], object]:
        """Start writing `files` (name, contents) into `folder`, each whole or not at all; return what waits for it."""
        if self.executor is None:
            write_many(folder, files)
            return lambda: None
        return self._begun(self.executor, write_many, files, folder)

    def _begun(
        self, executor: ProcessPoolExecutor, work: Callable[..., S], whole: Sequence[object], *first: Path
    ) -> Callable[[], list[S]]:
        size = max(1, -(-len(whole) // self.workers))
        with _while_they_run():
            shares = range(0, len(whole), size)
            begun: list[Future[S]] = [executor.submit(work, *first, whole[start : start + size]) for start in shares]

        def wait() -> list[S]:
            with _while_they_run():
                return [one.result() for one in begun]

        return wait


@contextmanager
def _while_they_run() -> Generator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise SignerUnavailable(reason="ended") from error


@contextmanager
def worker_pool(signer: Signer, workers: int) -> Generator[WorkerPool]:
    """Start this many processes, or none for 1; raise `SignerUnavailable` if the key cannot leave its token."""
    if workers == 1:
        yield WorkerPool(signer)
        return
    if not isinstance(signer, SigningKey):
        raise SignerUnavailable(reason="one-process")
    key = signer.verifying_key.scheme, signer.reveal_secret()
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, key) as executor:
        yield WorkerPool(signer, executor, workers)


def _start(scheme: int, secret: bytes) -> None:
    # Only the parent handles an interrupt at the terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    _KEYS.append(SigningKey.from_secret(scheme, secret))


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(0)


def _sign(messages: Sequence[bytes]) -> list[bytes]:
    return [_KEYS[0].sign(message) for message in messages]
