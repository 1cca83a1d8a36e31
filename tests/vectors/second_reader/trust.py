"""Whom to believe: the rules of "Verification", "Trust" and "Packs", by their numbers."""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.vectors.second_reader import fields
from tests.vectors.second_reader.forms import BOUNDS, Key, RefusedError, Signed, Token, divide, key, message_of, need

DAY: Final = 86_400
KINDS: Final = ("revocations", "catalog", "bundle", "reset")
Keys = dict[tuple[int, bytes], Key]
Place = tuple[tuple[int, ...], bytes]
"""Full version and identity."""
Seen = dict[tuple[str, str], Place]
"""Type and issuer (none for roots and trust documents) to the highest that was there."""
ORDERED_BY: Final = {
    "root": ("version",),
    "trust": ("root_version", "version"),
    "revocations": ("root_version", "trust_version", "number"),
    "catalog": ("root_version", "trust_version", "version"),
}


def digest(kind: str, payload: bytes) -> bytes:
    """Return the digest of "Identities"."""
    return hashlib.sha256(kind.encode() + b"\0" + payload).digest()


@dataclass(frozen=True)
class Held:
    """A document in force, with what it was read from."""

    token: Token
    payload: bytes
    says: dict[str, Any]
    plain: dict[str, Any]
    signer: tuple[int, bytes] | None = None

    @property
    def identity(self) -> bytes:
        """16 bytes."""
        return digest(self.token.type, self.payload)[:16]

    @property
    def place(self) -> Place:
        """O1: its full version, and its identity."""
        version = tuple(self.says[name] for name in ORDERED_BY[self.token.type])
        return version, self.identity

    @property
    def order(self) -> tuple[str, str]:
        """The documents with which it is compared: its type, and its issuer."""
        kind = self.token.type
        return kind, "" if kind in {"root", "trust"} else self.says["issuer"]


@dataclass(frozen=True)
class KnownRoot:
    """A root of the chain."""

    held: Held
    keys: Keys

    @property
    def threshold(self) -> int:
        """How many must sign."""
        return int(self.held.says["threshold"])

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.held.says["version"])


@dataclass(frozen=True)
class State:
    """What is believed."""

    chain: tuple[KnownRoot, ...]
    trust: Held | None = None
    admitted: dict[tuple[int, bytes], dict[str, Any]] = field(default_factory=dict[Any, Any])
    keys: Keys = field(default_factory=dict[Any, Any])
    lists: dict[str, Held] = field(default_factory=dict[str, Held])
    catalogs: dict[str, Held] = field(default_factory=dict[str, Held])
    seen: Seen = field(default_factory=dict[Any, Any])

    @property
    def root(self) -> KnownRoot:
        """The newest."""
        return self.chain[-1]

    @property
    def product(self) -> str:
        """The root's."""
        return str(self.root.held.says["product"])


def load_keys(entries: list[list[Any]]) -> Keys:
    """Public keys: each is sound, and no two have one key id."""
    loaded = [key(entry[0], entry[1]) for entry in entries]
    need(len({one.reference[1] for one in loaded}) == len(loaded), "key-id-collision")
    return {one.reference: one for one in loaded}


def check_all(token: Token, signatures: list[Signed], keys: Keys, payload: bytes) -> None:
    """Step 5 for every signature."""
    for signed in signatures:
        message = message_of(token.type, signed.scheme, signed.key, payload)
        verifies = keys[signed.scheme, signed.key].verifies(message, signed.signature)
        need(verifies, "signature-invalid")


def pinned_digest(pin: bytes) -> bytes:
    """Return the digest that a pin spells ("Identities")."""
    text = pin.strip(b"\t\n\v\f\r ").decode("latin-1")
    try:
        wanted = base64.b32decode(text.removeprefix("lkroot1-").upper() + "====")
    except ValueError:
        raise RefusedError("root-pin-invalid") from None
    again = "lkroot1-" + base64.b32encode(wanted).decode().rstrip("=").lower()
    need(text == again and len(wanted) == 32, "root-pin-invalid")
    return wanted


def start(tokens: list[Token], pin: bytes) -> State:
    """R1."""
    wanted = pinned_digest(pin)
    for token in tokens:
        if token.type == "root":
            signatures, payload = divide(token, "root")
            if digest("root", payload) == wanted:
                first = _pinned(token, signatures, payload)
                return with_seen(State((first,)), first.held)
    raise RefusedError("root-mismatch")


def _pinned(token: Token, signatures: list[Signed], payload: bytes) -> KnownRoot:
    document = fields.read("root", payload)
    own = load_keys(document.fields["keys"])
    mine = [s for s in signatures if (s.scheme, s.key) in own]
    need(document.fields["version"] > 1 or len(mine) == len(signatures), "key-unknown")
    need(len(mine) >= document.fields["threshold"], "threshold-not-met")
    check_all(token, mine, own, payload)
    return KnownRoot(Held(token, payload, document.fields, document.plain), own)


def take_root(state: State, token: Token) -> State:
    """R2 and R3. What no root here vouches for is told apart by another class of error."""
    signatures, payload = divide(token, "root")
    if any(known.held.payload == payload for known in state.chain):
        return state
    voucher = next((k for k in reversed(state.chain) if _has_threshold(k, signatures)), None)
    if voucher is None:
        raise UnvouchedError("threshold-not-met")
    vouching = [s for s in signatures if (s.scheme, s.key) in voucher.keys]
    check_all(token, vouching, voucher.keys, payload)
    document = fields.read("root", payload)
    says = document.fields
    held = Held(token, payload, says, document.plain)
    for name in ("product", "issuer"):
        need(says[name] == state.root.held.says[name], "wrong-product")
    if says["version"] < state.chain[0].version:
        return state
    need(says["version"] > state.root.version, "fork")
    need(not forks(held, state.seen.get(held.order)), "fork")
    need(says["version"] == state.root.version + 1, "root-gap")
    need(voucher is state.root, "threshold-not-met")
    own = load_keys(says["keys"])
    known = {**voucher.keys, **own}
    need(all((s.scheme, s.key) in known for s in signatures), "key-unknown")
    new = KnownRoot(held, own)
    need(_has_threshold(new, signatures), "threshold-not-met")
    check_all(token, signatures, known, payload)
    state = replace(state, chain=(*state.chain, new), trust=None, admitted={}, keys={})
    return with_seen(state, held)


class UnvouchedError(RefusedError):
    """No root here vouches for it."""


def with_seen(state: State, held: Held) -> State:
    """Remember a document, unless a higher one was seen."""
    before = state.seen.get(held.order)
    if before is not None and before[0] >= held.place[0]:
        return state
    return replace(state, seen={**state.seen, held.order: held.place})


def forks(held: Held, seen: Place | None) -> bool:
    """Return whether another document was seen in this place."""
    return seen is not None and held.place[0] == seen[0] and held.place[1] != seen[1]


def is_news(state: State, held: Held, present: Held | None, now: int | None) -> bool:
    """O1, 1 to 3."""
    if present is not None and present.payload == held.payload:
        return False
    seen = state.seen.get(held.order)
    if now is not None and held.place != seen:
        ahead = held.says["issued"] > now + BOUNDS["ISSUED_AHEAD_SECONDS"]
        need(not ahead, "issued-ahead")
    fork = forks(held, seen) or forks(held, None if present is None else present.place)
    need(not fork, "fork")
    return True


def require_not_lower(state: State, held: Held) -> None:
    """O1, 4."""
    seen = state.seen.get(held.order)
    need(seen is None or held.place[0] >= seen[0], "rollback")


def _has_threshold(root: KnownRoot, signatures: list[Signed]) -> bool:
    return sum((s.scheme, s.key) in root.keys for s in signatures) >= root.threshold


def judge_trust(state: State, token: Token) -> Held:
    """T1."""
    signatures, payload = divide(token, "trust")
    signers = {(s.scheme, s.key) for s in signatures}
    having = [k for k in reversed(state.chain) if signers <= set(k.keys)]
    if not having:
        raise UnvouchedError("key-unknown")
    by = next((k for k in having if _has_threshold(k, signatures)), having[0])
    check_all(token, signatures, by.keys, payload)
    if not _has_threshold(by, signatures):
        raise UnvouchedError("threshold-not-met")
    need(by is state.root, "root-not-newest")
    document = fields.read("trust", payload)
    says = document.fields
    need(says["product"] == state.product, "wrong-product")
    need(says["root_version"] >= state.root.version, "root-not-newest")
    need(says["root_version"] == state.root.version, "root-gap")
    return Held(token, payload, says, document.plain)


def take_trust(state: State, held: Held, now: int | None) -> State:
    """Take a trust document: T2, then L2."""
    if not is_news(state, held, state.trust, now):
        return state
    require_not_lower(state, held)
    keys = load_keys(held.says["keys"])
    names = ("scheme", "public", "name", "state", "valid_from", "valid_to", "scope")
    admitted = {one: dict(zip(names, entry, strict=True)) for one, entry in zip(keys, held.says["keys"], strict=True)}
    new = replace(state, trust=held, admitted=admitted, keys=keys)
    lists = {issuer: one for issuer, one in state.lists.items() if stands(new, one)}
    catalogs = {issuer: one for issuer, one in state.catalogs.items() if stands(new, one)}
    return with_seen(replace(new, lists=lists, catalogs=catalogs), held)


def stands(state: State, held: Held) -> bool:
    """L2 and C2: steps 4 and 7, without the check of being issued ahead."""
    try:
        verified(state, held.token, held.token.type, None)
    except RefusedError:
        return False
    return True


def verified(state: State, token: Token, kind: str, now: int | None) -> Held:
    """Verify a token by steps 3 to 8; if `now` is None, without step 7.1."""
    signatures, payload = divide(token, kind)
    need(len(signatures) == 1, "signature-count")
    signer = (signatures[0].scheme, signatures[0].key)
    need(state.trust is not None, "trust-missing")
    need(signer in state.admitted, "key-unknown")
    admitted = state.admitted[signer]
    types, issuers, *of_bundles = admitted["scope"]
    need(admitted["state"] != 2, "key-revoked")
    need(KINDS.index(kind) in types, "key-out-of-scope")
    check_all(token, signatures, state.keys, payload)
    document = fields.read(kind, payload)
    says = document.fields
    ahead = now is not None and says["issued"] > now + BOUNDS["ISSUED_AHEAD_SECONDS"]
    need(not ahead, "issued-ahead")
    end = admitted["valid_to"]
    need(says["issued"] >= admitted["valid_from"], "key-out-of-window")
    need(end is None or says["issued"] < end, "key-out-of-window")
    need(says["issuer"] in issuers, "key-out-of-scope")
    if kind == "bundle":
        need(may_grant(says, *of_bundles), "key-out-of-scope")
    need(kind == "reset" or says["product"] == state.product, "wrong-product")
    return Held(token, payload, says, document.plain, signer)


def may_grant(
    bundle: dict[str, Any], uses: list[int], longest: int | None, parts: list[str] | None, most: int | None
) -> bool:
    """Step 7, 4 to 8."""
    if bundle["use"] not in uses or (parts is not None and bundle["part"] not in parts):
        return False
    if bundle["replaces"] and (longest, parts, most) != (None, None, None):
        return False
    counts = [n for kind in ("system", "sites", "users") for n in bundle[kind].values()]
    if most is not None and (bundle["settings"] or not all(n and n <= most for n in counts)):
        return False
    return longest is None or _ends_within(bundle, longest)


def _ends_within(bundle: dict[str, Any], days: int) -> bool:
    last = bundle["expiry"] if bundle["grace"] is None else bundle["grace"]
    ends = bundle["expiry"] is not None and bundle["after_grace"] == 1
    hours = max(bundle["offline_hours"], bundle["borrow_hours"])
    return ends and last - bundle["issued"] // DAY <= days and hours <= 24 * days


def bundle(state: State, token: Token, now: int) -> Held:
    """Verify a bundle by steps 3 to 9."""
    held = verified(state, token, "bundle", now)
    require_not_revoked(state, held)
    return held


def require_not_revoked(state: State, held: Held) -> None:
    """Check a bundle against the revocation list: step 9."""
    says = held.says
    taken_back = state.lists.get(says["issuer"])
    seen = state.seen.get(("revocations", says["issuer"]))
    if seen is not None:
        need(taken_back and taken_back.place[0] >= seen[0], "revocations-missing")
    if taken_back is not None:
        lowest = taken_back.says["lowest"].get(says["serial"], {}).get(says["part"], [None] * 3)
        need(held.identity not in taken_back.says["identities"], "bundle-revoked")
        need(says["serial"] not in taken_back.says["serials"], "bundle-revoked")
        need(says["sequence"] >= (lowest[says["use"]] or 0), "bundle-revoked")


def judge(state: State, token: Token) -> Held:
    """L1 and C1."""
    held = verified(state, token, token.type, None)
    trust_version = state.trust.says["version"] if state.trust else 0
    pair = held.says["root_version"], held.says["trust_version"]
    need(pair <= (state.root.version, trust_version), "document-ahead")
    return held


def take_list(state: State, held: Held, now: int | None) -> State:
    """L1 by O1."""
    issuer = held.says["issuer"]
    if not is_news(state, held, state.lists.get(issuer), now):
        return state
    require_not_lower(state, held)
    return with_seen(replace(state, lists={**state.lists, issuer: held}), held)


def take_catalog(state: State, held: Held, now: int | None) -> State:
    """C1 by O1."""
    issuer = held.says["issuer"]
    if not is_news(state, held, state.catalogs.get(issuer), now):
        return state
    return with_seen(replace(state, catalogs={**state.catalogs, issuer: held}), held)
