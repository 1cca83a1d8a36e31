"""Files, as our reader takes them."""

from collections.abc import Sequence
from typing import Any

from licensekit.dates import parse_seconds
from licensekit.trust.order import NOTHING_SEEN, ROOTS, TRUST, Seen, SeenDocument, full_version
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.trust.scope import may_still_sign
from licensekit.trust.signed import SelfSigned, Verified, self_signed
from licensekit.trust.state import TrustState, update_root, verify_numbered, verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Document, Receipt, Request, Reset, Statement
from licensekit.wire.plain import plain
from tests.makers import extended, update_revocations, update_trust
from tests.vectors.our_reader.members import bytes_of


def file(line: dict[str, Any]) -> dict[str, Any]:
    """Return state and documents of a file, or raise why it is refused."""
    now = parse_seconds(line["now"])
    store = open_pack(line["pack"], line["root"])
    tokens = armor.read(bytes_of(line, "file"))
    if line.get("alone"):
        store = _alone(store, tokens[0], now)
    else:
        store = extended(store, tokens, seen_of(line.get("seen")), now)
    return shown(store, tokens, now)


def shown(store: TrustStore, tokens: Sequence[armor.Token], now: int) -> dict[str, Any]:
    """Return the state of a store as the kit shows it, and the other documents of a file, verified."""
    documents = [_verified(token, store.trust, now) for token in tokens if token.type not in _OF_TRUST]
    return {"state": state_numbers(store), "documents": [_shown(document) for document in documents]}


def state_numbers(store: TrustStore) -> dict[str, Any]:
    """Return the full versions of what is in force, and of the lists that were seen."""
    state = store.trust
    in_force = {"root": state.chain[-1].verified, "trust": state.trust}
    numbers = {name: None if held is None else list(full_version(held.document)) for name, held in in_force.items()}
    lists = {issuer: list(seen.version) for (kind, issuer), seen in state.seen.items() if kind == "revocations"}
    catalogs = {issuer: list(full_version(held.document)) for issuer, held in store.catalogs.items()}
    return {**numbers, "lists": lists, "catalogs": catalogs}


_OF_TRUST = frozenset({"root", "trust", "revocations"})


def seen_of(said: dict[str, Any] | None) -> Seen:
    """Return what was seen before, of which `said` names the places; None: nothing."""
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
