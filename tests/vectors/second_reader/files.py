"""Whole files and packs (F1, S1, "Packs"), and the vectors run through all of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from tests.vectors.second_reader import fields, trust
from tests.vectors.second_reader.forms import RefusedError, Token, divide, key, need, tokens_of
from tests.vectors.second_reader.trust import Held, State

_BY_INSTALLATION: Final = ("request", "receipt", "statement")
_PASSED_OVER: Final = ("root-not-newest", "trust-rollback", "revocations-rollback", "key-revoked")
_NOT_VOUCHED_FOR: Final = ("threshold-not-met", "key-unknown")


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
    state = extended(trust.start(pack, ground["root"]), pack, now)
    tokens = tokens_of(_bytes(vector))
    if vector.get("alone"):
        (token,) = tokens
        take = {"trust": trust.take_trust, "revocations": trust.take_list}[token.type]
        state = take(state, token, now)
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
        "root": state.root.version,
        "trust": state.seen_trust,
        "lists": {issuer: list(place) for issuer, place in state.seen_lists.items()},
        "catalogs": {issuer: held.says["version"] for issuer, held in state.catalogs.items()},
    }


def _shown(held: Held) -> dict[str, Any]:
    identity = held.identity.hex()
    return {"type": held.token.type, "identity": identity, "document": held.plain}


def _document(state: State, token: Token, now: int) -> Held:
    if token.type == "bundle":
        return trust.bundle(state, token, now)
    if token.type in _BY_INSTALLATION:
        return _self_signed(token)
    return trust.verified(state, token, token.type, now)


def _self_signed(token: Token) -> Held:
    signatures, payload = divide(token, token.type)
    need(len(signatures) == 1, "signature-count")
    need(signatures[0].scheme == 3, "key-unknown")
    signer = key(3, signatures[0].key)
    need(signer.verifies(token.type, signatures[0], payload), "signature-invalid")
    document = fields.read(token.type, payload)
    return Held(token, payload, document.fields, document.plain)


def extended(
    state: State, tokens: list[Token], now: int, seen: dict[str, Any] | None = None
) -> State:
    """F1, then S1, then "Packs"."""
    before = state
    state, refused = _roots(state, [t for t in tokens if t.type == "root"])
    for token in (t for t in tokens if t.type == "trust"):
        take = partial(trust.take_trust, state, token, now)
        state = _unless(take, state, refused, _NOT_VOUCHED_FOR)
    if refused and (state.chain[0].version == 1 or state.trust is None):
        raise refused[0]
    if state.trust is not before.trust and state.trust is not None:  # L3 by the newest alone
        lists = {i: held for i, held in before.lists.items() if _believed(state, held)}
        state = replace(state, lists=lists)
    for token in (t for t in tokens if t.type == "revocations"):
        state = _unless(partial(trust.take_list, state, token, now), state)
    need(state.trust is not None, "trust-missing")
    if seen is not None:
        state = _with_floor(state, seen)
    kept = {i: held for i, held in state.catalogs.items() if _believed(state, held)}
    state = replace(state, catalogs=kept)
    for token in (t for t in tokens if t.type == "catalog"):
        state = _with_catalog(state, token, now)
    return state


def _roots(state: State, tokens: list[Token]) -> tuple[State, list[RefusedError]]:
    while True:
        waiting: list[tuple[Token, RefusedError]] = []
        for token in tokens:
            try:
                state = trust.take_root(state, token)
            except RefusedError as error:
                if error.args[0] not in {*_NOT_VOUCHED_FOR, "root-gap"}:
                    raise
                waiting.append((token, error))
        if len(waiting) == len(tokens):
            break
        tokens = [token for token, _ in waiting]
    refused = [reason for _, reason in waiting]
    need(not any(reason.args[0] == "root-gap" for reason in refused), "root-gap")
    return state, refused


def _unless(
    take: Callable[[], State],
    state: State,
    refused: list[RefusedError] | None = None,
    collected: tuple[str, ...] = (),
) -> State:
    try:
        return take()
    except RefusedError as error:
        if refused is not None and error.args[0] in collected:
            refused.append(error)
        elif error.args[0] not in _PASSED_OVER:
            raise
        return state


def _believed(state: State, held: Held) -> bool:
    try:
        trust.verified(state, held.token, held.token.type, int(held.says["issued"]))
    except RefusedError:
        return False
    return True


def _with_floor(state: State, seen: dict[str, Any]) -> State:
    need(state.root.version >= seen["root"], "root-rollback")
    need(state.seen_trust >= seen["trust"], "trust-rollback")
    lists = dict(state.seen_lists)
    for issuer, place in seen["lists"].items():
        lists[issuer] = max((place[0], place[1]), lists.get(issuer, (0, 0)))
    return replace(state, seen_lists=lists)


def _with_catalog(state: State, token: Token, now: int) -> State:
    try:
        held = trust.verified(state, token, "catalog", now)
    except RefusedError as error:
        if error.args[0] == "key-revoked":
            return state
        raise
    issuer = held.says["issuer"]
    present = state.catalogs.get(issuer)
    if present is not None and present.payload != held.payload:
        need(held.says["version"] != present.says["version"], "catalog-fork")
        if held.says["version"] < present.says["version"]:
            return state
    return replace(state, catalogs={**state.catalogs, issuer: held})
