"""Cases of sequences in which the clock moves, and of programs that keep no state."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Bundle
from tests import makers
from tests.makers import ISSUED, NOW
from tests.vectors.of_root_chains import BUNDLE, ROOTS, TOKEN, trust_of
from tests.vectors.sequence import Sequence
from tests.vectors.vector import VENDOR, Case, Ground, citing, file_of, state_numbers

DAY: Final = 86_400
LONG_AGO: Final = 0
PLACE: Final = {"demo": (1, 1, 1)}
SHIPPED: Final = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 1)))
"""Root 1 and trust document 1."""


def listed(number: int = 1, under: int = 1, **changes: Any) -> armor.Token:
    """Return a revocation list of the vendor under a trust document of root 1."""
    return sign(makers.revocations(trust_version=under, number=number, **changes), VENDOR)


def bundle_of(issued: int) -> Bundle:
    """Return a bundle that was issued then."""
    return makers.bundle(issued=issued)


@citing("readers-5b", flags=("time",))
def clocks() -> Iterator[Case]:
    """A clock that moves back and forth, over files and restarts: what is held stays, what is new waits."""
    yield from _of_bundles()
    yield from _of_documents_ahead()
    yield from _of_documents_that_are_gone()


def _of_bundles() -> Iterator[Case]:
    yield (
        Sequence("bundle-and-clock-back", "7.1", "a bundle is refused while the clock is before it", SHIPPED)
        .takes(TOKEN, shows=(BUNDLE,))
        .judges((TOKEN, None))
        .at(LONG_AGO)
        .judges((TOKEN, "issued-ahead"))
        .refuses("issued-ahead", TOKEN)
        .restarts()
        .judges((TOKEN, "issued-ahead"))
        .at(NOW)
        .judges((TOKEN, None))
        .case
    )
    yield (
        Sequence("bundle-and-a-day", "7.1", "both sides of a day before a bundle that was taken", SHIPPED)
        .takes(TOKEN, shows=(BUNDLE,))
        .at(ISSUED - DAY)
        .judges((TOKEN, None))
        .at(ISSUED - DAY - 1)
        .judges((TOKEN, "issued-ahead"))
        .at(ISSUED - DAY)
        .judges((TOKEN, None))
        .case
    )
    yield (
        Sequence("a-century-later", "Verification", "what is long expired is still genuine", SHIPPED)
        .at(NOW + 36_525 * DAY)
        .takes(TOKEN, shows=(BUNDLE,))
        .restarts()
        .judges((TOKEN, None))
        .case
    )


def _of_documents_ahead() -> Iterator[Case]:
    ahead = NOW + DAY + 1
    catalog = makers.catalog(issued=ahead)
    one, sold = listed(issued=ahead), sign(catalog, VENDOR)
    second = trust_of(1, 2, issued=ahead)
    yield (
        Sequence("trust-ahead", "O1.2", "a trust document waits for its time, and then no clock matters", SHIPPED)
        .refuses("issued-ahead", second)
        .at(NOW + 1)
        .state(trust=2)
        .takes(second)
        .at(LONG_AGO)
        .takes(second)
        .restarts()
        .takes(second)
        .case
    )
    yield (
        Sequence("list-ahead", "O1.2", "a list waits for its time, and then no clock matters", SHIPPED)
        .refuses("issued-ahead", one)
        .at(NOW + 1)
        .state(lists=PLACE)
        .takes(one)
        .at(LONG_AGO)
        .takes(one)
        .restarts()
        .takes(one)
        .case
    )
    yield (
        Sequence("catalog-ahead", "O1.2", "a catalog waits for its time, and then no clock matters", SHIPPED)
        .refuses("issued-ahead", sold)
        .at(NOW + 1)
        .state(catalogs=PLACE)
        .takes(sold, shows=(catalog,))
        .at(LONG_AGO)
        .takes(sold, shows=(catalog,))
        .restarts()
        .takes(sold, shows=(catalog,))
        .case
    )
    later = listed(2, issued=NOW + 10 * DAY)
    yield (
        Sequence("back-and-forth", "O1.2", "only what is not held yet is judged by the clock", SHIPPED)
        .refuses("issued-ahead", later)
        .at(NOW + 9 * DAY)
        .state(lists={"demo": (1, 1, 2)})
        .takes(later)
        .at(NOW)
        .takes(later)
        .refuses("issued-ahead", listed(3, issued=NOW + 10 * DAY))
        .takes(listed(1, issued=NOW + 10 * DAY))
        .at(NOW + 9 * DAY)
        .state(lists={"demo": (1, 1, 3)})
        .takes(listed(3, issued=NOW + 10 * DAY))
        .case
    )
    pack = file_of(ROOTS[1], trust_of(1, 3, issued=NOW + 30 * DAY), listed(1, 3, issued=NOW + 30 * DAY))
    yield (
        Sequence("pack-ahead", "O1.2", "a pack that was signed by a clock ahead is taken, and again in files", SHIPPED)
        .at(LONG_AGO)
        .state(trust=3, lists={"demo": (1, 3, 1)})
        .restarts(pack=pack)
        .takes(trust_of(1, 3, issued=NOW + 30 * DAY))
        .takes(listed(1, 3, issued=NOW + 30 * DAY))
        .refuses("issued-ahead", trust_of(1, 4))
        .restarts(pack=SHIPPED.pack)
        .case
    )
    yield (
        Sequence("list-and-clock-back", "L2", "no list dies with a clock that is turned back", SHIPPED)
        .state(lists=PLACE)
        .takes(listed(serials=[BUNDLE.serial]))
        .at(ISSUED - 10 * DAY)
        .state(trust=2)
        .takes(trust_of(1, 2, issued=ISSUED - 10 * DAY))
        .restarts()
        .at(NOW)
        .refuses("bundle-revoked", TOKEN)
        .case
    )


def _of_documents_that_are_gone() -> Iterator[Case]:
    second, one, catalog = trust_of(1, 2), listed(), makers.catalog()
    sold = sign(catalog, VENDOR)
    yield (
        Sequence("trust-gone-and-clock-back", "O1.2", "a trust document that was seen comes before its time", SHIPPED)
        .state(trust=2)
        .takes(second)
        .restarts("trust", code="rollback")
        .at(LONG_AGO)
        .takes(second)
        .restarts()
        .case
    )
    yield (
        Sequence("list-gone-and-clock-back", "O1.2", "a list that was seen comes before its time", SHIPPED)
        .state(lists=PLACE)
        .takes(one)
        .restarts("revocations:demo")
        .refuses("revocations-missing", TOKEN)
        .at(LONG_AGO)
        .takes(one)
        .at(NOW)
        .takes(TOKEN, shows=(BUNDLE,))
        .case
    )
    yield (
        Sequence("catalog-gone-and-clock-back", "O1.2", "a catalog that was seen comes before its time", SHIPPED)
        .state(catalogs=PLACE)
        .takes(sold, shows=(catalog,))
        .state(catalogs={})
        .restarts("catalog:demo")
        .at(LONG_AGO)
        .state(catalogs=PLACE)
        .takes(sold, shows=(catalog,))
        .case
    )
    yield (
        Sequence("floor-gone-and-clock-back", "O1.2", "without a floor nothing is known from before", SHIPPED)
        .state(trust=2)
        .takes(second)
        .state(trust=1)
        .restarts("trust", "seen")
        .at(LONG_AGO)
        .refuses("issued-ahead", second)
        .at(NOW)
        .state(trust=2)
        .takes(second)
        .case
    )


@citing("readers-5b", "readers-7b", flags=("time",))
def without_state() -> Iterator[Case]:
    """A program that keeps no state takes no time before its newest trust document, and keeps nothing."""
    pack_state = state_numbers(1, 1, {}, {})
    later = bundle_of(ISSUED + DAY)
    token = sign(later, VENDOR)
    yield (
        Sequence("now-of-the-pack", "Verification", "the trust document of the pack is the earliest now", SHIPPED)
        .at(LONG_AGO)
        .verifies(token, shows=(later,), state=pack_state)
        .does_not_verify("issued-ahead", sign(bundle_of(ISSUED + DAY + 1), VENDOR))
        .refuses("issued-ahead", token)
        .case
    )
    second = trust_of(1, 2, issued=ISSUED + DAY)
    latest = bundle_of(ISSUED + 2 * DAY)
    with_second = state_numbers(1, 2, {}, {})
    yield (
        Sequence("now-of-the-file", "Verification", "so is the trust document of the file", SHIPPED)
        .at(LONG_AGO)
        .verifies(second, sign(latest, VENDOR), shows=(latest,), state=with_second)
        .does_not_verify("issued-ahead", second, sign(bundle_of(ISSUED + 2 * DAY + 1), VENDOR))
        .does_not_verify("issued-ahead", sign(latest, VENDOR))
        .case
    )
    too_late = trust_of(1, 2, issued=ISSUED + DAY + 1)
    yield (
        Sequence("trust-ahead-of-the-pack", "O1.2", "a trust document is judged by the one of the pack", SHIPPED)
        .at(LONG_AGO)
        .does_not_verify("issued-ahead", too_late, TOKEN)
        .at(ISSUED + 1)
        .verifies(too_late, TOKEN, shows=(BUNDLE,), state=with_second)
        .case
    )
    passed = trust_of(1, 1, issued=ISSUED + 5 * DAY)
    pack = Ground(SHIPPED.root, file_of(ROOTS[1], trust_of(1, 2)), 1, 2)
    yield (
        Sequence("superseded-trust", "Verification", "a trust document that is passed over is not the newest", pack)
        .at(LONG_AGO)
        .does_not_verify("issued-ahead", passed, sign(bundle_of(ISSUED + 3 * DAY), VENDOR))
        .verifies(passed, TOKEN, shows=(BUNDLE,), state=with_second)
        .case
    )
    month = ISSUED + 30 * DAY
    catalog = makers.catalog(issued=month)
    shipped = file_of(ROOTS[1], trust_of(1, 1), listed(issued=month), sign(catalog, VENDOR))
    ground = Ground(SHIPPED.root, shipped, 1, 1, PLACE, PLACE)
    yield (
        Sequence("no-list-and-no-catalog", "Verification", "lists and catalogs are no earliest now", ground)
        .at(LONG_AGO)
        .does_not_verify("issued-ahead", sign(bundle_of(month), VENDOR))
        .verifies(TOKEN, shows=(BUNDLE,), state=state_numbers(1, 1, PLACE, PLACE))
        .case
    )
    yield (
        Sequence("clock-that-is-later", "Verification", "a clock that is after the trust document counts", SHIPPED)
        .at(month)
        .verifies(sign(bundle_of(month), VENDOR), shows=(bundle_of(month),), state=pack_state)
        .does_not_verify("issued-ahead", sign(bundle_of(month + DAY + 1), VENDOR))
        .case
    )
    yield (
        Sequence("keeps-nothing", "Verification", "what is verified without a state changes no state", SHIPPED)
        .verifies(trust_of(1, 9), TOKEN, shows=(BUNDLE,), state=state_numbers(1, 9, {}, {}))
        .judges()
        .state(trust=2)
        .takes(trust_of(1, 2))
        .state(trust=9)
        .takes(trust_of(1, 9, fresh_until=NOW))
        .case
    )
    revoking = listed(serials=[BUNDLE.serial])
    yield (
        Sequence("knows-the-pack-alone", "Verification", "what a state has seen does not count without it", SHIPPED)
        .state(lists=PLACE)
        .takes(revoking)
        .refuses("bundle-revoked", TOKEN)
        .verifies(TOKEN, shows=(BUNDLE,), state=pack_state)
        .does_not_verify("bundle-revoked", revoking, TOKEN)
        .restarts(pack=file_of(ROOTS[1], trust_of(1, 1), revoking))
        .does_not_verify("bundle-revoked", TOKEN)
        .case
    )
