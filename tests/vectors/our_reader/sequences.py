"""Sequences of files and restarts, by the functions with which an installation and a `Verifier` keep and judge."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast

from licensekit.dates import parse_seconds
from licensekit.errors import LicenseError
from licensekit.runtime.verifier import Verifier
from licensekit.state.stored import Recorded, Stored
from licensekit.state.trust_store import combine_trust
from licensekit.trust.order import NOTHING_SEEN, Seen
from licensekit.trust.pack import TrustStore, at_floor, open_pack
from licensekit.trust.state import remember
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import CLASS_OF, Catalog, Revocations, decode
from tests.makers import extended
from tests.vectors.our_reader.files import shown, state_numbers
from tests.vectors.our_reader.members import bytes_of

Line = dict[str, Any]


class Kept(NamedTuple):
    """What of `Stored` decides whom an installation believes."""

    trust: tuple[armor.Token, ...] = ()
    seen: Seen = NOTHING_SEEN
    recorded: Recorded | None = None


@dataclass(frozen=True)
class Reader:
    """What a reader believes, and what it keeps."""

    root: str
    pack: str
    store: TrustStore
    kept: Kept
    bundles: dict[bytes, armor.Token] = field(default_factory=dict[bytes, armor.Token])
    """Identity to the token of each bundle that was taken, in the order of taking."""

    def believing(self, store: TrustStore) -> "Reader":
        """Return a reader that believes and keeps a store."""
        return replace(self, store=store, kept=Kept(store.tokens, store.trust.seen))


def sequence(line: Line) -> Line:
    """Return the answer to each step, or raise why the first pack is refused."""
    store = open_pack(line["pack"], line["root"])
    reader = Reader(line["root"], line["pack"], store, Kept()).believing(store)
    answers: list[Line] = []
    for step in line["steps"]:
        try:
            reader, answer = _STEPS[step["do"]](reader, step)
        except LicenseError as error:
            answer = {"code": error.code}
        answers.append(answer)
    return {"steps": answers}


def _take(reader: Reader, step: Line) -> tuple[Reader, Line]:
    now = parse_seconds(step["now"])
    tokens = armor.read(bytes_of(step, "file"))
    store = extended(reader.store, tokens, reader.kept.seen, now)
    answer = shown(store, tokens, now)
    taken = [verify_bundle(token, store.trust, now) for token in tokens if token.type == "bundle"]
    bundles = {one.identity: one.token for one in taken}
    return replace(reader.believing(store), bundles=reader.bundles | bundles), answer


def _restart(reader: Reader, step: Line) -> tuple[Reader, Line]:
    lost = frozenset(step.get("lost", ()))
    pack = step.get("pack", reader.pack)
    seen = NOTHING_SEEN if "seen" in lost else reader.kept.seen
    kept = Kept(tuple(token for token in reader.kept.trust if _name_of(token) not in lost), seen)
    base = open_pack(pack, reader.root)
    alone = base._replace(trust=remember(base.trust, seen))
    reader = replace(reader, pack=pack, store=alone, kept=kept)
    try:
        # Of what an installation stores, these three members are all that decides.
        believed, _ = combine_trust(cast("Stored", kept), reader.root, pack)
        store = at_floor(believed, seen)
    except LicenseError as error:
        return reader, {"code": error.code}
    return reader.believing(store), {"state": state_numbers(store)}


def _name_of(token: armor.Token) -> str:
    """Return how a step names a kept document that is lost: `trust`, `catalog:demo`."""
    document = decode(CLASS_OF[token.type], token.payload)
    return f"{token.type}:{document.issuer}" if isinstance(document, Revocations | Catalog) else token.type


def _bundles(reader: Reader, step: Line) -> tuple[Reader, Line]:
    now = parse_seconds(step["now"])
    judged = [
        {"identity": identity.hex(), "code": _code_of(token, reader.store, now)}
        for identity, token in reader.bundles.items()
    ]
    return reader, {"bundles": judged}


def _code_of(token: armor.Token, store: TrustStore, now: int) -> str | None:
    # An installation judges 7.1 last (`state.trust_store.verify_bundles`): of two faults it names another one.
    try:
        verify_bundle(token, store.trust, now)
    except LicenseError as error:
        return error.code
    return None


def _verify(reader: Reader, step: Line) -> tuple[Reader, Line]:
    data, now = bytes_of(step, "file"), parse_seconds(step["now"])
    verifier = Verifier(root=reader.root, pack=reader.pack)
    store = verifier.verify(data, now=datetime.fromtimestamp(now, UTC)).entitlements.trust_store
    assert store.trust.trust is not None
    return reader, shown(store, armor.read(data), max(now, store.trust.trust.document.issued))


_STEPS: Final[dict[str, Callable[[Reader, Line], tuple[Reader, Line]]]] = {
    "take": _take,
    "restart": _restart,
    "bundles": _bundles,
    "verify": _verify,
}
