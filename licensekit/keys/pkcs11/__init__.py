"""Signing keys that live in a PKCS#11 token (smart card, HSM), named by a URI of RFC 7512.

    pkcs11:token=acme;object=signing-2026?module-path=/usr/lib/softhsm/libsofthsm2.so

A callable asks for the PIN. It is never part of the URI, which histories and logs would keep. python-pkcs11 is an
extra, imported when a token is first needed.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Protocol

from licensekit.errors import SignerUnavailable, SignerUriInvalid
from licensekit.keys.pkcs11.uri import parse
from licensekit.keys.signing import Signer


class TokenSigner(Signer, Protocol):
    """A signer whose key lives in a token."""

    @property
    def uri(self) -> str:
        """The URI that opens this key again."""
        ...


def open_signer(uri: str, pin: Callable[[], str]) -> TokenSigner:
    """Return the signer for the Ed25519 key that `uri` names; `pin` is asked once, if at all.

    The session with the token stays open as long as the signer lives.

    Raises:
        SignerUnavailable: the URI, python-pkcs11, the module, the token, the PIN or the key is not as it should be; the
            message says which and what to do.
    """
    place = parse(uri)
    if place.object is None and place.id is None:
        raise SignerUriInvalid(reason="key")
    signer: TokenSigner = _session().open_signer(place, pin)
    return signer


def generate(uri: str, pin: Callable[[], str], label: str) -> TokenSigner:
    """Generate an Ed25519 key named `label` in the token that `uri` names; it can never leave it.

    Raises:
        SignerUnavailable: as for `open_signer`, or the token has a key of that label already.
    """
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
