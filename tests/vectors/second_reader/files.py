"""Whole files and packs (F1, S1, "Packs"), and what a reader makes of them."""

from dataclasses import replace
from typing import Any, Final

from tests.vectors.second_reader import fields, given, trust
from tests.vectors.second_reader.forms import RefusedError, Token, divide, key, message_of, need, tokens_of
from tests.vectors.second_reader.given import Line, UnsupportedError
from tests.vectors.second_reader.trust import Held, Seen, State, UnvouchedError, forks

_BY_INSTALLATION: Final = ("request", "receipt", "statement")


def taken(line: Line) -> dict[str, Any]:
    """Return state and documents after a file was taken on the state of a pack."""
    now = given.moment(line, "now")
    floor = given.floor(line)
    state = opened(line)
    tokens = tokens_of(given.contents(line, "file"))
    state = _alone(state, tokens, now) if given.is_true(line, "alone") else extended(state, tokens, now, floor)
    return {"state": numbers(state), "documents": documents(state, tokens, now)}


def documents(state: State, tokens: list[Token], now: int) -> list[dict[str, Any]]:
    """Return what else a file holds than documents of trust, verified and shown."""
    others = [t for t in tokens if t.type not in {"root", "trust", "revocations"}]
    return [_shown(_document(state, token, now)) for token in others]


def opened(line: Line) -> State:
    """Return what the pack of a line makes under its pin ("Packs")."""
    pack = tokens_of(given.contents(line, "pack"))
    kinds = {token.type for token in pack}
    need(kinds <= {"root", "trust", "revocations", "catalog"}, "unexpected-type")
    return extended(trust.start(pack, given.contents(line, "root")), pack, None)


def numbers(state: State) -> dict[str, Any]:
    """Return the full versions of what is in force, and of the lists that were seen."""
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


def _alone(state: State, tokens: list[Token], now: int) -> State:
    """Take a token that comes alone, by the rules of its type and without F1."""
    if len(tokens) != 1:
        raise UnsupportedError("more than one token alone")
    (token,) = tokens
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
    message = message_of(token.type, 3, signatures[0].key, payload)
    need(signer.verifies(message, signatures[0].signature), "signature-invalid")
    document = fields.read(token.type, payload)
    return Held(token, payload, document.fields, document.plain)


def extended(state: State, tokens: list[Token], now: int | None, seen: Seen | None = None) -> State:
    """F1, with the floor of S1."""
    floor = seen or {}
    return at_floor(added(with_floor(state, floor), tokens, now), floor)


def added(state: State, tokens: list[Token], now: int | None) -> State:
    """F1, 1 to 6."""
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
    return state


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


def with_floor(state: State, floor: Seen) -> State:
    """S1: the higher of each was seen, the floor decides where both are as high, and a list below is not in force."""
    seen = dict(state.seen)
    for order, place in floor.items():
        if order not in seen or place[0] >= seen[order][0]:
            seen[order] = place
    lists = {issuer: held for issuer, held in state.lists.items() if held.place[0] >= seen[held.order][0]}
    return replace(state, seen=seen, lists=lists)


def at_floor(state: State, floor: Seen) -> State:
    """S1: `floor` is what was seen before the documents of this state were added."""
    root = floor.get(("root", ""), state.seen["root", ""])
    need(not any(forks(known.held, root) for known in state.chain), "fork")
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
