"""The processes that sign and write files for the one that keeps the ledger.

One task is under way at a time: it is begun, and its result is asked for before the next one. With several processes,
what the ledger needs is done meanwhile.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar, cast

from licensekit.errors import FileUnusable, WorkersUnavailable
from licensekit.files import write_many
from licensekit.issuer.bulk.pipe import DONE, SIGN, WRITE, receive, send
from licensekit.keys.signing import Signer, SigningKey

T = TypeVar("T")
File = tuple[str, bytes]
"""Name and contents."""


class WorkerPool:
    """Signs messages and writes files: in this process alone, as soon as it is asked to."""

    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        self._sign = sign
        self._signatures: list[bytes] = []

    def begin_signing(self, messages: Sequence[bytes]) -> None:
        """Begin to sign `messages`."""
        self._signatures = [self._sign(message) for message in messages]

    def signatures(self) -> list[bytes]:
        """Return a signature for each of the messages.

        Raises:
            SignerUnavailable: the key lives elsewhere and cannot be reached.
        """
        return self._signatures

    def begin_writing(self, folder: Path, files: Sequence[File]) -> None:
        """Begin to write `files` into `folder`, each whole or not at all."""
        write_many(folder, files)

    def finish_writing(self) -> None:
        """Wait until they are written; raise `FileUnusable` if one cannot be."""


@contextmanager
def worker_pool(signer: Signer, workers: int) -> Generator[WorkerPool]:
    """Start this many processes; one is this process itself.

    Raises:
        WorkersUnavailable: several are asked for, and the key cannot leave its token.
    """
    if workers == 1:
        yield WorkerPool(signer.sign)
        return
    if not isinstance(signer, SigningKey):
        raise WorkersUnavailable(reason="one-process")
    with ExitStack() as stack:
        pipes = [stack.enter_context(_worker(signer)) for _ in range(workers)]
        yield _Workers(signer.sign, pipes)


class _Pipe(NamedTuple):
    """The two ends of this side to a worker."""

    requests: BinaryIO
    answers: BinaryIO

    def ask(self, *parts: bytes) -> None:
        """Ask for something; the answer is waited for before the next question."""
        with _while_it_runs():
            send(self.requests, parts)

    def answer(self) -> list[bytes]:
        """Return the answer to what was asked last."""
        with _while_it_runs():
            return receive(self.answers)


@contextmanager
def _while_it_runs() -> Generator[None]:
    try:
        yield
    except (OSError, EOFError) as error:
        raise WorkersUnavailable(reason="ended") from error


class _Workers(WorkerPool):
    """Several processes, each of which gets its share."""

    def __init__(self, sign: Callable[[bytes], bytes], workers: Sequence[_Pipe]) -> None:
        super().__init__(sign)
        self._workers = workers

    def begin_signing(self, messages: Sequence[bytes]) -> None:
        for worker, share in self._shares(messages):
            worker.ask(SIGN, *share)

    def signatures(self) -> list[bytes]:
        return [signature for worker in self._workers for signature in worker.answer()]

    def begin_writing(self, folder: Path, files: Sequence[File]) -> None:
        for worker, share in self._shares(files):
            parts = [part for name, data in share for part in (name.encode(), data)]
            worker.ask(WRITE, str(folder).encode(), *parts)

    def finish_writing(self) -> None:
        for answer in [worker.answer() for worker in self._workers]:
            if answer != [DONE]:
                [data] = answer
                raise FileUnusable(**json.loads(data))

    def _shares(self, whole: Sequence[T]) -> list[tuple[_Pipe, Sequence[T]]]:
        size = -(-len(whole) // len(self._workers))
        return [(worker, whole[number * size : (number + 1) * size]) for number, worker in enumerate(self._workers)]


@contextmanager
def _worker(signer: SigningKey) -> Generator[_Pipe]:
    """Start a worker and send it the key; it ends with the block."""
    with subprocess.Popen(
        # Nothing is imported from the folder in which the command happens to run.
        [sys.executable, "-P", "-m", "licensekit.issuer.bulk.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # An interrupt at the terminal is for the process that keeps the ledger.
        start_new_session=True,
    ) as process:
        pipe = _Pipe(cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout))
        try:
            pipe.ask(bytes([signer.verifying_key.scheme]), signer.reveal_secret())
            yield pipe
        finally:
            with suppress(OSError):
                pipe.requests.close()
