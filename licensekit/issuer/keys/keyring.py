"""The key files of a folder: listing, choosing, opening and writing them.

`NAME.key` contains a secret key sealed with a passphrase. `NAME.p11` refers to a key in a token: a `pkcs11:` URI in the
first line, the public key in the second.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from licensekit import limits
from licensekit.errors import KeyChangeRefused, KeyFault, KeyFileInvalid, KeyMissing, SignerUnavailable, TrustError
from licensekit.files import PRIVATE, PRIVATE_FOLDER, make_folder, read_bytes, unusable, write_atomically
from licensekit.issuer.keys.changes import key_id
from licensekit.issuer.ledger import documents
from licensekit.issuer.transaction import LedgerTransaction, admission, require_admitted
from licensekit.keys import keyfile, pkcs11, verifying
from licensekit.keys.signing import Signer, SigningKey
from licensekit.trust import pack, scope, state
from licensekit.wire.documents import AdmittedKey, Bundle, KeyState, Trust
from licensekit.wire.plain import plain, plain_fields

SEALED: Final = ".key"
ELSEWHERE: Final = ".p11"


class KeyFile(NamedTuple):
    """A key file, as far as it can be read without its passphrase."""

    path: Path
    part: keyfile.PublicPart
    uri: str | None
    """The `pkcs11:` URI of a key in a token."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def reference(self) -> scope.KeyReference:
        """The scheme and id of its key, as in a trust document."""
        key = self.part.verifying_key
        return key.scheme, key.key_id

    @property
    def fingerprint(self) -> str:
        """The whole hash in hex; the key id is its beginning."""
        return self.part.verifying_key.fingerprint

    @property
    def key_id(self) -> str:
        """The key id, in hex."""
        return self.part.verifying_key.key_id.hex()


class KnownKey(NamedTuple):
    """A signing key: its admission by the trust document, and its file."""

    name: str
    key_id: str
    """In hex."""
    fingerprint: str
    """In hex; the key id is its beginning."""
    admitted: AdmittedKey | None
    """None: not admitted yet."""
    file: KeyFile | None
    """None: somebody else holds it."""
    is_default: bool = False
    """Whether it signs unless another is named."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        says = {"name": self.name, "state": "not-admitted"} if self.admitted is None else plain(self.admitted)
        file = None if self.file is None else str(self.file.path)
        return {**plain_fields(self, "key_id fingerprint"), **says, "file": file, "default": self.is_default}


def known_keys(files: Sequence[KeyFile], trust: Trust, default: str) -> list[KnownKey]:
    """Return the keys that a trust document names, and then those in files that it does not name."""
    here = {file.fingerprint: file for file in files}
    admitted = {verifying.load(key.scheme, key.public).fingerprint: key for key in trust.keys}
    named = [KnownKey(key.name, key_id(key), one, key, here.get(one)) for one, key in admitted.items()]
    waiting = [KnownKey(file.name, file.key_id, one, None, file) for one, file in here.items() if one not in admitted]
    return [one._replace(is_default=one.key_id == default) for one in (*named, *waiting)]


def list_key_files(folder: Path) -> list[KeyFile]:
    """Return the key files of a folder by name, empty without such a folder; raises as `read_key_file`."""
    try:
        paths = [path for path in folder.iterdir() if path.suffix in {SEALED, ELSEWHERE}]
    except FileNotFoundError:
        return []
    except OSError as error:  # what cannot be read is not an empty folder
        raise unusable(folder, "a folder of keys", error) from error
    return [read_key_file(path) for path in sorted(paths)]


def read_key_file(path: Path) -> KeyFile:
    """Read the public part of a key file; raise `KeyFileInvalid` if it is damaged or another file."""
    text = _read(path)
    try:
        if path.suffix != ELSEWHERE:
            return KeyFile(path, keyfile.peek(text), None)
        uri, _, public = text.decode("ascii").partition("\n")
        return KeyFile(path, keyfile.parse_public(public), uri)
    except UnicodeDecodeError as error:
        raise KeyFileInvalid(reason="not-a-key-file", where=str(path)) from error
    except KeyFault as error:
        raise error.at(str(path)) from error


def open_key(file: KeyFile, secret: Callable[[], bytes]) -> Signer:
    """Open the signer of a key file; `secret` returns its passphrase, or the PIN of its token.

    Raises as `keyfile.open_`; `SignerUnavailable` if the token is missing, or has another key there now,
    `FileUnusable` if the file cannot be read.
    """
    text = _read(file.path)
    try:
        if file.uri is None:
            return keyfile.open_(text, secret())
        signer = pkcs11.open_signer(file.uri, lambda: secret().decode(errors="replace"))
        if signer.verifying_key != file.part.verifying_key:
            raise SignerUnavailable(reason="changed")
    except KeyFault as error:
        raise error.at(str(file.path)) from error
    return signer


def write_key(folder: Path, name: str, key: SigningKey, passphrase: bytes) -> KeyFile:
    """Write a new key file, labeled with its name and readable only by its owner; raises as `write_atomically`."""
    return _write(folder / f"{name}{SEALED}", keyfile.seal(key, passphrase, label=name))


def change_passphrase(file: KeyFile, old: Callable[[], bytes], new: Callable[[], bytes]) -> None:
    """Seal a key file with another passphrase; `new` is called after `old` has opened it.

    Raises `KeyChangeRefused` if the key is in a token, `FileUnusable` if the file cannot be read or written; and as
    `keyfile.open_` and `seal`. The file is unchanged then.
    """
    if file.uri is not None:
        raise KeyChangeRefused(reason="in-token", key=file.name)
    text = keyfile.seal(cast("SigningKey", open_key(file, old)), new(), label=file.part.label)
    write_atomically(file.path, f"{text}\n".encode(), mode=PRIVATE)


def write_place(folder: Path, name: str, signer: pkcs11.TokenSigner) -> KeyFile:
    """Write a new file that refers to a key in a token; as `write_key`."""
    return _write(folder / f"{name}{ELSEWHERE}", f"{signer.uri}\n{keyfile.format_public(signer.verifying_key, name)}")


def choose_key(
    tx: LedgerTransaction, files: list[KeyFile], kind: str, name: str | None, *, bundle: Bundle | None, but: str | None
) -> KeyFile:
    """Return the key that signs a document of `kind` now; as `WorkspaceKeys.choose`."""
    trust_store, trust, issuer = tx.state.trust_store, tx.trust, tx.state.issuer
    known = {f: trust.signers[f.reference] for f in files if f.reference in trust.signers}
    if name is None:
        able = {f: s for f, s in known.items() if _signs_now(s, kind, issuer, tx.now)}
        if but is not None:
            able = {f: s for f, s in able.items() if f.key_id != but and (bundle is None or scope.admits(s, bundle))}
        if not able:
            raise _none_fits(trust, kind, issuer, but)
        default = documents.default_key(tx.ledger)
        judged = None if but is not None else bundle
        fitting = [f for f, s in able.items() if judged is None or _may_sign_it(s, judged, trust_store)]
        # Prefer a key without limits for bundles, then the newest.
        ranks = {f: (not s.is_limited, s.admitted.valid_from, s.admitted.name) for f, s in able.items()}
        best = max(fitting or able, key=ranks.__getitem__)
        file = next((f for f in fitting or able if f.key_id == default), best)
        if fitting and file.key_id != default:
            unfit = next((f.name for f in files if f.key_id == default), "")
            raise KeyMissing(reason="default-unfit" if unfit else "default-away", type=kind, name=unfit, able=best.name)
    else:
        file = named_file(files, name)
        scope.require_type(admission(file.part, trust), kind)
    if bundle is not None and but is None:
        require_admitted(known[file], bundle, trust_store)
    return file


def _none_fits(trust: state.TrustState, kind: str, issuer: str, but: str | None) -> KeyMissing:
    old = [one.admitted for one in trust.signers.values() if one.key.key_id.hex() == but]
    if not old:
        return KeyMissing(reason="none-fits", type=kind, issuer=issuer)
    return KeyMissing(reason="no-other" if old[0].state is KeyState.ACTIVE else "no-successor", name=old[0].name)


def named_file(files: Sequence[KeyFile], name: str) -> KeyFile:
    """Return the key file with this name or key id; raise `KeyMissing` if there is none."""
    for file in files:
        if name in {file.name, file.key_id}:
            return file
    raise KeyMissing(reason="no-file", name=name)


def _signs_now(signer: scope.AdmittedSigner, kind: str, issuer: str, now: int) -> bool:
    key = signer.admitted
    is_in_window = key.valid_from <= now and (key.valid_to is None or now < key.valid_to)
    return key.state is KeyState.ACTIVE and is_in_window and kind in signer.types and issuer in key.scope.issuers


def _may_sign_it(signer: scope.AdmittedSigner, bundle: Bundle, trust_store: pack.TrustStore) -> bool:
    try:
        require_admitted(signer, bundle, trust_store)
    except TrustError:
        return False
    return True


def _write(path: Path, text: str) -> KeyFile:
    make_folder(path.parent, PRIVATE_FOLDER)
    write_atomically(path, f"{text}\n".encode(), mode=PRIVATE, replace=False)
    return read_key_file(path)


def _read(path: Path) -> bytes:
    return read_bytes(path, limit=limits.KEY_FILE_BYTES, what="a key file")
