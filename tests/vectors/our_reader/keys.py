"""Keys, signatures and key files, as our reader takes them."""

from typing import Any, Final

from licensekit.errors import SignatureInvalid
from licensekit.keys import keyfile
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.wire.frame import ED25519, HYBRID
from tests.vectors.our_reader.members import bytes_of

_COMPANION: Final = SigningKey.from_secret(ED25519, bytes(range(32)))
"""The Ed25519 half of a hybrid key of which only the other half is asked about."""


def public(line: dict[str, Any]) -> dict[str, Any]:
    """Return the key id of a public key that passes every check."""
    return {"key_id": load(line["scheme"], bytes.fromhex(line["public"])).key_id.hex()}


def signature(line: dict[str, Any]) -> dict[str, Any]:
    """Return whether a signature of a message verifies."""
    scheme, key, data = line["scheme"], bytes.fromhex(line["public"]), bytes.fromhex(line["signature"])
    message = bytes.fromhex(line["message"])
    if scheme == "ml-dsa-65":
        scheme, key = HYBRID, _COMPANION.verifying_key.public + key
        data = _COMPANION.sign(message) + data
    try:
        load(scheme, key).verify(message, data)
    except SignatureInvalid:
        return {"verifies": False}
    return {"verifies": True}


def key_file(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a key file holds: of a secret key, opened by its passphrase, the secret as well."""
    text = bytes_of(line, "text")
    if "passphrase" not in line and "passphrase_hex" not in line:
        part = keyfile.parse_public(text)
        return _shown(part.verifying_key, part.label)
    key = keyfile.open_(text, bytes_of(line, "passphrase"))
    return {**_shown(key.verifying_key, keyfile.peek(text).label), "secret": key.reveal_secret().hex()}


def _shown(key: VerifyingKey, label: str) -> dict[str, Any]:
    return {"scheme": key.scheme, "label": label, "public": key.public.hex(), "key_id": key.key_id.hex()}
