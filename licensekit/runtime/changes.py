"""Changes while a program runs, reported to callbacks, waiting threads and tasks, and the log.

Each new snapshot is compared with the one before. The logger `licensekit` has a handler that drops everything, so
nothing is printed unless the program configures logging.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Final, NamedTuple

from licensekit.database import Database
from licensekit.entitlements import Notice, Part
from licensekit.state.loading import InstallationState

LOGGER: Final = logging.getLogger("licensekit")
LOGGER.addHandler(logging.NullHandler())


class DocumentChange(NamedTuple):
    """A document that was added or removed, or has another state or version."""

    type: str  # `bundle`, `trust`, `revocations` or `catalog`
    name: str  # the label of a bundle, or the issuer
    before: str | None
    """The state of a bundle or the version of another document before; None: it was added."""
    after: str | None
    """The same now; None: it was removed."""

    def __str__(self) -> str:
        shown = {"trust": "trust document", "revocations": "revocation list"}.get(self.type, self.type)
        return f"{shown} {self.name}: {self.before or 'not there'} -> {self.after or 'not there'}"


class LicensingChange(NamedTuple):
    """The differences from the revision before."""

    revision: int
    documents: tuple[DocumentChange, ...]
    raised: tuple[Notice, ...]
    """New notices."""
    resolved: tuple[Notice, ...]
    """Notices that are gone."""


class _Facts(NamedTuple):
    """The facts by which two moments are compared."""

    answers: tuple[object, ...]
    parts: tuple[Part, ...]
    documents: Mapping[tuple[str, str], str]  # without bundles, which are in `parts`
    notices: Mapping[tuple[str, str], Notice]

    def documents_beside(self, other: "_Facts") -> dict[tuple[str, str], str]:
        """Return type and name to the state or version of each document, without bundles that are the same in both."""
        same = set(map(id, other.parts))
        bundles = {("bundle", part.label): part.state.value for part in self.parts if id(part) not in same}
        return {**bundles, **self.documents}


class Changes:
    """The changes of one open installation; all methods are safe for threads."""

    _is_reporting: bool

    def __init__(self, database: Database) -> None:
        self.revision = 0
        self._database = database
        self._callbacks: dict[object, Callable[[LicensingChange], object]] = {}
        self._seen = _Facts((), (), {}, {})
        self.after_fork()

    def note(self, state: InstallationState, notices: Iterable[Notice]) -> None:
        """Compare a state with the one before and report the changes; does not wait for anything."""
        found = _facts(state, notices)
        with self._lock:
            before, self._seen = self._seen, found
            change = _compare(before, found, self.revision + 1)
            if before.answers == found.answers and not change.documents:
                return
            self.revision += 1
            self._pending.append(change)
            is_idle = not self._is_reporting
            self._is_reporting = True
        if self.revision == 1:
            self._report()  # when an installation is opened, there are no threads or callbacks yet
        elif is_idle:
            # In a separate thread, because callbacks and log handlers may be slow.
            Thread(target=self._report, name="licensekit-changes", daemon=True).start()
        self.wake()

    def on_change(self, callback: Callable[[LicensingChange], object]) -> Callable[[], object]:
        """See `Licensing.on_change`."""
        key = object()
        self._callbacks[key] = callback
        return lambda: self._callbacks.pop(key, None)

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Generator[None]:
        """Call `wake`, which must not wait for anything, at each change during the block, and when this is closed."""
        key = object()
        self._waiting[key] = wake
        try:
            yield
        finally:
            self._waiting.pop(key, None)

    def wake(self) -> None:
        """Wake everybody who waits for a change."""
        for wake in list(self._waiting.values()):
            wake()

    def after_fork(self) -> None:
        """Reset in a forked child, which has neither the reporting thread nor the waiting ones."""
        self._lock = Lock()
        self._pending: deque[LicensingChange] = deque()
        self._is_reporting = False
        self._waiting: dict[object, Callable[[], object]] = {}

    def _report(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._is_reporting = False
                    return
                change = self._pending.popleft()
            self._log(change)
            for key, callback in list(self._callbacks.items()):
                try:
                    if key in self._callbacks:  # another callback may have cancelled it
                        callback(change)
                except (Exception, SystemExit) as error:  # noqa: BLE001  # logged; other callbacks still run
                    self._write(logging.ERROR, change, None, "a callback of on_change has failed", error)

    def _log(self, change: LicensingChange) -> None:
        about, levels = {one.subject: one.code for one in change.raised}, logging.getLevelNamesMapping()
        for document in change.documents:
            self._write(logging.INFO, change, about.get(document.name), str(document))
        for notice in change.raised:
            text = "; ".join(filter(None, (notice.message, notice.consequence, notice.hint)))
            self._write(levels[notice.severity.name], change, notice.code, text)
        for notice in change.resolved:
            self._write(logging.INFO, change, notice.code, f"no longer: {notice.message}")

    def _write(
        self, level: int, change: LicensingChange, code: str | None, text: str, error: BaseException | None = None
    ) -> None:
        place = self._database.location
        extra = {"code": code, "home": place, "revision": change.revision}
        LOGGER.log(level, "%s: %s", place, text, extra=extra, exc_info=error)


def _facts(state: InstallationState, notices: Iterable[Notice]) -> _Facts:
    granted, trust = state.entitlements, state.trust_store.trust
    documents = {("trust", trust.root.issuer): ".".join(map(str, trust.pair))}
    documents |= {("revocations", issuer): str(one.document.number) for issuer, one in trust.lists.items()}
    documents |= {("catalog", issuer): str(one.version) for issuer, one in state.trust_store.catalog_documents.items()}
    known = {(notice.code, notice.subject): notice for notice in notices}  # ignores the number of days left
    access = granted.system, granted.present, granted.everyone, granted.every_site, granted.tiers
    covered = [(one.issuer, one.part, one.until, one.works_until) for one in granted.coverage]
    # The head of the audit log changes with every change by an administrator.
    answers = known.keys(), access, granted.settings.values, covered, state.stored.head
    return _Facts(answers, state.parts, documents, known)


def _compare(before: _Facts, after: _Facts, revision: int) -> LicensingChange:
    old, new = before.documents_beside(after), after.documents_beside(before)
    pairs = ((name, old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new)))
    changed = tuple(DocumentChange(*name, was, now) for name, was, now in pairs if was != now)
    raised = tuple(notice for key, notice in after.notices.items() if key not in before.notices)
    resolved = tuple(notice for key, notice in before.notices.items() if key not in after.notices)
    return LicensingChange(revision, changed, raised, resolved)
