"""The states of bundles in the ledger, and how a revocation list changes them.

A list says what is taken back; the entry of the list says by which command (`Named`). When a bundle is taken back, the
bundle that it replaced becomes active again, except a lower sequence of the same use (`docs/evaluation.md`, P2). A void
bundle was never handed out, so it replaces nothing.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, LiteralString, NamedTuple

from licensekit import database, dates
from licensekit.wire import documents, plain

# A bundle is replaced by a later sequence or higher use of its serial and part, or by a serial that replaces its own.
LEDGER_STATES: Final = ("active", "replaced", "suspended", "revoked", "returned", "void")
ACTIVE, REPLACED, SUSPENDED, REVOKED, RETURNED, VOID = LEDGER_STATES
TAKEN_BACK: Final = (SUSPENDED, REVOKED, RETURNED, VOID)
REINSTATE: Final = "reinstate"
STATE_AFTER: Final[Mapping[str, str]] = {"suspend": SUSPENDED, "revoke": REVOKED, "void": VOID}
"""Command to the state that it sets."""
MAY_BECOME: Final[Mapping[str, tuple[str, ...]]] = {
    SUSPENDED: (ACTIVE, REPLACED),
    REVOKED: (ACTIVE, REPLACED, SUSPENDED),
    RETURNED: (ACTIVE, REPLACED, SUSPENDED),
    VOID: (ACTIVE, REPLACED, SUSPENDED, REVOKED),
}
"""State to the states from which a bundle can get it: never back to a milder one."""
_PLAIN: Final = "state_action=action state_since=at state_by=who state_reason=reason"
STATE_FIELDS: Final = tuple(plain.fields_named(_PLAIN))  # the keys of `plain_change`, in order


class StateChange(NamedTuple):
    """The last entry that took a bundle back or reinstated it."""

    action: str  # the command
    at: int  # in seconds since 1970
    who: str
    reason: str

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.action} on {dates.format_seconds(self.at)} by {self.who}{reason}"


def plain_change(one: StateChange | None) -> dict[str, str | None]:
    """Return a change as plain JSON values, with the keys of `STATE_FIELDS`."""
    return dict.fromkeys(STATE_FIELDS) if one is None else plain.plain_fields(one, _PLAIN)


class Named(NamedTuple):
    """The bundles and serials that a command names."""

    identities: Sequence[bytes] = ()  # of bundles
    serials: Sequence[str] = ()

    def text(self) -> str | None:
        """Return them as text for the entry of a list; None if nothing is named."""
        content = {"bundles": [one.hex() for one in self.identities], "serials": list(self.serials)}
        return json.dumps(content, separators=(",", ":")) if any(self) else None

    @staticmethod
    def read(text: str | None) -> "Named":
        """Read what `text` returned."""
        content: dict[str, list[str]] = {"bundles": [], "serials": []} if text is None else json.loads(text)
        return Named([bytes.fromhex(one) for one in content["bundles"]], content["serials"])


NOTHING: Final = Named()
_TOGETHER: Final = 500  # how many serials are looked up together
_SQL: Final = database.read_queries(__file__)


class LedgerBundle(NamedTuple):
    """The fields of a bundle that decide its state."""

    number: int  # of its entry
    identity: bytes
    serial: str
    part: str
    use: int
    sequence: int
    company: str
    issued: int
    starts: int | None
    ends: int
    state: str

    @property
    def label(self) -> str:
        """Its name in messages."""
        return documents.label_of(self.serial, self.part, documents.Use(self.use).word, self.sequence)


def stored(connection: database.Connection, condition: LiteralString, *params: bytes | str) -> list[LedgerBundle]:
    """Return the bundles that satisfy a condition in SQL, in order of issue."""
    rows = connection.rows(f"{_SQL['stored']} WHERE {condition} ORDER BY number", *params)
    return [LedgerBundle._make(row) for row in rows]


def restated(
    connection: database.Connection, action: str, named: Named, revocations: documents.Revocations
) -> list[tuple[LedgerBundle, str]]:
    """Return the bundles whose state a list changes, with the new state: those named, and those no longer listed."""
    found = [
        *(one for identity in named.identities for one in stored(connection, "identity = ?", identity)),
        *(one for serial in named.serials for one in stored(connection, "serial = ?", serial)),
    ]
    state = STATE_AFTER.get(action, REPLACED)
    taken = {one: state for one in found if one.state in MAY_BECOME.get(state, ())}
    identities, serials = frozenset(revocations.identities), frozenset(revocations.serials)

    def is_on(one: LedgerBundle) -> bool:
        is_named = one.identity in identities or one.serial in serials
        return is_named or one.sequence < revocations.lowest_of(one.serial, one.part, documents.Use(one.use))

    before = stored(connection, "state IN (?, ?)", SUSPENDED, REVOKED)
    return [*taken.items(), *((one, REPLACED) for one in before if one not in taken and not is_on(one))]


def settled(
    connection: database.Connection, serials: Iterable[str], states: Mapping[int, str] = {}
) -> dict[LedgerBundle, tuple[str, int]]:
    """Return bundle to (state, lapses) for serials and those they replace; `lapses` is 1 if nothing follows at its end.

    Bundles that were taken back are left out. `states` (entry number to state) override the stored ones.
    """
    found: dict[LedgerBundle, tuple[str, int]] = {}
    wanted = sorted(set(serials))
    for first in range(0, len(wanted), _TOGETHER):
        some = wanted[first : first + _TOGETHER]
        replaced = connection.rows(f"{_SQL['replacements']} WHERE b.serial IN ({database.marks(some)})", *some)
        some = sorted({*some, *(serial for serial, *_ in replaced)})
        replacing = connection.rows(f"{_SQL['replacements']} WHERE r.serial IN ({database.marks(some)})", *some)
        concerned = sorted({*some, *(other for *_, other in replacing)})
        held: defaultdict[str, list[LedgerBundle]] = defaultdict(list)
        for one in stored(connection, f"serial IN ({database.marks(concerned)})", *concerned):
            held[one.serial].append(one)
        for serial in some:
            numbers = {number: other for replaced, number, other in replacing if replaced == serial}
            others = [one for other in sorted(set(numbers.values())) for one in held[other]]
            granting = [one for one in _granting(_with_states(others, states)) if one.number in numbers]
            found |= _settled(held[serial], granting, states)
    return found


def _settled(
    bundles: Sequence[LedgerBundle], replacing: Sequence[LedgerBundle], states: Mapping[int, str]
) -> Iterator[tuple[LedgerBundle, tuple[str, int]]]:
    """Yield the same for the bundles of one serial, which those of other serials may replace."""
    now = _with_states(bundles, states)
    lasting = [one for one in _granting(now) if not _is_replaced(one, replacing)]
    for before, one in zip(bundles, now, strict=True):
        if one.state not in {ACTIVE, REPLACED}:
            continue
        line = [other for other in now if (other.part, other.use) == (one.part, one.use) and other.state != VOID]
        later = [other for other in line if other.sequence > one.sequence]
        is_below = any(other.part == one.part and other.use < one.use for other in lasting)
        is_beaten = is_below or _is_replaced(one, replacing)
        lapses = not is_beaten and all(one.ends + 1 < (other.starts or 0) for other in later)
        yield before, (REPLACED if later or is_beaten else ACTIVE, int(lapses))


def _with_states(found: Iterable[LedgerBundle], states: Mapping[int, str]) -> list[LedgerBundle]:
    return [one._replace(state=states.get(one.number, one.state)) for one in found]


def _granting(found: Sequence[LedgerBundle]) -> list[LedgerBundle]:
    """Return the bundles that may replace another use or serial: of lines whose newest was not taken back."""
    newest: dict[tuple[str, str, int], LedgerBundle] = {}
    for one in found:
        line = one.serial, one.part, one.use
        if one.state != VOID and (line not in newest or newest[line].sequence < one.sequence):
            newest[line] = one
    granting = {line for line, head in newest.items() if head.state not in TAKEN_BACK}
    return [one for one in found if (one.serial, one.part, one.use) in granting and one.state not in TAKEN_BACK]


def _is_replaced(one: LedgerBundle, replacing: Collection[LedgerBundle]) -> bool:
    """Return whether a later bundle of another serial replaces it."""
    return any((other.issued, other.number) > (one.issued, one.number) for other in replacing)
