"""New keys: planned first, and made when the change that admits them is signed.

Making a key in a token changes the token, and a key that is made for a preview is never the one that is admitted later.
So what is shown is the plan.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from licensekit.issuer.keys.changes import PublicKey, Unmade
from licensekit.issuer.keys.keyring import KeyFile, write_key, write_place
from licensekit.keys import pkcs11
from licensekit.keys.pkcs11.uri import parse
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.frame import ED25519

Made = tuple[VerifyingKey, Callable[[], KeyFile]]
"""A key that was made or taken over, and what writes its file: it is not written anywhere yet."""


class KeyPlan(NamedTuple):
    """What a new key will be."""

    make: Callable[[Path, str], Made]
    """Makes the key for a folder and a name; it may ask for a passphrase or a PIN."""
    public: PublicKey
    """The public half as far as it is known."""
    uri: str | None = None
    """The token that it lives in, as a `pkcs11:` URI; None: a key file."""


def generated_key(scheme: int, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan a key in a file.

    `scheme` is as frames name it: `wire.frame.ED25519` or `HYBRID`; `passphrase` returns the one for the key of a name.
    """

    def make(folder: Path, name: str) -> Made:
        return _in_file(SigningKey.generate(scheme), passphrase, folder, name)

    return KeyPlan(make, Unmade(scheme))


def imported_key(key: SigningKey, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan to keep a key that was made elsewhere in a file; as `generated_key`."""
    return KeyPlan(partial(_in_file, key, passphrase), key.verifying_key)


def token_key(uri: str, pin: Callable[[], str]) -> KeyPlan:
    """Plan a key in a token, or to use the one that `uri` names there.

    Making it raises `SignerUnavailable` if the token is away, or refuses.

    Raises:
        SignerUriInvalid: it is no such URI.
    """
    place = parse(uri)
    is_named = place.object is not None or place.id is not None

    def make(folder: Path, name: str) -> Made:
        signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, name)
        return signer.verifying_key, partial(write_place, folder, name, signer)

    return KeyPlan(make, Unmade(ED25519), uri)


def _in_file(key: SigningKey, passphrase: Callable[[str], bytes], folder: Path, name: str) -> Made:
    """Return a key that will be sealed under a passphrase, which is asked for first."""
    return key.verifying_key, partial(write_key, folder, name, key, passphrase(name))
