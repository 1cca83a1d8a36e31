"""What changes while a program runs: for whoever waits for it or has a callback, and for the log.

Each swap of the snapshot is compared with the one before, here alone. The logger `licensekit` has a handler that drops
everything, so nothing is printed unless the program configures logging.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any, Final, NamedTuple

from licensekit.database import Database
from licensekit.entitlements import Notice, Severity
from licensekit.state.loading import InstallationState
from licensekit.state.pending import place_of

LOGGER: Final = logging.getLogger("licensekit")
LOGGER.addHandler(logging.NullHandler())

_LEVELS: Final = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ERROR: logging.ERROR}


class DocumentChange(NamedTuple):
    """A document that was taken in or given back, or counts in another way."""

    type: str
    """`bundle`, `trust`, `revocations` or `catalog`."""
    name: str
    """The label of a bundle, or the issuer."""
    before: str | None
    """The state of a bundle or the version of another document; None: it was not there."""
    after: str | None
    """The same now; None: it is no longer there."""

    def __str__(self) -> str:
        shown = {"trust": "trust document", "revocations": "revocation list"}.get(self.type, self.type)
        return f"{shown} {self.name}: {self.before or 'not there'} -> {self.after or 'not there'}"


class Change(NamedTuple):
    """What is different from the revision before."""

    revision: int
    documents: tuple[DocumentChange, ...]
    raised: tuple[Notice, ...]
    """Notices that were not there before."""
    resolved: tuple[Notice, ...]
    """Notices that are no longer there."""


class _Facts(NamedTuple):
    """What two moments are compared by; days that are left are not among it."""

    answers: tuple[object, ...]
    documents: Mapping[tuple[str, str], str]
    notices: Mapping[tuple[str, str], Notice]


class Changes:
    """The changes of one open installation; every method is safe for threads."""

    _is_reporting: bool

    def __init__(self, database: Database) -> None:
        self.revision = 0
        self._database = database
        self._callbacks: dict[object, Callable[[Change], object]] = {}
        self._waiting: dict[object, Callable[[], object]] = {}
        self._seen = _Facts((), {}, {})
        self.after_fork()

    def note(self, state: InstallationState, notices: Iterable[Notice]) -> None:
        """Compare what is in force now with what was, and report what has changed; does not wait for anything."""
        found = _facts(state, notices)
        with self._lock:
            before, self._seen = self._seen, found
            is_same = (before.answers, before.documents) == (found.answers, found.documents)
            if is_same and before.notices.keys() == found.notices.keys():
                return
            self.revision += 1
            self._pending.append(_compare(before, found, self.revision))
            is_idle = not self._is_reporting
            self._is_reporting = True
        if self.revision == 1:
            self._report()  # whoever opens has no thread yet, and no callback
        elif is_idle:
            # In a thread of its own: a callback, or a handler of the log, may take its time.
            Thread(target=self._report, name="licensekit-changes", daemon=True).start()
        self.wake()

    def on_change(self, callback: Callable[[Change], object]) -> Callable[[], None]:
        """Call back after each change; see `Licensing.on_change`."""
        key = object()
        self._callbacks[key] = callback

        def cancel() -> None:
            self._callbacks.pop(key, None)

        return cancel

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Generator[None]:
        """Call `wake`, which must not wait for anything, at each change within the block, and when all is over."""
        key = object()
        self._waiting[key] = wake
        try:
            yield
        finally:
            del self._waiting[key]

    def wake(self) -> None:
        """Wake whoever waits for a change."""
        for wake in list(self._waiting.values()):
            wake()

    def after_fork(self) -> None:
        """Continue in a forked child, which has neither the thread that reports nor whoever waits."""
        self._lock = Lock()
        self._pending: deque[Change] = deque()
        self._is_reporting = False

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
                    if key in self._callbacks:  # another one may have cancelled it
                        callback(change)
                except (Exception, SystemExit):
                    LOGGER.exception("%s: a callback of on_change has failed", self._place, extra=self._extra(change))

    def _log(self, change: Change) -> None:
        place = self._place
        about = {notice.subject: notice.code for notice in change.raised}
        for document in change.documents:
            extra = self._extra(change, about.get(document.name))
            LOGGER.info("%s: %s", place, document, extra=extra)
        for notice in change.raised:
            extra = self._extra(change, notice.code)
            LOGGER.log(_LEVELS[notice.severity], "%s: %s", place, notice.message, extra=extra)
        for notice in change.resolved:
            extra = self._extra(change, notice.code)
            LOGGER.info("%s: no longer: %s", place, notice.message, extra=extra)

    @property
    def _place(self) -> str:
        return place_of(self._database).removeprefix("at ")

    def _extra(self, change: Change, code: str | None = None) -> dict[str, Any]:
        return {"code": code, "home": self._place, "revision": change.revision}


def _facts(state: InstallationState, notices: Iterable[Notice]) -> _Facts:
    granted, trust = state.entitlements, state.trust_store.trust
    documents = {("bundle", str(part.name)): part.state.value for part in state.parts}
    documents["trust", trust.root.issuer] = ".".join(map(str, trust.pair))
    documents |= {("revocations", issuer): str(one.document.number) for issuer, one in trust.lists.items()}
    documents |= {("catalog", issuer): str(one.version) for issuer, one in state.trust_store.catalog_documents.items()}
    answers = (
        granted.system,
        granted.present,
        granted.everyone,
        granted.every_site,
        granted.tiers,
        granted.settings.values,
        [(one.issuer, one.part, one.until, one.works_until) for one in granted.coverage],
        state.stored.head,  # moves with every change that an administrator makes
    )
    return _Facts(answers, documents, {(notice.code, notice.subject): notice for notice in notices})


def _compare(before: _Facts, after: _Facts, revision: int) -> Change:
    names = dict.fromkeys((*before.documents, *after.documents))
    pairs = [(name, before.documents.get(name), after.documents.get(name)) for name in names]
    return Change(
        revision,
        tuple(DocumentChange(*name, old, new) for name, old, new in pairs if old != new),
        _only(after.notices, before.notices),
        _only(before.notices, after.notices),
    )


def _only(these: Mapping[tuple[str, str], Notice], those: Mapping[tuple[str, str], Notice]) -> tuple[Notice, ...]:
    return tuple(notice for key, notice in these.items() if key not in those)
