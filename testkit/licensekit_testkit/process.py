"""A reader as a process: a JSON object per line in, one per line out."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, Final, cast

LONGEST_LINE: Final = 64 * 1024 * 1024  # bytes of an answer; no case needs a hundredth of that
_SHOWN: Final = 60  # characters of an invalid answer


class NoAnswerError(Exception):
    """The process did not answer a line; the text says what it did instead."""


class ReaderProcess:
    """The process of a reader, which is started when it is first asked, and again after it failed to answer."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = command
        self._seconds = seconds
        self._running: _Running | None = None

    def ask(self, line: dict[str, Any]) -> dict[str, Any]:
        """Send a line and return the answer, without the id.

        Raises:
            NoAnswerError: there was no answer within the time limit. The next line starts the process again.
            OSError: the command cannot be started.
        """
        if self._running is None:
            self._running = _Running(self._command)
        try:
            return _answer(self._running.exchange(json.dumps(line), self._seconds), line.get("id"))
        except NoAnswerError:
            self.stop()
            raise

    def stop(self) -> None:
        """Kill the process."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def finish(self) -> None:
        """Close the input and let the process end; raise `NoAnswerError` if it does not end with 0."""
        if self._running is None:
            return
        try:
            status = self._running.finish(self._seconds)
        finally:
            self.stop()
        if status != 0:
            raise NoAnswerError(f"ended with status {status} at the end of its input, not with 0")


class _Running:
    """A running process, and the threads that write to it and read from it, so that a time limit covers both."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # the user's own command
        self._has_answered = False
        self._sent: SimpleQueue[bytes | None] = SimpleQueue()
        self._received: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=_write, args=(self._process.stdin, self._sent), daemon=True).start()
        Thread(target=_read, args=(self._process.stdout, self._received), daemon=True).start()

    def exchange(self, line: str, seconds: float) -> bytes:
        """Send a line and return the next line received."""
        if not self._received.empty():
            raise NoAnswerError(f"before it was asked, printed {_shown(self._received.get())}")
        self._sent.put(line.encode() + b"\n")
        try:
            received = self._received.get(timeout=seconds)
        except Empty:
            hint = "" if self._has_answered else " (does the reader take each line as it comes, and flush each answer?)"
            raise NoAnswerError(f"no answer within {seconds:g} s{hint}") from None
        if not received:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            raise NoAnswerError(f"no answer: the process ended with status {self._process.returncode}")
        self._has_answered = True
        return received

    def finish(self, seconds: float) -> int:
        """Close the input and return the exit status of the process."""
        self._sent.put(None)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NoAnswerError(f"did not end within {seconds:g} s after the end of its input") from None

    def kill(self) -> None:
        """Kill the process, and let both threads end."""
        self._process.kill()
        self._process.wait()
        self._sent.put(None)


def _write(pipe: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    """Write lines until there is None, or the process is gone."""
    with suppress(OSError), pipe:
        while (line := lines.get()) is not None:
            pipe.write(line)
            pipe.flush()


def _read(pipe: IO[bytes], lines: SimpleQueue[bytes]) -> None:
    """Put every line of the process into `lines`, and an empty one at the end."""
    with pipe:
        while line := pipe.readline(LONGEST_LINE):
            lines.put(line)
    lines.put(b"")


def _answer(line: bytes, wanted: object) -> dict[str, Any]:
    """Parse an answer, and remove its id, which is optional and must be that of the case."""
    try:
        said: object = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise NoAnswerError(f"no answer: printed {_shown(line)}, which is not a JSON object")
    answer = cast("dict[str, Any]", said)
    if (given := answer.pop("id", wanted)) != wanted:
        raise NoAnswerError(f"answered with another id: {given!r}")
    return answer


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
