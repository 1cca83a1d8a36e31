"""What the programs work on: files of the sample, and its payloads under the floors' key.

What it costs to verify a signature depends on its bytes, so they are the same in every run.
"""

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
ROOT: Final = Path("root")
PACK: Final = Path("pack.lkp")
LICENSE: Final = Path("license.lic")
HOME: Final = "installation"
WORKSPACE: Final = Path("workspace")
SECRET: Final = Path("secret")
"""The workspace's secret key, in the open: opening a key file is slow by intention."""
FLOOR: Final = "floor.db"
CODE: Final = "server"
"""A system license that the sample grants."""
SIGNATURE_FROM: Final = 10
PAYLOAD_FROM: Final = 74
"""Before it there are the frame's head and one Ed25519 signature."""
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(32))


class Signed(NamedTuple):
    """What a floor verifies."""

    signature: bytes
    payload: bytes


def root_and_pack() -> tuple[str, bytes]:
    """Return the pin and the pack."""
    return ROOT.read_text("ascii"), PACK.read_bytes()


def signed(file: Path) -> list[Signed]:
    """Sign the payload of each of a file's documents with the floors' key."""
    payloads = [token_in(line)[PAYLOAD_FROM:] for line in file.read_bytes().split()]
    return [Signed(KEY.sign(payload), payload) for payload in payloads]


def token_in(text: bytes) -> bytes:
    """Return the bytes that a document's line spells in base64."""
    body = text.partition(b".")[2]
    return b64decode(body + b"=" * (-len(body) % 4))
