"""Tokens, frames, pins and payloads, as our reader takes and writes them."""

from typing import Any

from licensekit.keys.signing import SigningKey
from licensekit.trust import signed
from licensekit.trust.roots import parse_pin
from licensekit.trust.sign import add_signatures
from licensekit.wire import armor, frame
from licensekit.wire.documents import CLASS_OF, compose, decode
from licensekit.wire.plain import plain
from tests.vectors.our_reader.from_plain import fields_of
from tests.vectors.our_reader.members import bytes_of


def tokens(line: dict[str, Any]) -> dict[str, Any]:
    """Return the tokens of a file in reading order."""
    return {"tokens": [{"type": one.type, "frame": one.frame.hex()} for one in armor.read(bytes_of(line, "file"))]}


def divide(line: dict[str, Any]) -> dict[str, Any]:
    """Return the signatures and the payload of a frame."""
    token = armor.Token(line["type"], bytes.fromhex(line["frame"]))
    opened = signed.open_frame(token, CLASS_OF[token.type])
    signatures = [
        {"scheme": one.scheme, "key": one.key.hex(), "signature": one.signature.hex()} for one in opened.signatures
    ]
    return {"signatures": signatures, "payload": opened.payload.hex()}


def pin(line: dict[str, Any]) -> dict[str, Any]:
    """Return the digest that a pin spells."""
    return {"digest": parse_pin(bytes_of(line, "pin").decode("utf-8", "surrogateescape")).hex()}


def payload(line: dict[str, Any]) -> dict[str, Any]:
    """Return the document that a payload is, and its identity."""
    data = bytes.fromhex(line["payload"])
    document = decode(CLASS_OF[line["type"]], data)
    return {"identity": signed.identity_of(line["type"], data).hex(), "document": plain(document)}


def write(line: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a document."""
    return {"payload": _payload_of(line).hex()}


def sign(line: dict[str, Any]) -> dict[str, Any]:
    """Return the token of a document, signed by the keys of the seeds in their order."""
    keys = [SigningKey.from_secret(line["scheme"], bytes.fromhex(seed)) for seed in line["seeds"]]
    token = add_signatures(line["type"], frame.Frame((), _payload_of(line)), *keys)
    return {"token": armor.write(token) + "\n"}


def _payload_of(line: dict[str, Any]) -> bytes:
    kind = CLASS_OF[line["type"]]
    return compose(kind, tuple(fields_of(kind, line["document"])))[1]
