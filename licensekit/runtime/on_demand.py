"""A live snapshot for a clock that somebody sets: each question brings it up to date first, and nothing else does."""

from typing import Any, cast

from licensekit.runtime.live_snapshot import LiveSnapshot


class OnDemand:
    """Stands for a live snapshot; whatever is asked of it is answered as of now."""

    def __init__(self, live: LiveSnapshot) -> None:
        self._live = live

    def __getattr__(self, name: str) -> Any:
        """Return what the snapshot has now."""
        self._live.follow()
        self._live.pass_time()
        return getattr(self._live, name)


def on_demand(live: LiveSnapshot) -> LiveSnapshot:
    """Return what stands for `live`."""
    return cast("LiveSnapshot", OnDemand(live))
