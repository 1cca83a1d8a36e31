"""Accepting the clock: a soft floor of time that is too high goes (`docs/installation.md`, C6)."""

from licensekit.dates import format_seconds
from licensekit.errors import ClockRefused
from licensekit.state.audit_events import ClockAccepted
from licensekit.state.time import accept_clock as without_soft_floor
from licensekit.state.transactions import WriteTransaction


def accept_clock(change: WriteTransaction) -> None:
    """Drop the soft floor to the hard one; see `Installation.accept_clock`."""
    state, seen, clock = change.read.state(), change.time, change.read.reading.clock
    if state.base in state.stored.accepted:
        raise ClockRefused(reason="used")
    if seen.soft <= max(seen.hard, clock):
        raise ClockRefused(reason="needless")
    change.time = without_soft_floor(seen, clock)
    change.connection.run(
        "INSERT INTO accepted_clocks (bundle, accepted) VALUES (?, ?)", state.base, clock
    )
    change.record(ClockAccepted(clock=format_seconds(clock), seen=format_seconds(seen.soft)))
