"""Cases of time: both sides of every bound, for every type that it holds for (7.1, 7.2, 7.8, O1.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire.documents import AdmittedKey, Bundle, Catalog, Document, KeyState, Revocations, Trust, Use
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, NOW
from tests.vectors.vector import ADMITTED, FIRST, GROUND, ROOT, VENDOR, Case, Catalogs, Ground, Lists, citing, file_of

DAY: Final = 86_400
SIGNER: Final = makers.key("signer")
BOUND: Final = ("bound", "time")


@dataclass(frozen=True)
class Window:
    """A window, a time of issue, and whether that is in it."""

    about: str
    issued: int
    is_open: bool
    valid_from: int = ISSUED - 100
    valid_to: int | None = ISSUED + 100
    state: KeyState = KeyState.ACTIVE


WINDOWS: Final = {
    "first-second": Window("issued as the window opens", ISSUED - 100, is_open=True),
    "too-early": Window("issued a second before the window opens", ISSUED - 101, is_open=False),
    "last-second": Window("issued in the last second of the window", ISSUED + 99, is_open=True),
    "too-late": Window("issued as the window closes", ISSUED + 100, is_open=False),
    "no-end": Window("a window without an end", ISSUED + 1000, is_open=True, valid_to=None),
    "one-second": Window("a window of one second", ISSUED, is_open=True, valid_from=ISSUED, valid_to=ISSUED + 1),
    "never": Window("a window that closes as it opens", ISSUED, is_open=False, valid_from=ISSUED, valid_to=ISSUED),
    "retired-in-time": Window(
        "a retired key, in the last second of its time", ISSUED + 99, is_open=True, state=KeyState.RETIRED
    ),
    "retired-after": Window("a retired key, as its time is over", ISSUED + 100, is_open=False, state=KeyState.RETIRED),
}
OF_KEYS: Final[tuple[Document, ...]] = (makers.bundle(), makers.reset(), makers.revocations(), makers.catalog())
"""What admitted keys sign."""


def word(document: Document) -> str:
    """Return the name of the type of a document in ids: `bundle`."""
    return type(document).__name__.lower()


def taken(
    ground: Ground, rule: str, name: str, about: str, document: Document, *, by: SigningKey = SIGNER, **more: Any
) -> Case:
    """Return a case whose file brings one document, which is then in force if its type is one that can be."""
    lists: Lists = {"demo": (1, 1, 1)} if isinstance(document, Revocations) else {}
    catalogs: Catalogs = {"demo": (1, 1, 1)} if isinstance(document, Catalog) else {}
    trust = document.version if isinstance(document, Trust) else ground.seen_trust
    shown = [] if isinstance(document, Revocations | Trust) else [document]
    state = (ground.seen_root, trust, lists)
    return ground.takes(rule, name, about, file_of(sign(document, by)), *shown, state=state, catalogs=catalogs, **more)


def admitting(*keys: AdmittedKey) -> Ground:
    """Return a pack whose trust document admits `keys`."""
    return Ground(GROUND.root, file_of(FIRST, sign(makers.trust(*keys), ROOT)))


def windows() -> Iterator[Case]:
    """7.2: the window of a key, for every type that it signs. Nothing else is wrong."""
    for name, window in WINDOWS.items():
        own = makers.admitted(
            SIGNER, "the signer", valid_from=window.valid_from, valid_to=window.valid_to, state=window.state
        )
        ground = admitting(own)
        for empty in OF_KEYS:
            document = makers.changed(empty, issued=window.issued)
            about = f"a {word(document)}: {window.about}"
            file = file_of(sign(document, SIGNER))
            if window.is_open:
                yield taken(ground, "7.2", f"{word(document)}-{name}", about, document, flags=BOUND)
            else:
                yield ground.refuses("7.2", "key-out-of-window", f"{word(document)}-{name}", about, file, flags=BOUND)


@citing("readers-5a", "readers-5b")
def times_of_issue() -> Iterator[Case]:
    """7.1 and O1.2: how far ahead of now a document may be issued."""
    trust = makers.trust(*ADMITTED, version=2)
    for usual in (*OF_KEYS, trust):
        kind, signer = word(usual), ROOT if usual is trust else VENDOR
        rule = "7.1" if kind in {"bundle", "reset"} else "O1.2"
        for when, now in {"later": NOW, "earlier": ISSUED - 30 * DAY}.items():
            on_time = makers.changed(usual, issued=now + DAY)
            about = f"a {kind}, issued a day ahead of a now that is {when}"
            name = f"{kind}-a-day-ahead-{when}"
            yield taken(GROUND, rule, name, about, on_time, by=signer, now=now, flags=BOUND)
            ahead = makers.changed(usual, issued=now + DAY + 1)
            about = f"a {kind}, issued a day and a second ahead of a now that is {when}"
            file = file_of(sign(ahead, signer))
            yield GROUND.refuses(rule, "issued-ahead", f"{kind}-ahead-{when}", about, file, now=now, flags=BOUND)
        old = makers.changed(usual, issued=ISSUED - 300 * DAY)
        about = f"a {kind}, issued 300 days before"
        yield taken(GROUND, rule, f"{kind}-long-before", about, old, by=signer, flags=("time",))
    own = makers.admitted(SIGNER, "the signer", valid_from=0, valid_to=None)
    at_zero = makers.bundle(issued=0)
    about = "issued in the first second that there is"
    yield admitting(own).takes("7.1", "bundle-second-zero", about, file_of(sign(at_zero, SIGNER)), at_zero, now=0)
    last = makers.bundle(issued=253_402_300_799)
    about = "issued in the last second that there is, and now is that"
    file = file_of(sign(last, SIGNER))
    yield admitting(own).takes("7.1", "bundle-last-second", about, file, last, now=253_402_300_799)


def terms() -> Iterator[Case]:
    """7.8: both sides of a longest term, and of its hours, for terms of a day, of sixty and the longest there is."""
    for days in (1, 60, 36_600):
        scope = makers.limited(longest_term=days, uses=[Use.TRIAL])
        ground = admitting(makers.admitted(SIGNER, "the signer", scope=scope))
        end = ISSUED_DAY + days
        hours = min(24 * days, 87_840)
        good: dict[str, tuple[str, Bundle]] = {
            "expiry": ("the expiry on the last day", makers.trial(expiry=end)),
            "grace": ("the end of grace on the last day", makers.trial(expiry=end - 1, grace=end)),
            "end-of-day": ("issued in the last second of its day", makers.trial(issued=ISSUED + DAY - 1, expiry=end)),
            "hours": ("as many hours", makers.trial(expiry=end, offline_hours=hours, borrow_hours=hours)),
        }
        wrong: dict[str, tuple[str, Bundle]] = {
            "expiry": ("the expiry a day later", makers.trial(expiry=end + 1)),
            "grace": ("the end of grace a day later", makers.trial(expiry=end, grace=end + 1)),
            "second-before": (
                "issued a second before, which is another day",
                makers.trial(issued=ISSUED - 1, expiry=end),
            ),
        }
        if 24 * days < 87_840:
            wrong["offline"] = ("an offline hour more", makers.trial(expiry=end, offline_hours=hours + 1))
            wrong["borrow"] = ("a borrow hour more", makers.trial(expiry=end, borrow_hours=hours + 1))
        for name, (about, document) in good.items():
            file = file_of(sign(document, SIGNER))
            yield ground.takes("7.8", f"{days}-{name}", f"of at most {days} days: {about}", file, document, flags=BOUND)
        for name, (about, document) in wrong.items():
            file = file_of(sign(document, SIGNER))
            beyond = f"of at most {days} days: {about}"
            yield ground.refuses("7.8", "key-out-of-scope", f"{days}-{name}-too-long", beyond, file, flags=BOUND)
