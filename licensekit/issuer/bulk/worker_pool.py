"""The processes that sign and write files for the one that keeps the ledger.

One task is under way at a time: it is begun, and its result is asked for before the next one. With several processes,
what the ledger needs is done meanwhile.

A worker takes its tasks through its standard input, the key first, and ends when that is closed: with the process that
started it, however that ends. Nothing of the key is ever in an argument, in the environment or in a file. Both run the
same Python, so that `marshal` carries what goes through the pipes: texts, bytes and lists of them.
"""

import marshal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

from licensekit.errors import FileUnusable, SignerUnavailable
from licensekit.files import write_many
from licensekit.keys.signing import Signer, SigningKey

_SIGN: Final = "sign"
_WRITE: Final = "write"
_SERVE: Final = f"import sys; from {__name__} import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
"""What a worker runs."""

File = tuple[str, bytes]
"""Name and contents."""


class _Pipe(NamedTuple):
    """The two ends of this side to a worker."""

    requests: BinaryIO
    answers: BinaryIO

    def ask(self, *parts: Any) -> None:
        """Ask for something; the answer is waited for before the next question."""
        with _while_it_runs():
            _send(self.requests, *parts)

    def answer(self) -> Any:
        """Return the answer to what was asked last."""
        with _while_it_runs():
            return _receive(self.answers)


@contextmanager
def _while_it_runs() -> Generator[None]:
    try:
        yield
    except (OSError, EOFError) as error:
        raise SignerUnavailable(reason="ended") from error


class WorkerPool(NamedTuple):
    """Signs messages and writes files: each worker gets its share, and without any, this process does it itself."""

    signer: Signer
    workers: Sequence[_Pipe] = ()

    def sign(self, messages: Sequence[bytes]) -> Callable[[], list[bytes]]:
        """Begin to sign `messages`; return what waits for their signatures.

        Either raises `SignerUnavailable` if the key lives elsewhere and cannot be reached, or a worker has ended.
        """
        if self.workers:
            return self._asked((_SIGN,), messages)
        signatures = [self.signer.sign(message) for message in messages]
        return lambda: signatures

    def write(self, folder: Path, files: Sequence[File]) -> Callable[[], None]:
        """Begin to write `files` into `folder`, each whole or not at all; return what waits until they are written.

        Either raises `FileUnusable` if one cannot be written.
        """
        if not self.workers:
            write_many(folder, files)
        refused = self._asked((_WRITE, str(folder)), files)

        def wait() -> None:
            for fields in refused():
                raise FileUnusable(**fields)

        return wait

    def _asked(self, task: Sequence[str], whole: Sequence[object]) -> Callable[[], list[Any]]:
        size = -(-len(whole) // max(1, len(self.workers)))
        for number, worker in enumerate(self.workers):
            worker.ask(*task, *whole[number * size : (number + 1) * size])
        return lambda: [one for worker in self.workers for one in worker.answer()]


@contextmanager
def worker_pool(signer: Signer, workers: int) -> Generator[WorkerPool]:
    """Start this many processes; one is this process itself.

    Raises:
        SignerUnavailable: several are asked for, and the key cannot leave its token.
    """
    if workers == 1:
        yield WorkerPool(signer)
        return
    if not isinstance(signer, SigningKey):
        raise SignerUnavailable(reason="one-process")
    with ExitStack() as stack:
        yield WorkerPool(signer, [stack.enter_context(_worker(signer)) for _ in range(workers)])


@contextmanager
def _worker(signer: SigningKey) -> Generator[_Pipe]:
    """Start a worker and send it the key; it ends with the block."""
    with subprocess.Popen(
        # Nothing is imported from the folder in which the command happens to run.
        [sys.executable, "-P", "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # An interrupt at the terminal is for the process that keeps the ledger.
        start_new_session=True,
    ) as process:
        pipe = _Pipe(cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout))
        try:
            pipe.ask(signer.verifying_key.scheme, signer.reveal_secret())
            yield pipe
        finally:
            with suppress(OSError):
                pipe.requests.close()


def _send(pipe: BinaryIO, *parts: Any) -> None:
    """Send some values together."""
    marshal.dump(parts, pipe)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    """Return the next values; raise `EOFError` once the other side has closed the pipe, or ended."""
    return marshal.load(pipe)  # noqa: S302  # the other side is the process that started this one, or one started here


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do one task after the other until the other side closes."""
    with suppress(EOFError, BrokenPipeError):
        scheme, secret = _receive(requests)
        key = SigningKey.from_secret(scheme, secret)
        while True:
            task, *parts = _receive(requests)
            _send(answers, *([key.sign(one) for one in parts] if task == _SIGN else _write(*parts)))


def _write(folder: str, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
    """Write files of these names and contents; return the fields of the `FileUnusable` that was raised, if any."""
    try:
        write_many(Path(folder), files)
    except FileUnusable as error:
        return [{**error.data, "where": error.where}]
    return []
