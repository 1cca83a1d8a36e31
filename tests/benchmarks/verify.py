"""What verifying a license costs, and how large one is.

`Verifier.verify` on the sample's full bundle, against the bare work in the same process: base64, one Ed25519
verification with a loaded key, one msgspec decode into the same structs.

Run: python -m tests.benchmarks.verify
"""

from base64 import b64decode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.msgpack import Decoder

from licensekit import Verifier
from licensekit.wire import frame
from licensekit.wire.documents import Bundle
from tests import makers
from tests.benchmarks.measure import measure, report
from tests.samples.sample_files import NOW, sample_files


def main() -> None:
    """Sign the sample and time its verification."""
    sample = sample_files()
    print(f"frame: {len(sample.token.frame)} bytes (to reach: 465 at most)")
    print(f"text: {len(sample.license)} characters (to reach: 635 at most)")

    verifier = Verifier(root=sample.root, pack=sample.pack)
    public = makers.key("vendor").verifying_key.public
    bare_key = Ed25519PublicKey.from_public_bytes(public)
    decode = Decoder(Bundle).decode
    text = sample.license.encode()
    (signature,) = frame.read(sample.token.frame).signatures
    prefix = frame.message("bundle", signature.scheme, signature.key, b"")

    def bare() -> object:
        body = text.partition(b".")[2]
        token = b64decode(body + b"=" * (-len(body) % 4))
        bare_key.verify(token[10:74], prefix + token[74:])
        return decode(token[74:])

    measured = measure(lambda: verifier.verify(text, now=NOW), bare, calls=200)
    report("Verifier.verify", measured, most=1.2)


if __name__ == "__main__":
    main()
