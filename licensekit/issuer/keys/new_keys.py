"""New keys: planned first, and made when the change that admits them is signed.

Making a key in a token changes the token, and a key that is made for a preview is never the one that is admitted later.
So what is shown is the plan.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from licensekit.issuer.keys.documents import PublicKey, Unmade
from licensekit.issuer.keys.keyring import ELSEWHERE, SEALED, KeyFile, write_key, write_place
from licensekit.keys import pkcs11
from licensekit.keys.pkcs11.uri import parse
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.frame import ED25519


class NewKey(NamedTuple):
    """A key that was made or taken over, and is not written anywhere yet."""

    verifying_key: VerifyingKey
    write: Callable[[Path], KeyFile]
    """Writes its file into a folder."""


class KeyPlan(NamedTuple):
    """What a new key will be."""

    make: Callable[[str], NewKey]
    """Makes the key of this name; it may ask for a passphrase or a PIN."""
    scheme: int = ED25519
    """As frames name it: `wire.frame.ED25519` or `HYBRID`."""
    uri: str | None = None
    """The token that it lives in, as a `pkcs11:` URI; None: a key file."""
    known: VerifyingKey | None = None
    """Its public half, if the key is there already."""

    @property
    def public(self) -> PublicKey:
        """The public half as far as it is known."""
        return self.known or Unmade(self.scheme)

    def file_name(self, name: str) -> str:
        """Return the name of its file."""
        return f"{name}{SEALED if self.uri is None else ELSEWHERE}"


def generated_key(scheme: int, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan a key in a file; `passphrase` returns the one for the key of a name."""

    def make(name: str) -> NewKey:
        return key_in_file(name, SigningKey.generate(scheme), passphrase(name))

    return KeyPlan(make, scheme)


def imported_key(key: SigningKey, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan to keep a key that was made elsewhere in a file; as `generated_key`."""

    def make(name: str) -> NewKey:
        return key_in_file(name, key, passphrase(name))

    return KeyPlan(make, key.verifying_key.scheme, known=key.verifying_key)


def token_key(uri: str, pin: Callable[[], str]) -> KeyPlan:
    """Plan a key in a token, or to use the one that `uri` names there.

    Making it raises `SignerUnavailable` if the token is away, or refuses.

    Raises:
        SignerUriInvalid: it is no such URI.
    """
    place = parse(uri)
    is_named = place.object is not None or place.id is not None

    def make(name: str) -> NewKey:
        signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, name)
        return NewKey(signer.verifying_key, partial(write_place, name=name, signer=signer))

    return KeyPlan(make, uri=uri)


def key_in_file(name: str, key: SigningKey, passphrase: bytes) -> NewKey:
    """Return a key that will be sealed under a passphrase."""
    return NewKey(key.verifying_key, partial(write_key, name=name, key=key, passphrase=passphrase))
