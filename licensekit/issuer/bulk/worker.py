"""A process that signs and writes files for another one: `python -m licensekit.issuer.bulk.worker`.

It takes its tasks through its standard input, the key first, and ends when that is closed: with the process that
started it, however that ends. Nothing of the key is ever in an argument, in the environment or in a file.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from licensekit.errors import FileUnusable
from licensekit.files import write_many
from licensekit.issuer.bulk.pipe import DONE, SIGN, receive, send
from licensekit.keys.signing import SigningKey


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do one task after the other until the other side closes."""
    with suppress(EOFError, BrokenPipeError):
        (scheme,), secret = receive(requests)
        key = SigningKey.from_secret(scheme, secret)
        while True:
            kind, *parts = receive(requests)
            send(answers, [key.sign(one) for one in parts] if kind == SIGN else _write(parts))


def _write(parts: list[bytes]) -> list[bytes]:
    """Write the files of these names and contents into a folder, which comes first.

    Returns `DONE`, or the fields of the `FileUnusable` that was raised, as JSON.
    """
    folder, *rest = parts
    names = (name.decode() for name in rest[::2])
    try:
        write_many(Path(folder.decode()), zip(names, rest[1::2], strict=True))
    except FileUnusable as error:
        return [json.dumps({**error.data, "where": error.where}).encode()]
    return [DONE]


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
