"""Any history of files, keys and lists against a plain model of which bundles govern.

At any moment a stolen key can be revoked, and then the vendor's next honest file is taken.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from licensekit.errors import BundleRefused, BundleRevoked, KeyRevoked, LicenseError
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import BASE, AfterGrace, Bundle, Use
from tests import homes, makers, signers
from tests.entitlements import governing_model
from tests.entitlements.governing_model import LIMITED, Item
from tests.homes import Home, file
from tests.profiles import examples
from tests.signers import HIGHEST, MOST

SERIALS = ["A-1", "B-1", "C-1"]
MORTAL = ["second", "shop", "trials"]
"""Keys that may be stolen."""


class Held(NamedTuple):
    """A bundle that was activated, as the model remembers it."""

    bundle: Bundle
    key: str
    state: str = "kept"
    """Or `returned`, or `replaced` by a return."""


@st.composite
def offered(draw: st.DrawFn) -> tuple[Bundle, str]:
    """A bundle of few serials, parts, uses and sequences, and the key that signs it."""
    serial, part = draw(st.sampled_from(SERIALS)), draw(st.sampled_from([BASE, "extra"]))
    others = [name for name in SERIALS if name != serial]
    named = draw(st.sets(st.sampled_from(others), max_size=2 if part == BASE else 0))
    bundle = makers.bundle(
        serial=serial,
        part=part,
        sequence=draw(st.sampled_from([1, 2, 3, HIGHEST])),
        use=draw(st.sampled_from(Use)),
        replaces=sorted(named),
        starts=draw(st.sampled_from([None, makers.ISSUED_DAY + 2])),
        warning=None,
        expiry=draw(st.sampled_from([None, makers.ISSUED_DAY + 50])),
        grace=None,
        system={},
        sites={},
        users={"user": draw(st.sampled_from([1, MOST + 1]))},
        after_grace=AfterGrace.BLOCK,
        company=draw(st.sampled_from(["One AS", "Two AS"])),
    )
    keys = ["vendor", "second", *(k for k in sorted(LIMITED) if governing_model.admits(k, bundle))]
    return bundle, draw(st.sampled_from(keys))


class BundleMachine(RuleBasedStateMachine):
    """Files that come in any order, and keys and bundles that are taken back and given again."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = Home(str(Path(self.folder.name) / "home"))
        self.installation = self.home.open()
        self.held: dict[bytes, Held] = {}
        self.dead: set[str] = set()
        self.taken_back: set[bytes] = set()
        self.trust, self.lists = 1, 0

    @initialize()
    def admit_keys(self) -> None:
        """Begin with a trust document that knows every key."""
        self.publish_trust()

    @rule(given=offered())
    def activate(self, given: tuple[Bundle, str]) -> None:
        """Activate a bundle by one of the keys."""
        self.offer(*given)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def activate_again(self, data: st.DataObject) -> None:
        """Activate a bundle again that was here before, by the same key or by another one."""
        held = data.draw(st.sampled_from(sorted(self.held.values(), key=repr)))
        self.offer(held.bundle, data.draw(st.sampled_from([held.key, "vendor", "second"])))

    @rule(key=st.sampled_from(MORTAL))
    def revoke_or_admit_a_key(self, key: str) -> None:
        """Take a key out of force, or back into it."""
        self.dead ^= {key}
        self.publish_trust()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def revoke_or_reinstate(self, data: st.DataObject) -> None:
        """Put a bundle on the vendor's list, or take it off."""
        self.taken_back ^= {data.draw(st.sampled_from(sorted(self.held)))}
        self.lists += 1
        listed = makers.revocations(trust_version=self.trust, number=self.lists, identities=sorted(self.taken_back))
        self.installation.activate(file(listed))

    @precondition(lambda self: any(one.bundle.part == BASE for one in self.active()))
    @rule()
    def give_back(self) -> None:
        """Return the base bundles; what they held back goes with them."""
        # One that does not verify may be among what is returned: the model leaves that alone.
        if self.dead or self.taken_back:
            return
        self.installation.propose_return().apply(confirm=True)
        active = self.active()
        serials = {one.bundle.serial for one in active}
        for identity, one in self.held.items():
            if one in active and one.bundle.part == BASE:
                self.held[identity] = one._replace(state="returned")
                continue
            goes_with_it = one.bundle.part == BASE or one.bundle.serial not in serials
            if one.state == "kept" and one not in active and goes_with_it:
                self.held[identity] = one._replace(state="replaced")

    @rule(days=st.integers(1, 3))
    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.home.clock.move(days=days)

    @rule(use=st.sampled_from(Use))
    def recover(self, use: Use) -> None:
        """Revoke all that may be stolen; then the vendor's next file is taken, and governs."""
        self.dead = set(MORTAL)
        self.publish_trust()
        serial = self.serial() or SERIALS[0]
        sequences = [
            one.bundle.sequence
            for one in self.held.values()
            if one.key == "vendor" and one.bundle.serial == serial and one.bundle.sequence < HIGHEST
        ]
        if any(one.key == "vendor" and one.bundle.sequence == HIGHEST for one in self.held.values()):
            return  # its own ledger never comes so far
        honest = makers.bundle(
            serial=serial,
            sequence=max(sequences, default=0) + 1,
            use=use,
            starts=None,
            users={"user": None},
            system={},
            sites={},
        )
        self.offer(honest, "vendor", must=True)
        if use is Use.PRODUCTION:
            assert honest in [one.bundle for one in self.active()]

    @invariant()
    def what_governs_is_what_the_model_says(self) -> None:
        """Whether or not it was read again since."""
        state = self.installation.state()
        expected = sorted(repr(one.bundle) for one in self.active())
        assert sorted(repr(v.document) for v in state.bundles) == expected
        assert state.serial == self.serial()
        parts = [(v.document.issuer, v.document.part) for v in state.bundles]
        in_force = [part.bundle.part for part in state.entitlements.parts]
        assert len(set(in_force)) == len(in_force) <= len(parts)

    @invariant()
    def what_is_lost_is_named_if_it_would_count(self) -> None:
        """None is named that would not beside what is in force; one that would is, or another.

        The other one is of its part, and in force and activated later, or is named itself. One that was activated after
        what replaces its serial is named: it may replace that in turn.
        """
        named = {bytes.fromhex(one.identity) for one in self.installation.state().unusable}
        lost = [i for i, one in self.held.items() if one.state == "kept" and not self.is_usable(i)]
        assert named <= set(lost)
        every = [i for i, one in self.held.items() if one.state == "kept"]
        present = [i for i in every if self.held[i].key not in self.dead]
        in_force = self.in_force_of(present)
        for identity in lost:
            one = self.held[identity].bundle
            before = every[: every.index(identity)]
            if identity in named:
                is_ring = any(one.serial in self.held[i].bundle.replaces for i in in_force if i in before)
                beside = self.in_force_of([*in_force, identity], usable=identity)
                assert is_ring or identity in beside
            elif identity in self.in_force_of([*present, identity], usable=identity):
                later = [i for i in in_force if i not in before]
                others = [self.held[i].bundle for i in (*later, *named)]
                assert any(b.part == one.part and b.use <= one.use for b in others)

    def is_usable(self, identity: bytes) -> bool:
        """Return whether an activated bundle and its key are not revoked."""
        return identity not in self.taken_back and self.held[identity].key not in self.dead

    def in_force_of(self, identities: list[bytes], usable: bytes | None = None) -> list[bytes]:
        """Return which of these are in force, if the one that is `usable` has started."""
        some = [identity for identity in self.held if identity in identities]
        items = [
            Item(makers.changed(one.bundle, starts=None), one.key)
            if identity == usable
            else Item(one.bundle, one.key, is_revoked=identity in self.taken_back)
            for identity, one in ((identity, self.held[identity]) for identity in some)
        ]
        return [some[number] for number in governing_model.in_force(items, self.now())]

    def publish_trust(self) -> None:
        """Activate a newer trust document, and the list that was there before."""
        self.trust += 1
        self.installation.activate(file(signers.trust_token(self.trust, self.dead)))

    def now(self) -> int:
        """Return the time that counts: the clock of these histories never goes back."""
        return self.home.clock.now

    def items(self, held: dict[bytes, Held] | None = None) -> list[tuple[bytes, Item]]:
        """Return the bundles that may be in force, in the order of activation."""
        return [
            (identity, Item(one.bundle, one.key, is_revoked=identity in self.taken_back))
            for identity, one in (self.held if held is None else held).items()
            if one.state == "kept" and one.key not in self.dead
        ]

    def active(self, held: dict[bytes, Held] | None = None) -> list[Held]:
        """Return the bundles in force, followed by those that wait."""
        known = self.items(held)
        items = [item for _, item in known]
        numbers = [
            *sorted(governing_model.in_force(items, self.now())),
            *sorted(governing_model.waiting(items, self.now())),
        ]
        every = self.held if held is None else held
        return [every[known[number][0]] for number in numbers]

    def serial(self) -> str | None:
        """Return the serial of the base bundle that is in force or waits, or else of another bundle."""
        active = [one.bundle for one in self.active()]
        of_base = [one for one in active if one.part == BASE]
        return (of_base or active)[0].serial if active else None

    def offer(self, bundle: Bundle, key: str, *, must: bool = False) -> None:
        """Activate a bundle, which must be taken or refused as the model says."""
        token = homes.signed(bundle, key)
        identity = identity_of("bundle", makers.payload_of(token))
        known = self.held.get(identity)
        expected = self.expected(bundle, key, identity, known)
        assert not (must and expected)
        before = self.installation.state().stored
        if expected is not None:
            reasons = expected if isinstance(expected, tuple) else ("",)
            with pytest.raises(BundleRefused if isinstance(expected, tuple) else expected) as caught:
                self.installation.activate(file(token))
            assert caught.value.reason in reasons
            assert self.installation.state().stored == before
            return
        changed = self.installation.activate(file(token)).changed
        moved = {i: one for i, one in self.held.items() if i != identity}
        moved[identity] = Held(bundle, key)
        if known is None:
            self.held = moved
        elif known.key != key:
            self.held[identity] = known._replace(key=key)
        elif not changed:
            assert self.active() in (self.active(moved), self.active())
            assert known in self.active() or self.active(moved) == self.active()
        else:
            assert self.active(moved) != self.active()
            self.held = moved

    def expected(
        self, bundle: Bundle, key: str, identity: bytes, known: Held | None
    ) -> type[LicenseError] | tuple[str, ...] | None:
        """Return why a bundle is refused: an error, all its reasons, or None if it is accepted."""
        if key in self.dead:
            return KeyRevoked
        if identity in self.taken_back:
            return BundleRevoked
        if known is not None and known.state != "returned" and known.key != key:
            return None
        if known is not None and known in self.active():
            return None
        faults: list[str] = []
        if not self.fits_the_serial(bundle, key):
            faults.append("other-serial")
        if known is not None and known.state == "returned":
            return (*faults, "returned")
        faults += self.of_sequence(bundle, identity, known)
        return tuple(faults) or None

    def fits_the_serial(self, bundle: Bundle, key: str) -> bool:
        """Return whether a bundle is for a serial that is here, or takes its place."""
        active = [one.bundle for one in self.active()]
        if not active or bundle.serial in {one.serial for one in active}:
            return True
        present = [one for one in active if one.serial == self.serial()]
        base = [one for one in present if one.part == BASE] or present
        if bundle.part != BASE or key in LIMITED:
            return False
        for one in base:
            named = one.serial in bundle.replaces and one.use >= bundle.use
            by_itself = bundle.use is Use.PRODUCTION and one.use is not Use.PRODUCTION
            if not named and not by_itself:
                return False
        return True

    def of_sequence(self, bundle: Bundle, identity: bytes, known: Held | None) -> list[str]:
        """Return whether a sequence is taken, or lower than one that still holds it back."""
        floors = {
            i: one.bundle.sequence
            for i, one in self.held.items()
            if one.key not in self.dead
            and (one.bundle.serial, one.bundle.part, one.bundle.use) == (bundle.serial, bundle.part, bundle.use)
            and (one.key not in LIMITED or governing_model.admits(one.key, bundle))
        }
        if any(i != identity and sequence == bundle.sequence for i, sequence in floors.items()):
            return ["other-here"]
        put_away = known is not None and known.state == "replaced"
        if put_away or bundle.sequence < max(floors.values(), default=0):
            return ["older"]
        return []

    def teardown(self) -> None:
        """Clean up."""
        self.installation.close()
        self.folder.cleanup()


TestBundles = BundleMachine.TestCase
TestBundles.settings = settings(
    max_examples=examples(150), stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
