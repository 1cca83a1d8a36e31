"""What a process costs that verifies one file, and those of the commands `verify` and `status`.

The floor of each is a process that does the same bare work with the same libraries: it imports `cryptography`'s Ed25519
and msgspec alone, decodes base64, verifies one signature and decodes one payload; for the commands it imports click and
prints a line as well, and for `status` it reads a SQLite database. A verifier checks three more signatures, those of
the pack, so there is a floor with all four besides. All find their modules compiled, as installed packages are: the
first round, which is not counted, compiles them. Where `valgrind` is installed, the instructions of each process are
counted, which no load of the machine changes.

Run: python -m tests.benchmarks.start
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from licensekit.installation import Installation
from licensekit.trust.pack import open_pack
from licensekit.wire import armor, frame
from tests import makers, today
from tests.benchmarks.measure import measure, report

BARE: Final = """
import base64, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
import msgspec
text = open("file.lic", "rb").read()
body = text.strip().partition(b".")[2]
token = base64.b64decode(body + b"=" * (-len(body) % 4))
for public, message, signature in msgspec.msgpack.decode(open("signed", "rb").read()):
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
msgspec.msgpack.decode(token[74:])
"""
BARE_WITH_PACK: Final = BARE.replace('open("signed"', 'open("signed-with-pack"')
BARE_COMMAND: Final = f'{BARE}\nimport click\nclick.echo("verified")\n'
READ_DATABASE: Final = """
import sqlite3
click.echo(len(sqlite3.connect("home/licensing.db").execute("SELECT * FROM sqlite_master").fetchall()))
"""
VERIFY: Final = """
from datetime import UTC, datetime
import licensekit
pack, text = (open(name, "rb").read() for name in ("pack.lkp", "file.lic"))
verifier = licensekit.Verifier(root=open("root").read(), pack=pack)
verifier.verify(text, now=datetime.now(UTC))
"""
COMMAND: Final = """
import sys
from licensekit.cli.main import main
sys.argv = ["licensekit", {arguments}]
main()
"""
VERIFY_COMMAND: Final = COMMAND.format(
    arguments='"verify", "file.lic", "--pack", "pack.lkp", "--root", open("root").read()'
)
STATUS_COMMAND: Final = COMMAND.format(arguments='"status", "--home", "home"')


class Compared(NamedTuple):
    """A process, its floor, and the ratio to reach."""

    what: str
    ours: str
    floor: str
    most: float


COMPARED: Final = (
    Compared("import and verify one file", VERIFY, BARE, 1.15),
    Compared("the same, beside the signatures of the pack as well", VERIFY, BARE_WITH_PACK, 1.15),
    Compared("licensekit verify", VERIFY_COMMAND, BARE_COMMAND, 1.25),
    Compared("licensekit status", STATUS_COMMAND, BARE_COMMAND + READ_DATABASE, 2.0),
)


def prepare(folder: Path) -> None:
    """Write a file, its pack and pin, what the floors verify, and an installation in which the file is active."""
    pack, root = today.pack(), makers.pin(makers.first_root())
    bundle = today.signed(today.bundle())
    license_file = makers.file_of(bundle)
    for name, text in (("pack.lkp", pack), ("root", root), ("file.lic", license_file)):
        (folder / name).write_text(text)
    keys = {makers.key(name).verifying_key.key_id: makers.key(name).verifying_key.public for name in ("root", "vendor")}
    signed = [_signed(token, keys) for token in (bundle, *open_pack(pack, root).tokens)]
    (folder / "signed").write_bytes(msgspec.msgpack.encode(signed[:1]))
    (folder / "signed-with-pack").write_bytes(msgspec.msgpack.encode(signed))
    (folder / "home").mkdir()
    with Installation.open(folder / "home", root=root, pack=pack) as installation:
        installation.activate(license_file)


def _signed(token: armor.Token, keys: dict[bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    """Return the public key, the message and the signature of a document."""
    opened = frame.read(token.frame)
    (one,) = opened.signatures
    return keys[one.key], frame.message(token.type, one.scheme, one.key, opened.payload), one.signature


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which a process keeps compiled modules in a folder, and takes the same way each time."""
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    return {**os.environ, **compiled, "PYTHONHASHSEED": "0"}


def run(program: str, folder: Path, *before: str) -> str:
    """Run a program in a folder, by the command `before` it; return what that writes on standard error."""
    command = [*before, sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True, text=True)
    return done.stderr


def instructions(program: str, folder: Path) -> int | None:
    """Count the instructions of a process; None where there is no `valgrind`."""
    if shutil.which("valgrind") is None:
        return None
    counted = run(program, folder, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    found = re.search(r"Collected : (\d+)", counted)
    return None if found is None else int(found[1])


def main() -> None:
    """Time each process beside its floor, and count the instructions of both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for what, ours, floor, most in COMPARED:
            measured = measure(lambda: run(ours, folder), lambda: run(floor, folder), calls=1)  # noqa: B023  # it is called before the next
            report(what, measured, most=most)
            counts = instructions(ours, folder), instructions(floor, folder)
            if counts[0] and counts[1]:
                millions = " and ".join(f"{count / 1e6:.1f}" for count in counts if count)
                print(f"    instructions: {millions} million, ratio {counts[0] / counts[1]:.2f}")


if __name__ == "__main__":
    main()
