"""A reader as a process: one JSON object a line in, one a line out."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, Final, cast

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of an answer that are read; no case has one a hundredth as long."""
_SHOWN: Final = 60
"""Characters of a line that is shown because it is no answer."""


class NoAnswerError(Exception):
    """The process gave no answer to a line; the text says what it did instead."""


class ReaderProcess:
    """The process of a reader, which is started when it is asked and after it failed to answer."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = command
        self._seconds = seconds
        self._running: _Running | None = None

    def ask(self, line: dict[str, Any]) -> dict[str, Any]:
        """Send a line and return the answer, without the id.

        Raises:
            NoAnswerError: there was none within the time limit. The process is started again for the next line.
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
        """End the process, whatever it is doing."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def finish(self) -> None:
        """Let the process end by itself at the end of its input; raise `NoAnswerError` if it does not end with 0."""
        if self._running is None:
            return
        try:
            status = self._running.finish(self._seconds)
        finally:
            self.stop()
        if status != 0:
            raise NoAnswerError(f"ended with status {status} at the end of its input, not with 0")


class _Running:
    """A process that runs, and the threads that write and read so that a time limit holds for both."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # the reader that is named
        self._has_answered = False
        self._sent: SimpleQueue[bytes | None] = SimpleQueue()
        self._received: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=_write, args=(self._process.stdin, self._sent), daemon=True).start()
        Thread(target=_read, args=(self._process.stdout, self._received), daemon=True).start()

    def exchange(self, line: str, seconds: float) -> bytes:
        """Send a line and return the next one that comes."""
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
        """Close the input and return the status with which the process ends."""
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
    """Write every line until there is None, or the process is gone."""
    with suppress(OSError), pipe:
        while (line := lines.get()) is not None:
            pipe.write(line)
            pipe.flush()


def _read(pipe: IO[bytes], lines: SimpleQueue[bytes]) -> None:
    """Put every line of the process into `lines`, and at its end an empty one."""
    with pipe:
        while line := pipe.readline(LONGEST_LINE):
            lines.put(line)
    lines.put(b"")


def _answer(line: bytes, wanted: object) -> dict[str, Any]:
    """Return the answer that a line is, without the id; the id is optional, and is that of the case."""
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
