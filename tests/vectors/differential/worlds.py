"""Small worlds of documents, signed with the test keys: mostly sound, here and there with a fault."""

from random import Random
from typing import Any, Final, NamedTuple

import msgspec

from licensekit.keys.signing import SigningKey
from licensekit.wire import armor
from licensekit.wire.documents import (
    TYPE_OF,
    AdmittedKey,
    AfterGrace,
    Binding,
    Document,
    KeyState,
    LowestOfUses,
    Scope,
    SignedType,
    Use,
)
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, PARTNER
from tests.vectors.differential.damage import of_payload, some

ROOTS: Final = [makers.key(f"root {n}") for n in range(4)]
SIGNERS: Final = [makers.key(f"signer {n}") for n in range(4)]
ISSUERS: Final = ["demo", PARTNER]
SERIALS: Final = ["1010000014", "1010000022", "X-1"]
_TIMES: Final = (*[0] * 20, -86_401, -86_400, -3600, -1, 1, 3600, 86_400, 86_401, 90_000)


class World(NamedTuple):
    """Documents under one pin."""

    pin: str
    base: list[str]
    """The pinned root and a trust document of it."""
    newest: list[str]
    """All roots, and a trust document of the newest."""
    tokens: list[str]


def world(random: Random) -> World:
    """Return a chain of roots from a pinned one, and documents under them."""
    pinned = random.choice([1, 1, 1, 2])
    keys = [_keys(random) for _ in range(4)]
    roots = [_root(random, pinned + n, keys[max(0, n - 1)], keys[n]) for n in range(random.randint(1, 3))]
    last = pinned + len(roots) - 1
    trusts = [
        _trust(random, version, keys, pinned)
        for version in range(pinned, last + 1)
        for _ in range(random.randint(1, 2))
    ]
    bundles = [_bundle(random) for _ in range(random.randint(1, 3))]
    ids = sorted(makers.identity_of(token) for token in bundles)
    others = [_list(random, ids, last) for _ in range(random.randint(0, 2))]
    others += [_catalog(random, last) for _ in range(random.randint(0, 2))]
    others += [_exchange(random) for _ in range(random.choice([0, 0, 0, 1]))]
    pin = makers.pin(roots[0])
    written = [armor.write(token) for token in [*roots, *trusts, *bundles, *others]]
    chain = written[: len(roots)]
    return World(pin, [chain[0], written[len(roots)]], [*chain, written[len(roots) + len(trusts) - 1]], written)


class _RootKeys(NamedTuple):
    keys: list[SigningKey]
    threshold: int


def _keys(random: Random) -> _RootKeys:
    keys = some(random, ROOTS, 1, 3)
    return _RootKeys(keys, random.randint(1, len(keys)))


def _signers(random: Random, *sets: _RootKeys) -> list[SigningKey]:
    """Return who signs: of each set a threshold; now and then one more, or one less."""
    found = {id(key): key for one in sets for key in one.keys[: one.threshold]}
    if random.random() < 0.1:
        extra = random.choice(ROOTS)
        found[id(extra)] = extra
    signers = list(found.values())
    if len(signers) > 1 and random.random() < 0.05:
        signers.pop()
    return signers


def _root(random: Random, version: int, before: _RootKeys, own: _RootKeys) -> armor.Token:
    changes: dict[str, Any] = {"version": version, "threshold": own.threshold}
    if random.random() < 0.015:
        changes[random.choice(["product", "issuer"])] = "other"
    if random.random() < 0.015:
        changes["version"] = version + random.choice([-1, 1])
    document = makers.root(*own.keys, **changes)
    return _signed(random, document, *_signers(random, before, own), fault=0.03)


def _trust(random: Random, root: int, keys: list[_RootKeys], pinned: int) -> armor.Token:
    admitted = [_admitted(random, key) for key in SIGNERS if random.random() < 0.97]
    says = {
        "root_version": root + random.choice([*[0] * 20, 1, -1 if root > 1 else 0]),
        "version": random.randint(1, 3),
        "issued": ISSUED + random.choice(_TIMES),
        "product": random.choice([*["demo-crm"] * 40, "other"]),
    }
    by = keys[max(0, root - pinned)]
    return _signed(random, makers.trust(*admitted, **says), *_signers(random, by), fault=0.04)


def _admitted(random: Random, key: SigningKey) -> AdmittedKey:
    state = random.choice([*[KeyState.ACTIVE] * 14, KeyState.RETIRED, KeyState.REVOKED])
    begins = ISSUED + random.choice([*[-90_000] * 12, *_TIMES])
    ends = random.choice([*[None] * 6, begins + 200_000, begins + 200_000, begins, ISSUED, ISSUED + 1])
    if state is KeyState.RETIRED and ends is None:
        ends = ISSUED + 1
    if ends is not None:
        ends = max(ends, begins)
    scope = _scope(random)
    return makers.admitted(key, "a", state=state, valid_from=begins, valid_to=ends, scope=scope)


def _scope(random: Random) -> Scope:
    issuers = sorted(random.choice([*[["demo", "partner"]] * 6, ["demo"], ["partner"]]))
    uses = random.choice([*[list(Use)] * 4, [Use.TRIAL], [Use.PRODUCTION, Use.TRIAL]])
    kind = random.random()
    if kind < 0.65:
        return makers.scope(issuers=issuers, uses=uses)
    if kind < 0.72:
        types = sorted(random.sample(list(SignedType), random.randint(1, 3)))
        return makers.scope(types=types, issuers=issuers, uses=uses)
    limits: dict[str, Any] = {"longest_term": random.choice([None, 30, 60, 365])}
    if random.random() < 0.6:
        limits["parts"] = sorted(random.choice([["base"], ["maps"], ["base", "maps"]]))
        if len(issuers) == 1:
            limits["most"] = random.choice([None, 25])
    return makers.limited(issuers=issuers, uses=uses, **limits)


def bundle_changes(random: Random) -> dict[str, Any]:
    """Return fields of a bundle around the bounds of scopes, dates and sequences."""
    issued = ISSUED + random.choice(_TIMES)
    day = issued // 86_400
    expiry = random.choice([None, day + 30, day + 60, day + 61, day + 365, ISSUED_DAY - 1, ISSUED_DAY])
    starts = random.choice([None, None, None, None if expiry is None else min(expiry, day + 1), day - 400])
    grace = None if expiry is None else random.choice([None, None, expiry, expiry + 1, expiry + 30])
    warning = None if expiry is None else random.choice([None, None, expiry, max(expiry - 10, starts or 0)])
    counts = [None, 1, 2, 24, 25, 26, 1000]
    part = random.choice(["base", "base", "maps"])
    serial = random.choice([*SERIALS[:1] * 3, *SERIALS])
    replaces = sorted({one for one in SERIALS if one != serial and random.random() < 0.15}) if part == "base" else []
    return {
        "issuer": random.choice([*["demo"] * 5, PARTNER]),
        "product": random.choice([*["demo-crm"] * 40, "other"]),
        "serial": serial,
        "part": part,
        "sequence": random.randint(1, 4),
        "use": random.choice([*[Use.PRODUCTION] * 4, Use.TRIAL, Use.TRIAL, Use.DEMO]),
        "issued": issued,
        "starts": starts,
        "warning": warning,
        "expiry": expiry,
        "grace": grace,
        "replaces": replaces,
        "system": {"server": random.choice([1, 1, 25, 26, None])},
        "sites": {} if random.random() < 0.5 else {"satellite": random.choice(counts)},
        "users": {} if random.random() < 0.4 else {"user": random.choice(counts)},
        "settings": {} if random.random() < 0.8 else {"max-rows": random.choice([1, 10, "a", True])},
        "after_grace": random.choice(list(AfterGrace)),
        "offline_hours": random.choice([0, 24, 24 * 30, 24 * 60, 24 * 60 + 1]),
        "borrow_hours": random.choice([0, 0, 24 * 30, 24 * 30 + 1]),
        "binding": None if random.random() < 0.9 else Binding(bytes(32), 0, {}),
    }


def _bundle(random: Random) -> armor.Token:
    return _signed(random, makers.bundle(**bundle_changes(random)), _signer(random), fault=0.04)


def _signer(random: Random) -> SigningKey:
    return random.choice([*SIGNERS * 12, *ROOTS[:1]])


def _versions(random: Random, root: int) -> dict[str, Any]:
    return {
        "issuer": random.choice([*["demo"] * 3, PARTNER]),
        "root_version": max(1, root - random.choice([0, 0, 0, 1])),
        "trust_version": random.randint(1, 3),
        "issued": ISSUED + random.choice(_TIMES),
        "product": random.choice([*["demo-crm"] * 40, "other"]),
    }


def _list(random: Random, ids: list[bytes], root: int) -> armor.Token:
    lowest = {} if random.random() < 0.6 else {SERIALS[0]: {"base": LowestOfUses(random.randint(1, 3), None, 2)}}
    document = makers.revocations(
        number=random.randint(1, 3),
        identities=some(random, ids, 0, 1) if random.random() < 0.3 else [],
        serials=some(random, SERIALS[1:], 0, 1) if random.random() < 0.3 else [],
        lowest=lowest,
        **_versions(random, root),
    )
    return _signed(random, document, _signer(random), fault=0.03)


def _catalog(random: Random, root: int) -> armor.Token:
    document = makers.catalog(version=random.randint(1, 3), **_versions(random, root))
    return _signed(random, document, _signer(random), fault=0.05)


def _exchange(random: Random) -> armor.Token:
    own, reset = makers.installation_key(), makers.reset(issued=ISSUED + random.choice(_TIMES))
    exchanged: list[tuple[Document, list[SigningKey]]] = [
        (makers.request(), [own]),
        (makers.receipt(), [own]),
        (makers.statement(), [own]),
        (reset, [_signer(random)]),
        (makers.statement(), [_signer(random)]),
        (makers.receipt(), [own, makers.installation_key("b")]),
    ]
    document, signers = random.choice(exchanged)
    return _signed(random, document, *signers, fault=0.2)


def _signed(random: Random, document: Document, *signers: SigningKey, fault: float) -> armor.Token:
    """Sign a document; with a fault now and then: in the payload, in a signature, or in who signs."""
    kind = TYPE_OF[type(document)]
    payload = msgspec.msgpack.encode(document, order="sorted")
    if random.random() < fault:
        payload = of_payload(random, payload) or payload
    token = makers.seal(kind, payload, *signers)
    if random.random() < fault / 2:
        return makers.forged(token, random.randrange(len(signers)))
    return token
