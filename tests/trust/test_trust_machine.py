"""Random histories of a vendor, a thief and one installation, against a model of numbers.

The vendor makes roots, trust documents and lists, at times by a clock that is ahead; they reach the installation late,
twice, in any order or never. A thief adds lists of his own, a careless vendor a second document of one place, or the
highest version that there is. Documents are deleted, and the installation's clock is turned. Whatever the model says
must happen is what must happen to the real state: the same class of error and nothing changed, or the same values.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from licensekit.errors import LicenseError, Rollback
from licensekit.limits import VERSION
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState, extend, remember, require_floor, start, update_root
from licensekit.wire.documents import KeyState
from tests import makers
from tests.makers import NOW, update_revocations, update_trust
from tests.profiles import examples
from tests.refusals import counts, frozen, lists_seen, root_seen, trust_seen
from tests.trust.trust_model import DAY, Made, Model, Refusal

T = TypeVar("T")

VENDOR = makers.key("vendor")
LIST_KEYS = ("lists-1", "lists-2")
SERIALS = ("1", "2", "3")
BUNDLES = {serial: sign(makers.bundle(serial=serial), VENDOR) for serial in SERIALS}
HUGE = 2**32 - 1000


def outcome(action: Callable[[], T]) -> tuple[T | None, Refusal]:
    """Return the value of `action`, or the class of the error with which it was refused."""
    try:
        return action(), None
    except LicenseError as error:
        return None, type(error)


def make_root(version: int) -> Made:
    """Return the root of `version`, signed by its own key and the one before."""
    keys = [makers.key(f"machine root {n}") for n in (version - 1, version) if n]
    return Made("root", sign(makers.root(keys[-1], version=version), *keys), version)


def make_trust(root: int, version: int, revoked: frozenset[str], issued: int = NOW, note: str = "") -> Made:
    """Return a trust document under `root`, in which some list keys are revoked."""
    keys = [makers.admitted(VENDOR, f"vendor {note}")]
    for name in LIST_KEYS:
        state = KeyState.REVOKED if name in revoked else KeyState.ACTIVE
        keys.append(makers.admitted(makers.key(name), name, state=state))
    document = makers.trust(*keys, version=version, root_version=root, issued=issued)
    token = sign(document, makers.key(f"machine root {root}"))
    return Made("trust", token, root, version, revoked=revoked, issued=issued)


def make_list(root: int, trust: int, number: int, signer: str, revoked: frozenset[str], *, issued: int = NOW) -> Made:
    """Return a list by one of the list keys."""
    document = makers.revocations(
        root_version=root, trust_version=trust, number=number, serials=sorted(revoked), issued=issued
    )
    token = sign(document, makers.key(signer))
    return Made("revocations", token, root, trust, number, signer, revoked, issued)


REVOKED = st.frozensets(st.sampled_from(LIST_KEYS))
SIGNER = st.sampled_from(LIST_KEYS)
ISSUED = st.sampled_from([NOW, NOW, NOW, NOW + 5 * DAY])
"""Now and then the clock of who signs is ahead."""


class TrustMachine(RuleBasedStateMachine):
    """One vendor, one thief, one installation."""

    @initialize()
    def ship(self) -> None:
        """Ship the application with root 1 and nothing else."""
        first = make_root(1)
        self.archive = [first]
        self.roots, self.trusts, self.lists, self.thefts = 1, 0, 0, 0
        self.state: TrustState = start([first.token], makers.pin(first.token))
        self.model = Model(now=NOW)

    @rule(days=st.sampled_from([-900, 0, 0, 4]))
    def turn_the_clock(self, days: int) -> None:
        """Show the installation another time."""
        self.model.now = NOW + days * DAY

    @rule(sent=st.booleans())
    def rotate_the_root(self, *, sent: bool) -> None:
        """Make the next root, under which versions begin again."""
        self.roots, self.trusts = self.roots + 1, 0
        self.publish(make_root(self.roots), sent=sent)

    @precondition(lambda self: self.trusts < VERSION)
    @rule(revoked=REVOKED, issued=ISSUED, sent=st.booleans())
    def sign_trust(self, revoked: frozenset[str], issued: int, *, sent: bool) -> None:
        """Make the next trust document."""
        self.trusts += 1
        self.publish(make_trust(self.roots, self.trusts, revoked, issued), sent=sent)

    @precondition(lambda self: self.trusts)
    @rule(sent=st.booleans())
    def run_the_version_up(self, *, sent: bool) -> None:
        """Make the last trust document that this root can sign."""
        self.trusts = VERSION
        made = make_trust(self.roots, VERSION, frozenset(), note=str(len(self.archive)))
        self.publish(made, sent=sent)

    @precondition(lambda self: self.trusts)
    @rule(signer=SIGNER, revoked=st.frozensets(st.sampled_from(SERIALS)), issued=ISSUED, sent=st.booleans())
    def sign_list(self, signer: str, revoked: frozenset[str], issued: int, *, sent: bool) -> None:
        """Make the next list."""
        self.lists += 1
        made = make_list(self.roots, self.trusts, self.lists, signer, revoked, issued=issued)
        self.publish(made, sent=sent)

    @precondition(lambda self: self.model.trust)
    @rule(signer=SIGNER, sent=st.booleans())
    def steal_a_list_key(self, signer: str, *, sent: bool) -> None:
        """Make a list with a huge number that takes nothing back."""
        self.thefts += 1
        number = HUGE + self.thefts
        made = make_list(*self.state.pair, number, signer, frozenset())
        self.publish(made, sent=sent)

    def publish(self, made: Made, *, sent: bool) -> None:
        """Put a document into the world; it reaches the installation immediately, later or never."""
        self.archive.append(made)
        if sent:
            self.send(made)

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """Send the installation any one document that exists, new or old."""
        self.send(data.draw(st.sampled_from(self.archive)))

    def send(self, made: Made) -> None:
        """Send the installation one document."""

        def update() -> TrustState:
            if made.kind == "root":
                return update_root(self.state, made.token)
            take = update_trust if made.kind == "trust" else update_revocations
            return take(self.state, made.token, self.model.now)

        self.happens(update, lambda model: model.take(made))

    @rule(data=st.data())
    def deliver_a_file(self, data: st.DataObject) -> None:
        """Send it several documents as one file, in any order: all or none."""
        file = data.draw(st.lists(st.sampled_from(self.archive), max_size=6))
        tokens = [made.token for made in file]
        now = self.model.now
        self.happens(lambda: extend(self.state, tokens, now), lambda model: model.take_file(file))

    @precondition(lambda self: self.model.trust)
    @rule()
    def fork_the_trust(self) -> None:
        """Send it a second truth of the version in force."""
        fork = make_trust(*self.state.pair, frozenset(), note=f"fork {len(self.archive)}")
        self.send(fork)

    @precondition(lambda self: self.model.list_seen)
    @rule(signer=SIGNER)
    def fork_the_list(self, signer: str) -> None:
        """Send another list with the version of the highest one, even if that one is gone."""
        highest = self.model.list_seen
        assert highest is not None
        self.send(make_list(*highest.version, signer, frozenset({"9"})))

    @precondition(lambda self: self.model.trust)
    @rule(data=st.data())
    def restart(self, data: st.DataObject) -> None:
        """Load from scratch what is in force, under any root ever pinned, with the floor."""
        trust = self.state.trust
        assert trust is not None
        roots = [known.verified.token for known in self.state.chain]
        lists = [held.token for held in self.state.lists.values()]
        tokens = data.draw(st.permutations([*roots, trust.token, *lists]))
        pin = makers.pin(data.draw(st.sampled_from(roots)))
        loaded = extend(remember(start(tokens, pin), self.state.seen), tokens, None)
        require_floor(loaded, self.state.seen)
        assert frozen(loaded)[2:] == frozen(self.state)[2:]
        if len(loaded.chain) == len(roots):
            self.state = loaded

    @precondition(lambda self: self.model.trust)
    @rule(what=st.sampled_from(["newest root", "trust", "lists"]))
    def delete_documents(self, what: str) -> None:
        """Load without some of what was in force: below the floor nothing loads."""
        trust = self.state.trust
        assert trust is not None
        roots = [known.verified.token for known in self.state.chain]
        kept = [*roots, *([] if what == "trust" else [trust.token])]
        if what == "newest root":
            kept = roots[:-1] or roots
        state = remember(start(roots, makers.pin(roots[0])), self.state.seen)
        for token in kept[1:]:
            take = update_root if token.type == "root" else partial(update_trust, now=None)
            state = take(state, token)
        _, refusal = outcome(lambda: require_floor(state, self.state.seen))
        if what == "lists":
            assert refusal is None
            self.state, self.model.listed = state, None
        elif what == "newest root" and len(roots) > 1:
            assert refusal is Rollback
        else:
            assert refusal is Rollback

    def happens(self, real: Callable[[], TrustState], expected: Callable[[Model], Refusal]) -> None:
        """Do it to the state and to the model; both must refuse alike, or go on alike."""
        model, before = deepcopy(self.model), frozen(self.state)
        after, refusal = outcome(real)
        assert refusal is expected(model)
        assert frozen(self.state) == before
        if after is not None:
            self.state, self.model = after, model

    @invariant()
    def bundles_count_as_the_model_says(self) -> None:
        """Judge a bundle of each serial."""
        for serial, token in BUNDLES.items():
            _, refusal = outcome(partial(counts, token, self.state))
            assert refusal is self.model.refusal_of_bundle(serial)

    @invariant()
    def versions_stand_where_the_model_says(self) -> None:
        """Compare the numbers."""
        seen, model = self.state.seen, self.model
        assert root_seen(seen) == model.root
        assert trust_seen(seen) == (model.trust_seen.version[:2] if model.trust_seen else ())
        lists = {"demo": model.list_seen.version} if model.list_seen else {}
        assert lists_seen(seen) == lists


TestTrustMachine = TrustMachine.TestCase
TestTrustMachine.settings = settings(max_examples=examples(80), stateful_step_count=50)
