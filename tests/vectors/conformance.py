"""Our reader, run on vectors as `README.md` says any reader is to be run."""

from typing import Any

from licensekit.dates import parse_seconds
from licensekit.errors import LicenseError
from licensekit.trust.pack import extend_trust_store, open_pack
from licensekit.trust.signed import SelfSigned, Verified, self_signed
from licensekit.trust.state import Seen, TrustState, update_revocations, update_root, update_trust
from licensekit.trust.verify import verify_bundle, verify_catalog, verify_reset
from licensekit.wire import armor
from licensekit.wire.documents import Document, Receipt, Request, Statement
from licensekit.wire.plain import plain
from tests.vectors.vector import state_numbers


def run(vector: dict[str, Any], ground: dict[str, str]) -> dict[str, Any]:
    """Return what our reader makes of a vector on its ground, in the form of `expect`."""
    try:
        return _taken(vector, ground)
    except LicenseError as error:
        return {"code": error.code}


def file_bytes(vector: dict[str, Any]) -> bytes:
    """Return the file of a vector."""
    if "file_hex" in vector:
        return bytes.fromhex(vector["file_hex"])
    repeat = vector.get("repeat", {"text": "", "times": 0})
    text: str = vector["file"] + repeat["text"] * repeat["times"]
    return text.encode()


def _taken(vector: dict[str, Any], on: dict[str, str]) -> dict[str, Any]:
    now = parse_seconds(vector["now"])
    ground = open_pack(on["pack"], on["root"], now)
    tokens = armor.read(file_bytes(vector))
    if vector.get("alone"):
        ground = ground._replace(trust=_alone(ground.trust, tokens[0], now))
    else:
        ground = extend_trust_store(ground, tokens, now, _seen(vector.get("seen")))
    state = ground.trust
    documents = [_verified(token, state, now) for token in tokens if token.type not in _OF_TRUST]
    seen = state.seen
    catalogs = {issuer: held.document.version for issuer, held in ground.catalogs.items()}
    return {
        "state": state_numbers(seen.root, seen.trust, dict(seen.lists), catalogs),
        "documents": [_shown(document) for document in documents],
    }


_OF_TRUST = frozenset({"root", "trust", "revocations"})


def _seen(said: dict[str, Any] | None) -> Seen | None:
    if said is None:
        return None
    lists = {issuer: (place[0], place[1]) for issuer, place in said["lists"].items()}
    return Seen(said["root"], said["trust"], lists)


def _alone(state: TrustState, token: armor.Token, now: int) -> TrustState:
    if token.type == "root":
        return update_root(state, token)
    take = update_trust if token.type == "trust" else update_revocations
    return take(state, token, now)


def _verified(
    token: armor.Token, state: TrustState, now: int
) -> Verified[Document] | SelfSigned[Document]:
    match token.type:
        case "bundle":
            return verify_bundle(token, state, now)
        case "catalog":
            return verify_catalog(token, state, now)
        case "reset":
            return verify_reset(token, state, now)
        case "request":
            return self_signed(token, Request)
        case "receipt":
            return self_signed(token, Receipt)
        case _:
            return self_signed(token, Statement)


def _shown(checked: Verified[Document] | SelfSigned[Document]) -> dict[str, Any]:
    return {
        "type": checked.token.type,
        "identity": checked.identity.hex(),
        "document": plain(checked.document),
    }
