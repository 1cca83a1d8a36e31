"""Whole files and packs (F1, S1, "Packs"), and the vectors run through all of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tests.vectors.second_reader import fields, trust
from tests.vectors.second_reader.forms import RefusedError, Token, divide, key, need, tokens_of
from tests.vectors.second_reader.trust import Held, Place, State, UnvouchedError, forks

_BY_INSTALLATION: Final = ("request", "receipt", "statement")


def run(vector: dict[str, Any], ground: dict[str, str]) -> dict[str, Any]:
    """Return what this reader makes of a vector, in the form of `expect`."""
    try:
        return _taken(vector, ground)
    except RefusedError as error:
        return {"code": error.args[0]}


def _taken(vector: dict[str, Any], ground: dict[str, str]) -> dict[str, Any]:
    now = int(datetime.fromisoformat(vector["now"]).timestamp())
    pack = tokens_of(ground["pack"].encode())
    kinds = {token.type for token in pack}
    need(kinds <= {"root", "trust", "revocations", "catalog"}, "unexpected-type")
    state = extended(trust.start(pack, ground["root"]), pack, None)
    tokens = tokens_of(_bytes(vector))
    if vector.get("alone"):
        (token,) = tokens
        state = _alone(state, token, now)
    else:
        state = extended(state, tokens, now, vector.get("seen"))
    others = [t for t in tokens if t.type not in {"root", "trust", "revocations"}]
    documents = [_shown(_document(state, token, now)) for token in others]
    return {"state": _numbers(state), "documents": documents}


def _bytes(vector: dict[str, Any]) -> bytes:
    if "file_hex" in vector:
        return bytes.fromhex(vector["file_hex"])
    repeat = vector.get("repeat", {"text": "", "times": 0})
    text: str = vector["file"] + repeat["text"] * repeat["times"]
    return text.encode()


def _numbers(state: State) -> dict[str, Any]:
    return {
        "root": [state.root.version],
        "trust": None if state.trust is None else list(state.trust.place[0]),
        "lists": {
            issuer: list(version) for (kind, issuer), (version, _) in state.seen.items() if kind == "revocations"
        },
        "catalogs": {issuer: list(held.place[0]) for issuer, held in state.catalogs.items()},
    }


def _shown(held: Held) -> dict[str, Any]:
    identity = held.identity.hex()
    return {"type": held.token.type, "identity": identity, "document": held.plain}


def _document(state: State, token: Token, now: int) -> Held:
    if token.type == "bundle":
        return trust.bundle(state, token, now)
    if token.type in _BY_INSTALLATION:
        return _self_signed(token)
    if token.type == "catalog":
        return trust.judge(state, token)
    return trust.verified(state, token, token.type, now)


def _alone(state: State, token: Token, now: int) -> State:
    if token.type == "root":
        return trust.take_root(state, token)
    if token.type == "trust":
        return trust.take_trust(state, trust.judge_trust(state, token), now)
    need(token.type == "revocations", "unexpected-type")
    return trust.take_list(state, trust.judge(state, token), now)


def _self_signed(token: Token) -> Held:
    signatures, payload = divide(token, token.type)
    need(len(signatures) == 1, "signature-count")
    need(signatures[0].scheme == 3, "key-unknown")
    signer = key(3, signatures[0].key)
    need(signer.verifies(token.type, signatures[0], payload), "signature-invalid")
    document = fields.read(token.type, payload)
    return Held(token, payload, document.fields, document.plain)


def extended(state: State, tokens: list[Token], now: int | None, seen: dict[str, Any] | None = None) -> State:
    """F1, with the floor of S1."""
    if seen is not None:
        state = replace(state, seen=_merged(state.seen, seen))
    state, older = _roots(state, [t for t in tokens if t.type == "root"])
    judged = _judged_trust(state, [t for t in tokens if t.type == "trust"], older)
    for held in _highest(state, judged):
        state = trust.take_trust(state, held, now)
    if state.trust is None:
        raise older[0] if older else RefusedError("trust-missing")
    for held in _highest(state, _still_signed(state, tokens, "revocations")):
        state = trust.take_list(state, held, now)
    for held in _highest(state, _still_signed(state, tokens, "catalog")):
        state = trust.take_catalog(state, held, now)
    return _at_floor(state)


def _roots(state: State, tokens: list[Token]) -> tuple[State, list[RefusedError]]:
    """F1, 1."""
    while True:
        waiting: list[tuple[Token, RefusedError]] = []
        for token in tokens:
            try:
                state = trust.take_root(state, token)
            except RefusedError as error:
                if not isinstance(error, UnvouchedError) and error.args[0] != "root-gap":
                    raise
                waiting.append((token, error))
        if len(waiting) == len(tokens):
            break
        tokens = [token for token, _ in waiting]
    older: list[RefusedError] = [e for _, e in waiting if isinstance(e, UnvouchedError)]
    need(len(older) == len(waiting), "root-gap")
    if older and state.chain[0].version == 1:
        raise older[0]
    return state, older


def _judged_trust(state: State, tokens: list[Token], older: list[RefusedError]) -> list[Held]:
    """F1, 2."""
    judged: list[Held] = []
    for token in tokens:
        try:
            judged.append(trust.judge_trust(state, token))
        except UnvouchedError as error:
            if state.chain[0].version == 1:
                raise
            older.append(error)
        except RefusedError as error:
            if error.args[0] != "root-not-newest":
                raise
    return judged


def _still_signed(state: State, tokens: list[Token], kind: str) -> list[Held]:
    """F1: those that are believed, without those whose key was revoked since."""
    found: list[Held] = []
    for token in (t for t in tokens if t.type == kind):
        try:
            found.append(trust.judge(state, token))
        except RefusedError as error:
            if error.args[0] != "key-revoked":
                raise
    return found


def _highest(state: State, found: list[Held]) -> list[Held]:
    """F1: of each order, what neither another of them nor what was seen supersedes."""
    top = {order: version for order, (version, _) in state.seen.items()}
    for held in found:
        top[held.order] = max(held.place[0], top.get(held.order, ()))
    return [held for held in found if held.place[0] == top[held.order]]


def _merged(mine: dict[tuple[str, str], Place], said: dict[str, Any]) -> dict[tuple[str, str], Place]:
    """S1: the higher of each; the floor decides where both are as high."""
    floor = {(kind, ""): said[kind] for kind in ("root", "trust") if said[kind] is not None}
    for kind, name in (("revocations", "lists"), ("catalog", "catalogs")):
        floor |= {(kind, issuer): one for issuer, one in said[name].items()}
    merged = dict(mine)
    for order, one in floor.items():
        version = tuple(one["version"])
        if order not in merged or version >= merged[order][0]:
            merged[order] = version, bytes.fromhex(one["identity"])
    return merged


def _at_floor(state: State) -> State:
    """S1."""
    need(not any(forks(k.held, state.seen["root", ""]) for k in state.chain), "fork")
    need((state.root.version,) >= state.seen["root", ""][0], "rollback")
    if state.trust is not None:
        version, _ = state.seen["trust", ""]
        need(state.trust.place[0] >= version, "rollback")
    held = [state.trust, *state.lists.values(), *state.catalogs.values()]
    for one in held:
        fork = one is not None and forks(one, state.seen[one.order])
        need(not fork, "fork")
    kept = {i: one for i, one in state.catalogs.items() if one.place == state.seen[one.order]}
    return replace(state, catalogs=kept)
