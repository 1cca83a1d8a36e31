"""A reader that keeps state over files and restarts ("Requirements for readers" 6 and 7, S1)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.vectors.second_reader import files, given, trust
from tests.vectors.second_reader.forms import RefusedError, Token, tokens_of
from tests.vectors.second_reader.given import Line, UnsupportedError
from tests.vectors.second_reader.trust import Seen, State

Answer = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """What a reader believes, and what it keeps for its next start."""

    ground: Line
    """Its pin and its pack."""
    state: State
    kept: dict[Token, str]
    """Everything in force, as it was received, with the name by which a step says that it is lost."""
    seen: Seen
    bundles: dict[bytes, Token] = field(default_factory=dict[bytes, Token])
    """Identity of each bundle that was taken to its token, in the order in which they came."""


def sequence(line: Line) -> Answer:
    """Return the answer to each step of a sequence."""
    ground = {name: value for name, value in line.items() if name.startswith(("root", "pack"))}
    state = files.opened(ground)
    reader = _keeping(Reader(ground, state, {}, {}), state)
    answers: list[Answer] = []
    for step in given.mappings(line, "steps"):
        does = given.text(step, "do")
        if does not in _STEPS:
            raise UnsupportedError(f"no such step: {does}")
        try:
            reader, answer = _STEPS[does](reader, step)
        except RefusedError as error:
            answer = {"code": error.args[0]}
        answers.append(answer)
    return {"steps": answers}


def _keeping(reader: Reader, state: State) -> Reader:
    """Believe a state, and keep what is in force in it and what was seen."""
    held = [*(known.held for known in state.chain), state.trust, *state.lists.values(), *state.catalogs.values()]
    kept = {one.token: ":".join(filter(None, one.order)) for one in held if one is not None}
    return replace(reader, state=state, kept=kept, seen=state.seen)


def _take(reader: Reader, step: Line) -> tuple[Reader, Answer]:
    now = given.moment(step, "now")
    tokens = tokens_of(given.contents(step, "file"))
    state = files.extended(reader.state, tokens, now, reader.seen)
    shown = files.documents(state, tokens, now)
    bundles = {trust.bundle(state, token, now).identity: token for token in tokens if token.type == "bundle"}
    reader = replace(_keeping(reader, state), bundles=reader.bundles | bundles)
    return reader, {"state": files.numbers(state), "documents": shown}


def _restart(reader: Reader, step: Line) -> tuple[Reader, Answer]:
    given.moment(step, "now")
    ground = reader.ground | {name: value for name, value in step.items() if name.startswith("pack")}
    state = files.opened(ground)
    lost = given.texts(step, "lost")
    seen = {} if "seen" in lost else reader.seen
    kept = {token: name for token, name in reader.kept.items() if name not in lost}
    floored = files.with_floor(state, seen)
    reader = replace(reader, ground=ground, state=floored, kept=kept, seen=seen)
    try:
        state = files.at_floor(_loaded(floored, list(kept)), seen)
    except RefusedError as error:
        return reader, {"code": error.args[0]}
    return _keeping(reader, state), {"state": files.numbers(state)}


def _loaded(state: State, kept: list[Token]) -> State:
    """Add what was kept, whenever it was issued; where that is refused, all but what does not pass any more."""
    try:
        return files.added(state, kept, None)
    except RefusedError:
        pass
    taken: list[Token] = []
    loaded = state
    for token in kept:
        try:
            loaded = files.added(state, [*taken, token], None)
        except RefusedError as error:
            if error.args[0] != "trust-missing":
                continue
        taken.append(token)
    return loaded


def _bundles(reader: Reader, step: Line) -> tuple[Reader, Answer]:
    now = given.moment(step, "now")
    judged = [
        {"identity": identity.hex(), "code": _code_of(reader.state, token, now)}
        for identity, token in reader.bundles.items()
    ]
    return reader, {"bundles": judged}


def _code_of(state: State, token: Token, now: int) -> str | None:
    try:
        trust.bundle(state, token, now)
    except RefusedError as error:
        return str(error.args[0])
    return None


def _verify(reader: Reader, step: Line) -> tuple[Reader, Answer]:
    tokens = tokens_of(given.contents(step, "file"))
    state = files.opened(reader.ground)
    state = files.extended(state, tokens, _not_before(state, given.moment(step, "now")))
    now = _not_before(state, given.moment(step, "now"))
    return reader, {"state": files.numbers(state), "documents": files.documents(state, tokens, now)}


def _not_before(state: State, now: int) -> int:
    """Return `now`, but at least `issued` of the newest trust document: a program without state keeps no floor."""
    return now if state.trust is None else max(now, state.trust.says["issued"])


_STEPS: Final[dict[str, Callable[[Reader, Line], tuple[Reader, Answer]]]] = {
    "take": _take,
    "restart": _restart,
    "bundles": _bundles,
    "verify": _verify,
}
