"""Signing keys in a PKCS#11 token (smart card, HSM), named by a URI of RFC 7512.

    pkcs11:token=acme;object=signing-2026?module-path=/usr/lib/softhsm/libsofthsm2.so

A callable supplies the PIN, which is never part of the URI, because histories and logs would keep it. python-pkcs11 is
an extra, imported on first use.
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
"""The attributes that identify a token; all that are given must match."""
_PATH: Final = frozenset({*TOKEN_ATTRIBUTES, "object", "id", "type"})
_QUERY: Final = frozenset({"module-path"})
_SCHEME: Final = "pkcs11:"
_BAD_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


class TokenSigner(Signer, Protocol):
    """A signer whose key is in a token."""

    @property
    def uri(self) -> str:
        """The URI that opens this key again."""
        ...


def open_signer(uri: str, pin: Callable[[], str]) -> TokenSigner:
    """Open a session for the key that `uri` names, and return its signer; raise `SignerUnavailable`."""
    place = parse(uri)
    if place.object is None and place.id is None:
        raise SignerUriInvalid(reason="key")
    signer: TokenSigner = _session().open_signer(place, pin)
    return signer


def generate(uri: str, pin: Callable[[], str], label: str) -> TokenSigner:
    """Generate an Ed25519 key `label`, not extractable, in the token that `uri` names; raises as `open_signer`."""
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
    """The place of a key, as its URI names it."""

    module: str  # the absolute path of the PKCS#11 module of the token's manufacturer
    token: Mapping[str, str]  # attributes of the token, at least one of `TOKEN_ATTRIBUTES`
    object: str | None  # the label of the key
    id: bytes | None  # the CKA_ID of the key

    def uri(self) -> str:
        """Return the URI that `parse` turns back into this."""
        parts = {name: quote(value, safe="") for name, value in self.token.items()}
        if self.object is not None:
            parts["object"] = quote(self.object, safe="")
        if self.id is not None:
            parts["id"] = "".join(f"%{byte:02X}" for byte in self.id)
        path = ";".join(f"{name}={value}" for name, value in parts.items())
        return f"{_SCHEME}{path}?module-path={quote(self.module, safe='/')}"


def parse(uri: str) -> KeyPlace:
    """Parse a `pkcs11:` URI; raise `SignerUriInvalid`, also for one without a token or a module, or with a PIN."""
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
