"""Signing keys that live in a PKCS#11 token (smart card, HSM), named by a URI of RFC 7512.

    pkcs11:token=acme;object=signing-2026?module-path=/usr/lib/softhsm/libsofthsm2.so

A callable asks for the PIN. It is never part of the URI, which histories and logs would keep. python-pkcs11 is an
extra, imported when a token is first needed.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType, ModuleType
from typing import Final, NamedTuple, Protocol
from urllib.parse import quote, unquote_to_bytes

from licensekit.errors import SignerUnavailable, SignerUriInvalid
from licensekit.keys.signing import Signer

TOKEN_ATTRIBUTES: Final = ("token", "serial", "model", "manufacturer")
"""The attributes that say which token; every one that is given must be the token's."""
_PATH: Final = frozenset({*TOKEN_ATTRIBUTES, "object", "id", "type"})
_QUERY: Final = frozenset({"module-path"})
_SCHEME: Final = "pkcs11:"
_BAD_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


class TokenSigner(Signer, Protocol):
    """A signer whose key lives in a token."""

    @property
    def uri(self) -> str:
        """The URI that opens this key again."""
        ...


def open_signer(uri: str, pin: Callable[[], str]) -> TokenSigner:
    """Return the signer for the key that `uri` names, with its session open; raise `SignerUnavailable` if it cannot."""
    place = parse(uri)
    if place.object is None and place.id is None:
        raise SignerUriInvalid(reason="key")
    signer: TokenSigner = _session().open_signer(place, pin)
    return signer


def generate(uri: str, pin: Callable[[], str], label: str) -> TokenSigner:
    """Generate an Ed25519 key `label`, which can never leave the token that `uri` names; raises as `open_signer`."""
    place = parse(uri)
    if place.object is not None and place.object != label:
        raise SignerUriInvalid(reason="other-label", name=place.object, wanted=label)
    if not label.isprintable() or not label:
        raise SignerUnavailable(reason="label", name=label)
    signer: TokenSigner = _session().generate(place._replace(object=label), pin)
    return signer


def _session() -> ModuleType:
    try:
        return import_module("licensekit.keys.pkcs11.session")
    except ImportError as error:
        raise SignerUnavailable(reason="package") from error


class KeyPlace(NamedTuple):
    """Where a key lives, as its URI says."""

    module: str  # the absolute path of the PKCS#11 module that the token's maker supplies
    token: Mapping[str, str]  # what is known of the token, by `TOKEN_ATTRIBUTES`; at least one
    object: str | None  # the label of the key
    id: bytes | None  # the CKA_ID of the key

    def uri(self) -> str:
        """Return the URI that `parse` reads back to this."""
        parts = {name: quote(value, safe="") for name, value in self.token.items()}
        if self.object is not None:
            parts["object"] = quote(self.object, safe="")
        if self.id is not None:
            parts["id"] = "".join(f"%{byte:02X}" for byte in self.id)
        path = ";".join(f"{name}={value}" for name, value in parts.items())
        return f"{_SCHEME}{path}?module-path={quote(self.module, safe='/')}"


def parse(uri: str) -> KeyPlace:
    """Return what a `pkcs11:` URI says; raise `SignerUriInvalid` for one without a token or a module, or with a PIN."""
    if not uri.startswith(_SCHEME) or not uri.isascii():
        raise SignerUriInvalid(reason="form")
    path, _, query = uri.removeprefix(_SCHEME).partition("?")
    if "pin-value=" in query or "pin-source=" in query:
        raise SignerUriInvalid(reason="pin")
    where = _attributes(path, ";", _PATH)
    module = _text(_attributes(query, "&", _QUERY).get("module-path", b""))
    if not PurePath(module).is_absolute():
        raise SignerUriInvalid(reason="module")
    token: dict[str, str] = {n: _text(where[n]) for n in TOKEN_ATTRIBUTES if n in where}
    if not token:
        raise SignerUriInvalid(reason="token")
    if where.get("type", b"private") != b"private":
        raise SignerUriInvalid(reason="type")
    label = _text(where["object"]) if "object" in where else None
    return KeyPlace(module, MappingProxyType(token), label, where.get("id"))


def _attributes(text: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, _, value = part.partition("=")
        if name not in known:
            raise SignerUriInvalid(reason="unknown", name=name)
        if name in found or _BAD_ESCAPE.search(value) or not value:
            raise SignerUriInvalid(reason="malformed", name=name)
        found[name] = unquote_to_bytes(value)
    return found


def _text(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise SignerUriInvalid(reason="not-utf-8") from error
    if not text.isprintable():
        raise SignerUriInvalid(reason="control")
    return text
