"""Cases of roots and trust documents, fault by fault: every item of R1, R2, T1 and T2, and every two faults."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import TYPE_OF, Root, RootKey, Trust, encode
from tests import makers, rare_keys
from tests.makers import NOW
from tests.vectors.faults import Fault, Faults, with_one, with_two
from tests.vectors.of_trust import A, B, C, D, root
from tests.vectors.vector import ADMITTED, STRANGER, Case, Ground, citing, file_of

AHEAD: Final = NOW + 86_401
E: Final = makers.key("root-e")
WEAK: Final = RootKey(1, rare_keys.LOW_ORDER[0])
OF_ONE_ID: Final = [RootKey(1, key) for key in rare_keys.COLLIDING]

ONE: Final = root([A, B], [A, B, C], threshold=2)
TWO: Final = root([A, B, D], [D], 2)
TRUST: Final = sign(makers.trust(*ADMITTED, root_version=2, version=5), D)
ROTATED: Final = Ground(makers.pin(ONE), file_of(ONE, TWO, TRUST), 2, 5)
"""Root 1 of A, B and C, of which two must sign; root 2 of D; and trust document 5 of root 2."""


@dataclass(frozen=True)
class Threshold:
    """A root or trust document, and who signs it."""

    document: Root | Trust
    signers: tuple[SigningKey, ...]
    forged: tuple[int, ...] = ()
    """Places of the signatures of which a bit is changed."""
    is_longer: bool = False
    """Whether a byte follows the payload."""

    @property
    def token(self) -> armor.Token:
        """What a reader is given."""
        payload = encode(self.document) + b"\xc0" * self.is_longer
        token = makers.seal(TYPE_OF[type(self.document)], payload, *self.signers)
        for place in self.forged:
            token = makers.forged(token, place)
        return token


Spoil = Callable[[Threshold], Threshold]


def change(**changes: Any) -> Spoil:
    """Return what replaces fields of the document."""
    return lambda subject: replace(subject, document=makers.changed(subject.document, **changes))


def signed_by(*signers: SigningKey) -> Spoil:
    """Return what lets others sign."""
    return lambda subject: replace(subject, signers=signers)


def add_signer(signer: SigningKey) -> Spoil:
    """Return what lets one more sign."""
    return lambda subject: replace(subject, signers=(*subject.signers, signer))


def drop_signer(signer: SigningKey) -> Spoil:
    """Return what lets one sign no longer."""
    return lambda subject: replace(subject, signers=tuple(one for one in subject.signers if one is not signer))


def add_keys(*keys: RootKey) -> Spoil:
    """Return what lists more keys in a root."""

    def added(subject: Threshold) -> Threshold:
        assert isinstance(subject.document, Root)
        return change(keys=[*subject.document.keys, *keys])(subject)

    return added


def forge(*places: int) -> Spoil:
    """Return what changes a bit of these signatures."""
    return lambda subject: replace(subject, forged=(*subject.forged, *places))


def _longer(subject: Threshold) -> Threshold:
    return replace(subject, is_longer=True)


OF_A_PINNED_ROOT: Final[Faults[Threshold]] = {
    "longer": Fault("R1.1", "payload-invalid", "a byte behind the document", _longer),
    "weak-key": Fault("R1.2", "key-invalid", "a key of low order", add_keys(WEAK)),
    "one-id": Fault("R1.2", "key-id-collision", "two keys of one id", add_keys(*OF_ONE_ID)),
    "stranger": Fault("R1.3", "key-unknown", "a stranger signed as well", add_signer(STRANGER)),
    "short": Fault("R1.4", "threshold-not-met", "a signature too few", drop_signer(B)),
    "forged": Fault("R1.5", "signature-invalid", "a bit of a signature changed", forge(0)),
}


@citing("conventions-1", "readers-1a")
def pinned_steps() -> Iterator[Case]:
    """R1: the pinned root with a fault of each item, and with each two of them."""
    good = Threshold(makers.root(A, B, C, threshold=2), (A, B))
    trust = sign(makers.trust(*ADMITTED), A, B)
    ground = Ground(makers.pin(good.token), file_of(good.token, trust))
    about = "a pinned root without a fault"
    yield ground.takes("R1", "pinned", about, file_of(trust), musts=("readers-3",))
    # Its digest is pinned, so what is signed is another root in each case.
    for spoiled in (*with_one(OF_A_PINNED_ROOT, good), *with_two(OF_A_PINNED_ROOT, good, ())):
        token = spoiled.subject.token
        pinned = Ground(makers.pin(token), file_of(token, trust))
        about = f"the pinned root: {spoiled.about}"
        flags = ("precedence",) if "-before-" in spoiled.name else ()
        yield pinned.refuses(spoiled.step, spoiled.code, spoiled.name, about, file_of(trust), flags=flags)


def _by_root_1(subject: Threshold) -> Threshold:
    """Let a threshold of root 1 vouch in place of root 2."""
    own = tuple(signer for signer in subject.signers if signer is not D)
    return replace(subject, signers=(A, B, *own))


OF_A_ROOT: Final[Faults[Threshold]] = {
    "unvouched": Fault("R2.2", "threshold-not-met", "no root vouches for it", drop_signer(D)),
    "voucher-forged": Fault("R2.3", "signature-invalid", "a bit of the voucher's signature changed", forge(0)),
    "longer": Fault("R2.4", "payload-invalid", "a byte behind the document", _longer),
    "product": Fault("R2.5", "wrong-product", "another product", change(product="demo-erp")),
    "issuer": Fault("R2.5", "wrong-product", "another issuer", change(issuer="acme")),
    "fork": Fault("R2.7", "fork", "another root 2", change(version=2)),
    "fork-of-the-first": Fault("R2.7", "fork", "another root 1", change(version=1)),
    "gap": Fault("R2.8", "root-gap", "root 4, and root 3 is missing", change(version=4)),
    "older-voucher": Fault("R2.9", "threshold-not-met", "root 1 vouches, and root 2 is newer", _by_root_1),
    "weak-key": Fault("R2.10", "key-invalid", "a key of low order", add_keys(WEAK)),
    "one-id": Fault("R2.10", "key-id-collision", "two keys of one id", add_keys(*OF_ONE_ID)),
    "stranger": Fault("R2.11", "key-unknown", "a stranger signed as well", add_signer(STRANGER)),
    "own-short": Fault("R2.12", "threshold-not-met", "one of its own too few", drop_signer(E)),
    "own-forged": Fault("R2.13", "signature-invalid", "a bit of its own signature changed", forge(1)),
}
UNDONE_IN_ROOTS: Final = {
    # Nobody vouches, so there is no signature of a voucher, and no older voucher.
    ("unvouched", "voucher-forged"),
    ("unvouched", "older-voucher"),
    # A root has one version.
    *((one, "gap") for one in ("fork", "fork-of-the-first")),
    ("fork", "fork-of-the-first"),
    # Without the signature of E it has no signature of its own to forge; with those of A and B, the second is B's.
    ("own-short", "own-forged"),
    ("older-voucher", "own-forged"),
    # Without that of D, the second signature is not there.
    ("unvouched", "own-forged"),
}


@citing("conventions-1", "readers-1a")
def root_steps() -> Iterator[Case]:
    """R2: a later root with a fault of each item, and with each two of them."""
    good = Threshold(makers.root(E, C, version=3, threshold=2), (D, E, C))
    takes = ROTATED.takes
    about = "a later root without a fault"
    yield takes("R2", "good", about, file_of(good.token), state=(3, None, {}), alone=True)
    for version in (1, 2):
        held = (ONE, TWO)[version - 1]
        about = f"root {version} of the chain again, with a signature that does not verify"
        again = file_of(makers.forged(held))
        yield takes("R2.1", f"root-{version}-forged", about, again, alone=True, state=(2, 5, {}))
        about = f"root {version} of the chain again, signed by a stranger alone"
        again = file_of(makers.sealed(held, STRANGER))
        yield takes("R2.1", f"root-{version}-by-a-stranger", about, again, alone=True, state=(2, 5, {}))
    for spoiled in (*with_one(OF_A_ROOT, good), *with_two(OF_A_ROOT, good, UNDONE_IN_ROOTS)):
        about = f"root 3: {spoiled.about}"
        flags = ("precedence",) if "-before-" in spoiled.name else ()
        file = file_of(spoiled.subject.token)
        yield ROTATED.refuses(spoiled.step, spoiled.code, spoiled.name, about, file, alone=True, flags=flags)


SHARED_KEYS: Final = root([A, B, D, E], [D, E], 2, threshold=2)
UNDER_TWO: Final = Ground(
    makers.pin(ONE), file_of(ONE, SHARED_KEYS, sign(makers.trust(*ADMITTED, root_version=2, version=5), D, E)), 2, 5
)
"""Root 2 has D and E, of which both must sign."""
WEAK_ADMITTED: Final = makers.admitted(D, "weak", public=rare_keys.LOW_ORDER[0])
PAIR_ADMITTED: Final = [makers.admitted(D, "one of two", public=key) for key in rare_keys.COLLIDING]

OF_A_TRUST_DOCUMENT: Final[Faults[Threshold]] = {
    "stranger": Fault("T1.1", "key-unknown", "a stranger signed as well", add_signer(STRANGER)),
    "forged": Fault("T1.2", "signature-invalid", "a bit of a signature changed", forge(0)),
    "short": Fault("T1.3", "threshold-not-met", "a signature too few", drop_signer(E)),
    "old-root": Fault("T1.4", "root-not-newest", "root 1 signed it", signed_by(A, B)),
    "longer": Fault("T1.5", "payload-invalid", "a byte behind the document", _longer),
    "product": Fault("T1.6", "wrong-product", "another product", change(product="demo-erp")),
    "names-old": Fault("T1.7", "root-not-newest", "it names root 1", change(root_version=1)),
    "names-new": Fault("T1.7", "root-gap", "it names root 3", change(root_version=3)),
    "ahead": Fault("O1.2", "issued-ahead", "issued a day and a second ahead", change(issued=AHEAD)),
    "fork": Fault("O1.3", "fork", "another one in place of the one in force", change(version=5, fresh_until=NOW)),
    "rollback": Fault("O1.4", "rollback", "below the one in force", change(version=4)),
    "weak-key": Fault("T2.1", "key-invalid", "a key of low order", change(keys=[WEAK_ADMITTED])),
    "one-id": Fault("T2.1", "key-id-collision", "two keys of one id", change(keys=PAIR_ADMITTED)),
}
UNDONE_IN_TRUST: Final = {
    # The signers of root 1 are others.
    ("stranger", "old-root"),
    ("short", "old-root"),
    # It has one full version, and one list of keys.
    *((one, other) for one in ("names-old", "names-new") for other in ("names-new", "fork")),
    ("names-new", "rollback"),
    ("fork", "rollback"),
    ("weak-key", "one-id"),
}


@citing("conventions-1", "readers-1a")
def trust_steps() -> Iterator[Case]:
    """T1, O1 and T2: a trust document with a fault of each item, and with each two of them."""
    good = Threshold(makers.trust(*ADMITTED, root_version=2, version=6), (D, E))
    file = file_of(good.token)
    yield UNDER_TWO.takes("T1", "good", "a trust document without a fault", file, state=(2, 6, {}), alone=True)
    held = file_of(sign(makers.trust(*ADMITTED, root_version=2, version=5), D, E))
    yield UNDER_TWO.takes("O1.1", "held", "the very one that is in force, again", held, alone=True)
    about = "the very one that is in force, long before it was issued by a clock that was turned back"
    yield UNDER_TWO.takes("O1.1", "held-and-clock-back", about, held, alone=True, now=0)
    for spoiled in (*with_one(OF_A_TRUST_DOCUMENT, good), *with_two(OF_A_TRUST_DOCUMENT, good, UNDONE_IN_TRUST)):
        about = f"trust document 6: {spoiled.about}"
        flags = ("precedence",) if "-before-" in spoiled.name else ()
        file = file_of(spoiled.subject.token)
        yield UNDER_TWO.refuses(spoiled.step, spoiled.code, spoiled.name, about, file, alone=True, flags=flags)
