"""Who signs and writes files for the one that keeps the ledger.

One task is under way at a time: it is begun, and its result is asked for before the next one. What
the ledger needs is done meanwhile, where there is somebody else to do the task (`workers`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from licensekit.files import write_many
from licensekit.keys.signing import Signer

File = tuple[str, bytes]
"""Name and contents."""


class WorkerPool(Protocol):
    """Signs messages and writes files."""

    def begin_signing(self, messages: Sequence[bytes]) -> None:
        """Begin to sign `messages`."""
        ...

    def signatures(self) -> list[bytes]:
        """Give a signature for each of the messages.

        Raises:
            SignerUnavailable: the key lives elsewhere and cannot be reached.
        """
        ...

    def begin_writing(self, folder: Path, files: Sequence[File]) -> None:
        """Begin to write `files` into `folder`, each whole or not at all."""
        ...

    def finish_writing(self) -> None:
        """Wait until they are written.

        Raises:
            FileUnusable: one cannot be written.
        """
        ...


class InProcess:
    """The crew of one: what is begun is done at once."""

    def __init__(self, signer: Signer) -> None:
        self._sign = signer.sign
        self._signatures: list[bytes] = []

    def begin_signing(self, messages: Sequence[bytes]) -> None:
        """See `WorkerPool.begin_signing`."""
        self._signatures = [self._sign(message) for message in messages]

    def signatures(self) -> list[bytes]:
        """See `WorkerPool.signatures`."""
        return self._signatures

    def begin_writing(self, folder: Path, files: Sequence[File]) -> None:
        """See `WorkerPool.begin_writing`."""
        write_many(folder, files)

    def finish_writing(self) -> None:
        """See `WorkerPool.finish_writing`."""
