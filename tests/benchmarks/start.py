"""What a process costs that imports licensekit and verifies one file.

The floor is a process that imports `cryptography`'s Ed25519 and msgspec alone and does the same bare work: base64, one
signature, one decode. Both find their modules compiled, as installed packages are: the first round, which is not
counted, compiles them.

Run: python -m tests.benchmarks.start
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from licensekit.trust.sign import sign
from licensekit.wire import frame
from tests import makers
from tests.benchmarks.measure import measure, report

BARE = """
import base64, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
import msgspec
public, message, text = (open(name, "rb").read() for name in ("public", "message", "file.lic"))
body = text.strip().partition(b".")[2]
token = base64.b64decode(body + b"=" * (-len(body) % 4))
Ed25519PublicKey.from_public_bytes(public).verify(token[10:74], message)
msgspec.msgpack.decode(token[74:])
"""

OURS = """
from datetime import UTC, datetime
import licensekit
pack, text = (open(name, "rb").read() for name in ("pack.lkp", "file.lic"))
verifier = licensekit.Verifier(root=open("root").read(), pack=pack)
verifier.verify(text, now=datetime(2027, 1, 2, tzinfo=UTC))
"""


def main() -> None:
    """Write one file and its pack, and time both processes on them."""
    vendor = makers.key("vendor")
    bundle = sign(makers.bundle(), vendor)
    opened = frame.read(bundle.frame)
    (signature,) = opened.signatures
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, trust = makers.first_root(), makers.first_trust()
        pack = makers.file_of(first, trust, sign(makers.catalog(), vendor))
        (folder / "pack.lkp").write_text(pack)
        (folder / "root").write_text(makers.pin(first))
        (folder / "file.lic").write_text(makers.file_of(bundle))
        (folder / "public").write_bytes(vendor.verifying_key.public)
        (folder / "message").write_bytes(frame.message("bundle", signature.scheme, signature.key, opened.payload))

        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        environment = {**os.environ, **compiled}

        def run(program: str) -> None:
            command = [sys.executable, "-c", program]
            subprocess.run(command, cwd=folder, env=environment, check=True)

        measured = measure(lambda: run(OURS), lambda: run(BARE), calls=1)
    report("a process that verifies one file", measured, most=1.3)


if __name__ == "__main__":
    main()
