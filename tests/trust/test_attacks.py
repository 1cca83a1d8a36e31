"""Attacks on what an installation believes: each is refused, and the honest vendor goes on.

The scenarios are those of tuf-conformance, for roots, trust documents, lists and catalogs: rollback, freeze, threshold,
rotation, recovery from numbers that were run up, duplicate keys. Each ends with the vendor's next honest file being
taken, and with the state that this file is to make.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from licensekit.errors import (
    Fork,
    KeyOutOfScope,
    KeyRevoked,
    KeyUnknown,
    LicenseError,
    PayloadInvalid,
    RevocationsMissing,
    Rollback,
    SignatureCount,
    ThresholdNotMet,
)
from licensekit.keys.signing import SigningKey
from licensekit.limits import VERSION
from licensekit.trust.pack import TrustStore, add_documents, extend_trust_store, open_pack
from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import AdmittedKey, KeyState
from tests import makers
from tests.makers import NOW, SERIAL, extended
from tests.refusals import counts, lists_seen, refused, root_seen, trust_seen

A, B, C, D, E = (makers.key(f"root-{name}") for name in "abcde")
VENDOR, STOLEN, STRANGER = (makers.key(name) for name in ("vendor", "stolen", "stranger"))
BUNDLE = sign(makers.bundle(), VENDOR)
TAKEN_BACK = sign(makers.bundle(serial="1010000099"), VENDOR)


def root(keys: Sequence[SigningKey], signers: Sequence[SigningKey], **changes: Any) -> armor.Token:
    """Return a root of `keys`, of which two must sign."""
    return sign(makers.root(*keys, **({"threshold": 2} | changes)), *signers)


def trust(version: int, signers: Sequence[SigningKey] = (A, B), *, stolen: Any = None, **changes: Any) -> armor.Token:
    """Return a trust document that admits the vendor's key, and the one that will be stolen."""
    keys: list[AdmittedKey] = [makers.admitted(VENDOR), makers.admitted(STOLEN, "stolen", **(stolen or {}))]
    return sign(makers.trust(*keys, **({"version": version} | changes)), *signers)


def listed(number: int, signer: SigningKey = VENDOR, /, **changes: Any) -> armor.Token:
    """Return a list that takes one serial back."""
    fields = {"trust_version": 3, "number": number, "serials": ["1010000099"]}
    return sign(makers.revocations(**(fields | changes)), signer)


def catalog(version: int, signer: SigningKey = VENDOR, /, **changes: Any) -> armor.Token:
    """Return a catalog."""
    return sign(makers.catalog(**({"trust_version": 3, "version": version} | changes)), signer)


ONE = root([A, B, C], [A, B])
PIN = makers.pin(ONE)
PACK = makers.file_of(ONE, trust(3), listed(5), catalog(7))
STORE = open_pack(PACK, PIN)
NEXT = (trust(4), listed(1, trust_version=4), catalog(1, trust_version=4), BUNDLE)
"""The vendor's next honest file."""
REVOKING = {"state": KeyState.REVOKED}
AFTER_THEFT = (trust(4, stolen=REVOKING), *NEXT[1:])
"""The vendor's file after a signing key was stolen."""


class Numbers(NamedTuple):
    """Where everything stands."""

    root: int
    trust: tuple[int, ...]
    listed: tuple[int, ...]
    catalog: tuple[int, ...]


AFTER_NEXT = Numbers(1, (1, 4), (1, 4, 1), (1, 4, 1))


def numbers(trust_store: TrustStore) -> Numbers:
    """Return where a store stands; the list and the catalog are in force."""
    state = trust_store.trust
    found = trust_store.catalogs["demo"].document
    assert not state.list_missing("demo")
    return Numbers(
        root_seen(state.seen),
        trust_seen(state.seen),
        lists_seen(state.seen)["demo"],
        (found.root_version, found.trust_version, found.version),
    )


def goes_on(trust_store: TrustStore, file: Sequence[armor.Token] = NEXT, after: Numbers = AFTER_NEXT) -> None:
    """Take an honest file; the state is as it should be, and bundles count as the list says."""
    extended = extend_trust_store(trust_store, file, NOW)
    assert numbers(extended) == after
    assert counts(BUNDLE, extended.trust)
    with pytest.raises(LicenseError):
        counts(TAKEN_BACK, extended.trust)


ATTACKS: dict[str, tuple[type[LicenseError], tuple[armor.Token, ...]]] = {
    "threshold: one key of a root": (ThresholdNotMet, (trust(4, [A]),)),
    "threshold: one key twice": (SignatureCount, (trust(4, [A, A]),)),
    "threshold: a stranger makes it up": (KeyUnknown, (trust(4, [A, STRANGER]),)),
    "rotation: by one key of the old root": (
        ThresholdNotMet,
        (root([D, E], [A, D, E], version=2), trust(4, [D, E], root_version=2)),
    ),
    "rotation: by the new keys alone": (
        ThresholdNotMet,
        (root([D, E], [D, E], version=2), trust(4, [D, E], root_version=2)),
    ),
    "rotation: without its own threshold": (
        ThresholdNotMet,
        (root([D, E], [A, B, D], version=2), trust(4, [D, E], root_version=2)),
    ),
    "fork: another root": (Fork, (root([A, B, D], [A, B, D]),)),
    "fork: another trust document": (Fork, (trust(3, fresh_until=NOW),)),
    "fork: another list": (Fork, (listed(5, serials=[]),)),
    "fork: another catalog": (Fork, (catalog(7, urls={"buy": "x"}),)),
    "duplicate keys: one secret twice in a root": (
        PayloadInvalid,
        (
            makers.seal(
                "root",
                makers.payload_of(root([D, E], [D], version=2)).replace(E.verifying_key.public, D.verifying_key.public),
                *(A, B, D),
            ),
        ),
    ),
    "duplicate keys: one secret, plain and as half of a hybrid": (
        PayloadInvalid,
        (
            makers.seal(
                "root",
                makers.payload_of(root([D, makers.key("root-h", frame.HYBRID)], [D], version=2)).replace(
                    makers.key("root-h").verifying_key.public, D.verifying_key.public
                ),
                *(A, B, D),
            ),
        ),
    ),
}


@pytest.mark.attack("genuine-delegation-with-another-keys-signature")
@pytest.mark.parametrize(("error", "file"), ATTACKS.values(), ids=ATTACKS)
def test_the_file_is_refused_and_the_next_honest_one_is_taken(
    error: type[LicenseError], file: tuple[armor.Token, ...]
) -> None:
    refused(error, STORE.trust, lambda: extend_trust_store(STORE, file, NOW))
    assert numbers(STORE) == Numbers(1, (1, 3), (1, 3, 5), (1, 3, 7))
    goes_on(STORE)


@pytest.mark.parametrize(
    ("other", "version"),
    [(trust(3, fresh_until=NOW), 3), (listed(5, serials=[]), 5), (catalog(7, urls={"buy": "x"}), 7)],
)
def test_a_fork_names_the_version_that_there_is_twice(other: armor.Token, version: int) -> None:
    """The version of the document itself, not that of the root or trust document that it names."""
    assert refused(Fork, STORE.trust, lambda: extend_trust_store(STORE, [other], NOW)).version == version


OLDER: dict[str, tuple[armor.Token, ...]] = {
    "rollback: an older trust document": (trust(2),),
    "rollback: an older list": (listed(4, serials=[]),),
    "rollback: a list of an older trust document": (listed(VERSION, trust_version=2),),
    "rollback: an older catalog": (catalog(6), catalog(VERSION, trust_version=2)),
    "rollback: all of them": (ONE, trust(1), listed(1, trust_version=1), catalog(1)),
    "freeze: nothing but what is there": tuple(armor.read(PACK)),
}


@pytest.mark.attack("older-document-brought-back")
@pytest.mark.parametrize("file", OLDER.values(), ids=OLDER)
def test_what_is_older_changes_nothing(file: tuple[armor.Token, ...]) -> None:
    assert extend_trust_store(STORE, file, NOW) == STORE
    goes_on(STORE)


@pytest.mark.attack("freeze")
def test_a_freeze_shows_and_stops_nothing() -> None:
    """A trust document that says until when it is fresh; nothing newer is let through."""
    fresh = trust(4, fresh_until=NOW)
    store = extend_trust_store(STORE, [fresh], NOW)
    assert counts(BUNDLE, extend_trust_store(store, [fresh], NOW + 300 * 86_400).trust)
    goes_on(store, (trust(5), *NEXT[1:]), Numbers(1, (1, 5), (1, 4, 1), (1, 4, 1)))


RUN_UP: dict[str, armor.Token] = {
    "a list": listed(VERSION, STOLEN, serials=[]),
    "a catalog": catalog(VERSION, STOLEN, licenses={}),
}


@pytest.mark.attack("revocation-number-run-up")
@pytest.mark.parametrize("token", RUN_UP.values(), ids=RUN_UP)
def test_a_number_that_a_stolen_key_ran_up_is_passed_by_the_next_trust_document(token: armor.Token) -> None:
    """Under the same trust document nothing gets past it; under the next, any number does."""
    stolen = extend_trust_store(STORE, [token], NOW)
    assert extend_trust_store(stolen, [listed(6), catalog(8)], NOW).trust.seen != STORE.trust.seen
    goes_on(stolen, AFTER_THEFT)
    revoked = extend_trust_store(stolen, [AFTER_THEFT[0]], NOW)
    assert extend_trust_store(revoked, [token], NOW) == revoked
    goes_on(revoked, AFTER_THEFT)


@pytest.mark.attack("trust-version-run-up")
@pytest.mark.parametrize("version", [3, VERSION])
def test_a_trust_version_that_was_run_up_has_a_way_back(version: int) -> None:
    """Who had the old threshold signed the highest version there is; a new root begins again."""
    thief = trust(VERSION, stolen={"valid_to": None})
    store = extend_trust_store(STORE, [thief], NOW)
    assert trust_seen(store.trust.seen) == (1, VERSION)
    assert extend_trust_store(store, [trust(4)], NOW) == store
    new = root([D, E], [A, B, D, E], version=2)
    first = trust(version - 2, [D, E], root_version=2)
    under = {"root_version": 2, "trust_version": version - 2}
    file = (new, first, listed(1, **under), catalog(1, **under), BUNDLE)
    pair = (2, version - 2)
    goes_on(store, file, Numbers(2, pair, (*pair, 1), (*pair, 1)))


@pytest.mark.parametrize(
    "file",
    [
        pytest.param([trust(4, stolen=REVOKING)], id="its key is revoked"),
        pytest.param(
            [root([D, E], [A, B, D, E], version=2), sign(makers.trust(makers.admitted(VENDOR), root_version=2), D, E)],
            id="a new root names its key no more",
        ),
    ],
)
def test_that_a_list_is_required_dies_with_nothing(file: list[armor.Token]) -> None:
    store = extend_trust_store(STORE, [listed(6, STOLEN)], NOW)
    extended = extend_trust_store(store, file, NOW)
    refused(RevocationsMissing, extended.trust, lambda: counts(BUNDLE, extended.trust))
    pair = dict(zip(("root_version", "trust_version"), extended.trust.pair, strict=True))
    honest = (*file, listed(1, **pair), catalog(1, **pair), BUNDLE)
    full = (*extended.trust.pair, 1)
    goes_on(extended, honest, Numbers(full[0], full[:2], full, full))
    goes_on(store, honest, Numbers(full[0], full[:2], full, full))


SEEN = STORE.trust.seen
DELETED: dict[str, tuple[type[LicenseError], tuple[armor.Token, ...]]] = {
    "another root": (
        Fork,
        (root([A, B, C], [A, B]), root([D, E], [A, B, D, E], version=2), trust(3, [D, E], root_version=2)),
    ),
    "another trust document": (Fork, (ONE, trust(3, fresh_until=NOW))),
    "another list": (Fork, (ONE, trust(3), listed(5, serials=[]))),
    "another catalog": (Fork, (ONE, trust(3), catalog(7, urls={"buy": "x"}))),
    "an older root": (Rollback, (ONE, trust(3))),
    "an older trust document": (Rollback, (ONE, trust(2))),
}
ROTATED = extend_trust_store(
    STORE,
    [
        root([D, makers.key("root-f")], [A, B, D, makers.key("root-f")], version=2),
        trust(3, [D, makers.key("root-f")], root_version=2),
    ],
    NOW,
)


@pytest.mark.attack("forked-document")
@pytest.mark.parametrize("what", DELETED)
def test_documents_deleted_the_floor_tells_forks_and_rollbacks(what: str) -> None:
    """What was seen is remembered by identity, so nothing else passes for it when it is gone."""
    error, left = DELETED[what]
    is_root = what.endswith("root")
    seen = ROTATED.trust.seen if is_root else SEEN
    pack = open_pack(makers.file_of(*left), PIN)
    refused(error, pack.trust, lambda: extended(pack, [], seen))
    with_file = open_pack(makers.file_of(ONE, trust(1)), PIN)
    refused(error, with_file.trust, lambda: extended(with_file, left, seen))
    if is_root:
        keys = [D, makers.key("root-f")]
        pair = {"root_version": 2, "trust_version": 4}
        honest = (
            root(keys, [A, B, *keys], version=2),
            trust(4, keys, root_version=2),
            listed(1, **pair),
            catalog(1, **pair),
        )
        floored = add_documents(with_file, [], NOW, seen)
        goes_on(floored, honest, Numbers(2, (2, 4), (2, 4, 1), (2, 4, 1)))
    else:
        goes_on(add_documents(with_file, [], NOW, seen))
        goes_on(add_documents(pack, [], NOW, seen))


@pytest.mark.attack("older-document-brought-back")
def test_documents_deleted_older_lists_and_catalogs_do_not_come_back() -> None:
    older = open_pack(makers.file_of(ONE, trust(3), listed(4, serials=[]), catalog(6)), PIN)
    floored = extended(older, [], SEEN)
    assert floored.catalogs == {}
    assert floored.trust.list_missing("demo")
    goes_on(floored)


@pytest.mark.attack("clock-ahead-at-a-signing")
@pytest.mark.parametrize("issued", [NOW, NOW + 900 * 86_400], ids=["clock right", "clock ahead"])
def test_a_clock_ahead_at_one_signing_stops_nothing_that_was_shipped(issued: int) -> None:
    keys = [makers.admitted(key, valid_to=None) for key in (VENDOR, STOLEN)]
    pack = makers.file_of(
        ONE,
        sign(makers.trust(*keys, version=3, issued=issued), A, B),
        listed(5, issued=issued),
        catalog(7, issued=issued),
    )
    store = open_pack(pack, PIN)
    assert extend_trust_store(store, armor.read(pack), NOW) == store
    assert counts(BUNDLE, store.trust)
    goes_on(store)


@pytest.mark.attack("stolen-signing-key")
def test_a_stolen_keys_documents_die_with_it() -> None:
    thief = (listed(6, STOLEN, serials=[]), catalog(8, STOLEN), sign(makers.bundle(), STOLEN))
    store = extend_trust_store(STORE, thief, NOW)
    assert counts(thief[2], store.trust)
    extended = extend_trust_store(store, AFTER_THEFT, NOW)
    with pytest.raises(KeyRevoked):
        counts(thief[2], extended.trust)
    goes_on(store, AFTER_THEFT)


@pytest.mark.attack("stolen-signing-key")
def test_a_key_with_a_term_does_not_take_the_vendors_place() -> None:
    """Not even with the highest sequence, or in the name of another serial."""
    terms = {"scope": makers.limited(longest_term=60)}
    store = extend_trust_store(STORE, [trust(4, stolen=terms)], NOW)
    replacing = sign(makers.trial(replaces=[SERIAL], serial="1"), STOLEN)
    refused(KeyOutOfScope, store.trust, lambda: counts(replacing, store.trust))
    highest = sign(makers.trial(sequence=VERSION), STOLEN)
    assert counts(highest, store.trust)
    file = (trust(5, stolen=REVOKING), *NEXT[1:])
    goes_on(store, file, Numbers(1, (1, 5), (1, 4, 1), (1, 4, 1)))
