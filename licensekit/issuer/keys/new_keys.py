"""Keys that are made or imported, and not written anywhere yet."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from licensekit.issuer.keys.keyring import KeyFile, write_key, write_place
from licensekit.keys import pkcs11
from licensekit.keys.pkcs11.uri import parse
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey


class NewKey(NamedTuple):
    """A key that was made and is not written anywhere yet."""

    verifying_key: VerifyingKey
    write: Callable[[Path, str], KeyFile]
    """Writes its file under a name in a folder."""


MakeKey = Callable[[str], NewKey]
"""Makes the key of this name."""


def key_in_file(key: SigningKey, passphrase: bytes) -> NewKey:
    """Return a key that will be sealed under a passphrase."""
    write = partial(write_key, key=key, passphrase=passphrase)
    return NewKey(key.verifying_key, write)


def key_in_token(uri: str, pin: Callable[[], str], name: str) -> NewKey:
    """Make a key in a token, or return the one that `uri` names there.

    Raises:
        Pkcs11UriInvalid: it is no such URI.
        SignerUnavailable: the token is away, or refuses.
    """
    parsed = parse(uri)
    is_named = parsed.object is not None or parsed.id is not None
    signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, name)
    return NewKey(signer.verifying_key, partial(write_place, signer=signer))
