"""What verifying a license costs, and how large one is.

`Verifier.verify` on the sample's full bundle, against the bare work in the same process: base64, one Ed25519
verification with a loaded key, one msgspec decode into a struct of the same fields and bounds, whose rules nobody
checks. Of a bundle by a hybrid key the floor is an Ed25519 and an ML-DSA-65 verification, and nothing else.

Run: python -m tests.benchmarks.verify
"""

from base64 import b64decode
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from msgspec import structs

from licensekit import Verifier
from licensekit.wire import frame
from licensekit.wire.documents import Bundle
from tests import makers
from tests.benchmarks.measure import Pair, compare, looped
from tests.samples.sample_files import NOW, SampleFiles, sample_files

BARE: Final = msgspec.defstruct(
    "Bare", [(one.name, one.type) for one in structs.fields(Bundle)], array_like=True, frozen=True
)
"""The fields of a bundle, each within its bounds, and nothing that holds of several of them."""
_SIGNATURE: Final = slice(10, 74)  # of a frame with one Ed25519 signature, behind count, scheme and key id


def ours(sample: SampleFiles) -> Verifier:
    """Return a verifier of what the sample holds."""
    return Verifier(root=sample.root, pack=sample.pack)


def ed25519() -> Pair:
    """Compare the sample by an Ed25519 key with the bare work on the same text."""
    sample = sample_files()
    print(f"frame: {len(sample.token.frame)} bytes (to reach: 465 at most)")
    print(f"text: {len(sample.license)} characters (to reach: 635 at most)")
    verifier, text = ours(sample), sample.license.encode()
    bare_key = Ed25519PublicKey.from_public_bytes(makers.key("vendor").verifying_key.public)
    decode = msgspec.msgpack.Decoder(BARE).decode
    (signature,) = frame.read(sample.token.frame).signatures
    prefix = frame.message("bundle", signature.scheme, signature.key, b"")

    def bare() -> object:
        body = text.partition(b".")[2]
        token = b64decode(body + b"=" * (-len(body) % 4))
        payload = token[_SIGNATURE.stop :]
        bare_key.verify(token[_SIGNATURE], prefix + payload)
        return decode(payload)

    return Pair("Verifier.verify", looped(lambda: verifier.verify(text, now=NOW)), looped(bare), calls=50, most=1.15)


def hybrid() -> Pair:
    """Compare the sample by a hybrid key with its two signatures alone."""
    sample = sample_files(frame.HYBRID)
    verifier, text = ours(sample), sample.license.encode()
    public = makers.key("vendor", frame.HYBRID).verifying_key.public
    classic = Ed25519PublicKey.from_public_bytes(public[: frame.ED25519_KEY_BYTES])
    quantum = MLDSA65PublicKey.from_public_bytes(public[frame.ED25519_KEY_BYTES :])
    opened = frame.read(sample.token.frame)
    (signature,) = opened.signatures
    message = frame.message("bundle", signature.scheme, signature.key, opened.payload)
    first = signature.signature[: frame.ED25519_SIGNATURE_BYTES]
    second = signature.signature[frame.ED25519_SIGNATURE_BYTES :]

    def bare() -> None:
        classic.verify(first, message)
        quantum.verify(second, message)

    def verify() -> object:
        return verifier.verify(text, now=NOW)

    return Pair("Verifier.verify, hybrid", looped(verify), looped(bare), calls=10, most=1.15)


def main() -> None:
    """Sign the samples and compare."""
    compare("tests.benchmarks.verify", [ed25519(), hybrid()])


if __name__ == "__main__":
    main()
