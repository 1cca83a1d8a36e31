"""Any history of changes against a plain model: no count is exceeded, and nothing is lost."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from licensekit.errors import (
    BelowUse,
    EntryTaken,
    NoneFree,
    NotAssigned,
    PlanHeld,
    RefusedError,
    RequirementMissing,
    StillRequired,
    UserRetired,
)
from licensekit.state.time import Reading, TimeSeen, effective, judge, observe, prove
from licensekit.wire.documents import Bundle, Kind
from tests import makers
from tests.homes import DAY, Home, file, pack
from tests.profiles import examples

of = makers.license_entry
CATALOG = makers.catalog(
    licenses={
        "user": of(),
        "sales": of(plan=True, includes=["user"]),
        "service": of(plan=True, includes=["user"]),
        "windows": of(requires=["user"]),
        "gone": of(Kind.SYSTEM),
    },
    access={},
)
GIVES = {"user": {"user"}, "sales": {"sales", "user"}, "service": {"service", "user"}}
PLANS = {"sales", "service"}
LICENSES = ["user", "sales", "service", "windows"]
USERS = ["anna", "bob", "carl"]

users = st.sampled_from(USERS)
licenses = st.sampled_from(LICENSES)
counts = st.dictionaries(licenses, st.integers(1, 3) | st.none())


class Model:
    """What an installation should be: plain sets and numbers."""

    def __init__(self) -> None:
        self.held: dict[str, set[str]] = {}
        self.retired: set[str] = set()
        self.sold: dict[str, tuple[Bundle, int | None]] = {}
        self.entries = 1
        self.time = TimeSeen()
        self.proofs: list[int] = []

    def copy(self) -> "Model":
        """Return another one of the same contents."""
        other = Model()
        other.held = {user: set(held) for user, held in self.held.items()}
        other.retired, other.sold = set(self.retired), dict(self.sold)
        other.entries, other.time, other.proofs = self.entries, self.time, list(self.proofs)
        return other

    def in_use(self) -> dict[str, int]:
        """Return how often each license is assigned."""
        return dict(Counter(code for held in self.held.values() for code in held))

    def total(self, code: str, day: int) -> int | None:
        """Return how many there are on a day: of what has not ended."""
        sold = [b.users[code] for b, end in self.sold.values() if code in b.users and _runs(end, day)]
        return None if None in sold else sum(filter(None, sold))

    def nominal(self, code: str, but: Bundle | None = None) -> float:
        """Return how many were sold, with bundle `but` in place of the present one of its part."""
        bundles = {part: bundle for part, (bundle, _) in self.sold.items()}
        if but is not None:
            bundles[but.part] = but
        sold = [b.users[code] for b in bundles.values() if code in b.users]
        return float("inf") if None in sold else sum(filter(None, sold))

    def has(self, held: set[str]) -> set[str]:
        """Return what is held, and what it gives."""
        return held.union(*(GIVES.get(code, set()) for code in held))

    def refusal(self, user: str, code: str, day: int) -> type[RefusedError] | None:
        """Return why a license cannot be assigned."""
        held = self.held[user]
        total = self.total(code, day)
        if user in self.retired:
            return UserRetired
        if code in held:
            return None
        if code in PLANS and held & PLANS:
            return PlanHeld
        if code == "windows" and "user" not in self.has(held):
            return RequirementMissing
        if total is not None and self.in_use().get(code, 0) >= total:
            return NoneFree
        return None


def _runs(end: int | None, day: int) -> bool:
    return end is None or day <= end


class Installations(RuleBasedStateMachine):
    """Changes in any order, each tried on the installation and on the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = Home(str(Path(self.folder.name) / "home"), pack=pack(CATALOG))
        self.installation = self.home.open()
        self.model = Model()
        self.backup: Model | None = None
        self.restored = False
        self.sequences: Counter[str] = Counter()

    @property
    def now(self) -> int:
        """The time that counts, whatever the clock shows."""
        return effective(self.model.time, Reading(self.home.clock.now))

    @property
    def day(self) -> int:
        """The day that counts."""
        return self.now // DAY

    @initialize(sold=counts)
    def activate_first(self, sold: dict[str, int | None]) -> None:
        """Begin with something sold."""
        self.activate(sold=sold, part="base", lasts=None)

    @rule(user=users)
    def add(self, user: str) -> None:
        """Add a user."""
        expected = EntryTaken if user in self.model.held else None
        if self.tried(expected, lambda: self.installation.users.add(user)):
            self.model.held[user] = set()

    @rule(user=users, code=licenses)
    def assign(self, user: str, code: str) -> None:
        """Assign a license."""
        if user in self.model.held:
            expected = self.model.refusal(user, code, self.day)
            if self.tried(expected, lambda: self.installation.users.assign(user, code)):
                self.model.held[user].add(code)

    @rule(user=users, code=licenses)
    def release(self, user: str, code: str) -> None:
        """Release a license."""
        if user in self.model.held:
            held = self.model.held[user]
            left = held - {code}
            expected: type[RefusedError] | None = None
            if code not in held:
                expected = NotAssigned
            elif "windows" in left and "user" not in self.model.has(left):
                expected = StillRequired
            if self.tried(expected, lambda: self.installation.users.release(user, code)):
                self.model.held[user] = left

    @rule(user=users)
    def retire(self, user: str) -> None:
        """Retire a user."""
        if user in self.model.held and user not in self.model.retired:
            self.tried(None, lambda: self.installation.users.retire(user))
            self.model.held[user] = set()
            self.model.retired.add(user)

    @rule(user=users)
    def bring_back(self, user: str) -> None:
        """Bring a retired user back."""
        if user in self.model.retired:
            self.tried(None, lambda: self.installation.users.set(user, retired=False))
            self.model.retired.discard(user)

    @rule(sold=counts, part=st.sampled_from(["base", "more"]), lasts=st.integers(0, 3) | st.none())
    def activate(self, sold: dict[str, int | None], part: str, lasts: int | None) -> None:
        """Activate the next bundle of a part, which ends after some days or never."""
        self.sequences[part] += 1
        end = None if lasts is None else self.day + lasts
        never = dict.fromkeys(("starts", "warning", "grace"))
        bundle = makers.bundle(
            **never,
            part=part,
            sequence=self.sequences[part],
            expiry=end,
            issued=self.now,
            system={},
            sites={},
            users=sold,
        )
        used = self.model.in_use()
        is_less = any(self.model.nominal(code, bundle) < min(used[code], self.model.nominal(code)) for code in used)
        activated = self.tried(
            BelowUse if is_less else None, lambda: self.installation.activate(file(bundle)), proves=self.now
        )
        if activated:
            self.model.sold[part] = bundle, end

    @rule(days=st.integers(1, 4))
    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.home.clock.move(days=days)

    @precondition(lambda self: self.home.clock.now > makers.NOW - DAY)
    @rule(hours=st.integers(1, 60))
    def turn_back(self, hours: int) -> None:
        """Turn the clock back, by little or by much."""
        self.home.clock.move(hours=-hours)

    @rule()
    def back_up(self) -> None:
        """Copy the database."""
        with (
            closing(sqlite3.connect(self.home.folder / "licensing.db")) as source,
            closing(sqlite3.connect(self.home.folder / "backup")) as target,
        ):
            source.backup(target)
        self.backup = self.model.copy()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        """Put the copy in place of the database."""
        assert self.backup is not None
        self.installation.close()
        for name in ("licensing.db-wal", "licensing.db-shm"):
            (self.home.folder / name).unlink(missing_ok=True)
        shutil.copy(self.home.folder / "backup", self.home.folder / "licensing.db")
        self.restored = self.restored or self.backup.entries < self.model.entries
        self.model = self.backup.copy()
        self.installation = self.home.open()

    @rule()
    def open_again(self) -> None:
        """End the process, as it were."""
        self.installation.close()
        self.installation = self.home.open()

    @invariant()
    def nothing_is_lost(self) -> None:
        """Everybody has what was assigned to them, and the log of it is whole."""
        listed = {user.id: user for user, _ in self.installation.users.list()}
        assert {id_: set(user.licenses) for id_, user in listed.items()} == self.model.held
        assert {id_ for id_, user in listed.items() if user.retired} == self.model.retired
        assert self.installation.audit.verify().head.number >= self.model.entries

    @invariant()
    def no_count_is_exceeded(self) -> None:
        """No more is assigned than was sold."""
        state = self.installation.state()
        assert state.in_use == self.model.in_use()
        for code, used in state.in_use.items():
            assert used <= self.model.nominal(code)
        active = {v.document.part: v.document for v in state.bundles}
        assert active == {part: bundle for part, (bundle, _) in self.model.sold.items()}

    @invariant()
    def time_does_not_go_back(self) -> None:
        """What counts is the latest time that was seen with a change, or the clock."""
        assert self.installation.state().now == self.now

    @invariant()
    def a_restored_backup_is_reported(self) -> None:
        """Whatever came after it, a restored backup is reported."""
        if self.restored:
            codes = [notice.code for notice in self.installation.state().notices]
            assert "restored-backup" in codes

    def tried(self, expected: type[RefusedError] | None, act: Callable[[], object], proves: int | None = None) -> bool:
        """Carry a change out; it must succeed, or be refused as expected.

        `proves` is a time that has come, if the change shows it.
        """
        refused: list[object] = []
        try:
            act()
        except RefusedError as error:
            refused = list(error.faults)
        entries = self.installation.audit.verify().head.number
        if entries > self.model.entries:
            now = self.now
            seen = observe(self.model.time, Reading(self.home.clock.now))
            if proves is not None:
                self.model.proofs.append(prove(proves, now, 0))
            self.model.time = judge(seen, self.model.proofs)
        self.model.entries = entries
        if expected is None:
            assert refused == []
        else:
            assert any(isinstance(one, expected) for one in refused)
        return expected is None

    def teardown(self) -> None:
        """Clean up."""
        self.installation.close()
        self.folder.cleanup()


TestInstallations = Installations.TestCase
TestInstallations.settings = settings(
    max_examples=examples(40), stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
