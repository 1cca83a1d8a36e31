"""The floors: the least that anybody would do in place of each operation, with Ed25519, msgspec and sqlite3 alone."""

import sqlite3
from base64 import b64encode

import msgspec

from tests.benchmarks.instructions.programs import sample
from tests.benchmarks.instructions.programs.marks import Loop


class Bare:
    """What has one method, which does one look-up."""

    def __init__(self, granted: dict[str, bool]) -> None:
        self.granted = granted

    def allows(self, code: str) -> bool:
        """Look `code` up."""
        return self.granted[code]


def verify() -> Loop:
    """Return what decodes base64, verifies one signature and decodes the payload."""
    ((signature, payload),) = sample.signed(sample.LICENSE)
    text = b"lk1-bundle." + b64encode(bytes(sample.SIGNATURE_FROM) + signature + payload).rstrip(b"=")
    verified, decode = sample.KEY.public_key().verify, msgspec.msgpack.Decoder().decode

    def loop(calls: int) -> None:
        for _ in range(calls):
            token = sample.token_in(text)
            verified(token[sample.SIGNATURE_FROM : sample.PAYLOAD_FROM], token[sample.PAYLOAD_FROM :])
            decode(token[sample.PAYLOAD_FROM :])

    return loop


def opening() -> Loop:
    """Return what opens a database and reads, verifies and decodes each document of the installation."""
    verified, decode = sample.KEY.public_key().verify, msgspec.msgpack.Decoder().decode

    def loop(calls: int) -> None:
        for _ in range(calls):
            database = sqlite3.connect(sample.FLOOR)
            for signature, payload in database.execute("SELECT signature, payload FROM documents"):
                verified(signature, payload)
                decode(payload)
            database.close()

    return loop


def allows() -> Loop:
    """Return what calls a method that does one look-up."""
    bare, code = Bare({sample.CODE: True}), sample.CODE

    def loop(calls: int) -> None:
        for _ in range(calls):
            bare.allows(code)

    return loop


def issue() -> Loop:
    """Return what encodes a bundle, signs it, and enters both in a database."""
    ((_, payload),) = sample.signed(sample.LICENSE)
    bundle, encode = msgspec.msgpack.decode(payload), msgspec.msgpack.Encoder().encode
    database = sqlite3.connect(sample.FLOOR)

    def loop(calls: int) -> None:
        for _ in range(calls):
            encoded = encode(bundle)
            with database:
                database.execute("INSERT INTO documents VALUES (?, ?)", (sample.KEY.sign(encoded), encoded))

    return loop
