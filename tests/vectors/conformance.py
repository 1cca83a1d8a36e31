"""Our reader, run on vectors as `README.md` says any reader is to be run."""

from typing import Any

from licensekit.dates import parse_seconds
from licensekit.errors import LicenseError
from licensekit.trust.order import NOTHING_SEEN, ROOTS, TRUST, Seen, SeenDocument, full_version
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.scope import may_still_sign
from licensekit.trust.signed import SelfSigned, Verified, self_signed
from licensekit.trust.state import TrustState, update_root, verify_numbered, verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Document, Receipt, Request, Reset, Statement
from licensekit.wire.plain import plain
from tests.makers import update_revocations, update_trust


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
    ground = open_pack(on["pack"], on["root"])
    tokens = armor.read(file_bytes(vector))
    if vector.get("alone"):
        ground = _alone(ground, tokens[0], now)
    else:
        ground = extend_trust_store(ground, tokens, now, _seen(vector.get("seen")))
    state = ground.trust
    documents = [_verified(token, state, now) for token in tokens if token.type not in _OF_TRUST]
    in_force = {"root": state.chain[-1].verified, "trust": state.trust}
    numbers = {name: None if held is None else list(full_version(held.document)) for name, held in in_force.items()}
    lists = {issuer: list(seen.version) for (kind, issuer), seen in state.seen.items() if kind == "revocations"}
    catalogs = {i: list(full_version(held.document)) for i, held in ground.catalogs.items()}
    return {
        "state": {**numbers, "lists": lists, "catalogs": catalogs},
        "documents": [_shown(document) for document in documents],
    }


_OF_TRUST = frozenset({"root", "trust", "revocations"})


def _seen(said: dict[str, Any] | None) -> Seen:
    if said is None:
        return NOTHING_SEEN
    places = {
        ROOTS: said["root"],
        TRUST: said["trust"],
        **{("revocations", issuer): place for issuer, place in said["lists"].items()},
        **{("catalog", issuer): place for issuer, place in said["catalogs"].items()},
    }
    return {order: _document(place) for order, place in places.items() if place is not None}


def _document(said: dict[str, Any]) -> SeenDocument:
    return SeenDocument(tuple(said["version"]), bytes.fromhex(said["identity"]))


def _alone(ground: TrustStore, token: armor.Token, now: int) -> TrustStore:
    if token.type == "root":
        return ground._replace(trust=update_root(ground.trust, token))
    if token.type != "trust":
        return ground._replace(trust=update_revocations(ground.trust, token, now))
    trust = update_trust(ground.trust, token, now)
    stand = {i: c for i, c in ground.catalogs.items() if may_still_sign(trust.signers, c)}
    return TrustStore(trust, stand)


def _verified(token: armor.Token, state: TrustState, now: int) -> Verified[Document] | SelfSigned[Document]:
    match token.type:
        case "bundle":
            return verify_bundle(token, state, now)
        case "catalog":
            return verify_numbered(state, token, Catalog)
        case "reset":
            return verify_signed(token, Reset, state, now)
        case "request":
            return self_signed(token, Request)
        case "receipt":
            return self_signed(token, Receipt)
        case _:
            return self_signed(token, Statement)


def _shown(checked: Verified[Document] | SelfSigned[Document]) -> dict[str, Any]:
    return {"type": checked.token.type, "identity": checked.identity.hex(), "document": plain(checked.document)}
