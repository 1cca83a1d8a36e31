"""Checks of whole files for `inspect` and `verify`: each token with what was found of it."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.inputs import located, read_input
from licensekit.errors import LicenseError, RootMismatch, TrustError
from licensekit.trust.identity import identity_of
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.signed import self_signed
from licensekit.trust.state import TrustState
from licensekit.trust.verify import verify_bundle, verify_catalog, verify_reset
from licensekit.wire import armor, frame
from licensekit.wire.documents import CLASS_OF, Document, Receipt, Request, Statement, decode
from licensekit.wire.plain import plain

_SELF_SIGNED: Final[dict[str, Callable[[armor.Token], object]]] = {
    "request": lambda token: self_signed(token, Request),
    "receipt": lambda token: self_signed(token, Receipt),
    "statement": lambda token: self_signed(token, Statement),
}
_BY_TYPE: Final[dict[str, Callable[[armor.Token, TrustState, int], object]]] = {
    "bundle": verify_bundle,
    "catalog": verify_catalog,
    "reset": verify_reset,
}


class Finding(NamedTuple):
    """A token of a file, its contents, and what vouches for them."""

    type: str
    identity: str
    signers: tuple[str, ...]
    """Key ids, or for an installation its public key, in hex."""
    document: Document
    status: str
    """`verified`, `superseded`, `self-signed`, `unverified` or `refused`."""
    error: LicenseError | None

    def as_json(self) -> dict[str, Any]:
        """Give the finding as `--json` prints it."""
        found: dict[str, Any] = {
            "type": self.type,
            "status": self.status,
            "identity": self.identity,
            "signers": list(self.signers),
            "document": plain(self.document),
        }
        if self.error is not None:
            found["error"] = {"code": self.error.code, "message": str(self.error)}
        return found


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--pack` and `--root`, which go together."""
    command = click.option("--root", metavar="PIN", help="The pinned root, lkroot1-….")(command)
    return click.option("--pack", metavar="FILE", help="The application's pack (.lkp).")(command)


def read_trust_store(pack: str, root: str, now: int) -> TrustStore:
    """Give what the pack in a file establishes under a pin.

    Raises:
        LicenseError: the file cannot be read, or is no pack of that root.
    """
    with located(pack):
        return open_pack(read_input(pack, what="a pack"), root, now)


def look(tokens: Sequence[armor.Token]) -> list[Finding]:
    """Give what tokens say, nothing about them verified.

    Raises:
        FormatError: one of them is damaged.
    """
    return [_finding(token, "unverified", None) for token in tokens]


def check(tokens: Sequence[armor.Token], trust_store: TrustStore, now: int) -> list[Finding]:
    """Give what tokens say and what vouches for each, by `trust_store` and what they add to it.

    Raises:
        FormatError: one of them is damaged, so that it cannot even be shown.
    """
    try:
        extended = extend_trust_store(trust_store, tokens, now)
    except TrustError as error:
        return [_refused_with_file(token, trust_store, now, error) for token in tokens]
    return [_checked(token, extended, now) for token in tokens]


def _refused_with_file(
    token: armor.Token, trust_store: TrustStore, now: int, error: TrustError
) -> Finding:
    """A trust document of the file is refused: show the rest by what was known before."""
    if token.type in {"root", "trust", "revocations", "catalog"}:
        return _finding(token, "refused", error)
    return _checked(token, trust_store, now)


def _checked(token: armor.Token, trust_store: TrustStore, now: int) -> Finding:
    try:
        return _finding(token, _status(token, trust_store, now), None)
    except TrustError as error:
        return _finding(token, "refused", error)


def _status(token: armor.Token, trust_store: TrustStore, now: int) -> str:
    if token.type in _SELF_SIGNED:
        _SELF_SIGNED[token.type](token)
        return "self-signed"
    if token.type in _BY_TYPE:
        _BY_TYPE[token.type](token, trust_store.trust, now)
        return "verified"
    return _status_of_trust(token, trust_store)


def _status_of_trust(token: armor.Token, trust_store: TrustStore) -> str:
    """Say of a root, trust document or list whether it is in force, once a file was taken."""
    state = trust_store.trust
    if token.type == "root":
        if any(known.verified.token == token for known in state.chain):
            return "verified"
        raise RootMismatch("no root that is trusted here vouches for this one")
    in_force = [state.trust, *state.lists.values()]
    is_in_force = any(v is not None and v.token == token for v in in_force)
    return "verified" if is_in_force else "superseded"


def _finding(token: armor.Token, status: str, error: LicenseError | None) -> Finding:
    opened = frame.read(token.frame)
    return Finding(
        type=token.type,
        identity=identity_of(token.type, opened.payload).hex(),
        signers=tuple(signature.key.hex() for signature in opened.signatures),
        document=decode(CLASS_OF[token.type], opened.payload),
        status=status,
        error=error,
    )
