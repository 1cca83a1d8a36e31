"""How verification grows with the licenses in a bundle. The floor is base64, one signature, one decode."""

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec.msgpack import Decoder

from licensekit import Verifier
from licensekit.wire import frame
from licensekit.wire.documents import Bundle
from tests import homes, makers
from tests.benchmarks.growth.series import Curve, Growth, processor_seconds, up_to

COUNTS: Final = (1, 10, 100, 1_000)


def sold(count: int) -> str:
    """Return a license file with `count` licenses of users."""
    users = {f"module-{number:03}": number + 1 for number in range(count)}
    return homes.file(makers.bundle(users=users, system={}, sites={}))


def bare(file: str) -> Callable[[], object]:
    """Return the bare work for a file."""
    key, decode = makers.key("vendor").verifying_key, Decoder(Bundle).decode
    body = file.strip().encode().partition(b".")[2]
    padded = body + b"=" * (-len(body) % 4)
    (signature,) = frame.read(b64decode(padded)).signatures
    prefix = frame.message("bundle", signature.scheme, signature.key, b"")

    def work() -> object:
        token = b64decode(padded)
        key.verify(prefix + token[74:], token[10:74])
        return decode(token[74:])

    return work


def grow(most: int) -> Growth:
    """Measure one verification, and the size of the file."""
    files = {n: sold(n) for n in up_to(most, COUNTS)}
    verifier, now = Verifier(root=homes.PIN, pack=homes.pack()), homes.Clock()()
    ours = processor_seconds({n: partial(verifier.verify, file, now=now) for n, file in files.items()}, calls=50)
    floor = processor_seconds({n: bare(file) for n, file in files.items()}, calls=50)
    return Growth(
        "licenses",
        "Verifying one file",
        "licenses in a bundle",
        [
            Curve("Verifier.verify", "s", ours),
            Curve("signature and decoding", "s", floor),
            Curve("the file", "bytes", {n: len(file) for n, file in files.items()}),
        ],
    )
