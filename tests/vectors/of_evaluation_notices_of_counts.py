"""Cases of evaluation: notices about what is in use, and about what catalogs do not have."""

from collections.abc import Iterator
from typing import Any

from licensekit.trust.sign import sign
from tests import makers
from tests.makers import NOW
from tests.vectors.evaluation_world import (
    Installation,
    Members,
    activated,
    bundle,
    day,
    first,
    ground,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_notices import BASE, notice, noticed, on_base
from tests.vectors.vector import ADMITTED, ROOT, VENDOR, Case


def notices_of_counts() -> Iterator[Case]:
    """Notices about how many are in use, and about what catalogs do not have."""

    def used(total: int | None, slot: int, **more: object) -> Installation:
        return sold(users={"user": total}, **more).having(users=[user(licenses={"user": slot})])

    def of(code: str, **more: Any) -> list[Members]:
        return [notice(code, license="user", **more)]

    lapsed = used(10, 5, expiry=day(1)).at(first(2))
    in_part = activated(bundle(users={"user": 2}), bundle(part="reports", users={"user": 9}, expiry=day(1)))
    limited = sold(sites={"satellite": 2})
    old = sign(makers.trust(*ADMITTED, fresh_until=NOW), ROOT)
    stale = sign(makers.revocations(fresh_until=NOW), VENDOR)
    yield from noticed(
        [
            ("few", "eight of ten", used(10, 8), []),
            ("nearly-used", "nine of ten", used(10, 9), of("nearly-used")),
            ("used-up", "ten of ten", used(10, 10), of("used-up")),
            ("deficit", "eleven of ten", used(10, 11), of("deficit", release=1)),
            ("nearly-used-rounded", "ten of eleven", used(11, 10), of("nearly-used")),
            ("few-rounded", "nine of eleven", used(11, 9), []),
            ("one-of-one", "one of one is used up", used(1, 1), of("used-up")),
            ("seventeen", "seventeen of nineteen", used(19, 17), []),
            ("eighteen", "eighteen of nineteen", used(19, 18), of("nearly-used")),
            ("unrestricted", "of what is unrestricted", used(None, 99), []),
            ("lapsed", "all of it lapsed: the notice about the bundle says so", lapsed, [on_base("expired")]),
            (
                "lapsed-in-part",
                "a part lapsed",
                in_part.at(first(2)).having(users=[user(licenses={"user": 5})]),
                [notice("deficit", license="user", release=3), notice("expired", "1010000014 reports 1")],
            ),
            (
                "not-sold",
                "nobody sells it",
                sold().having(users=[user(licenses={"user": 4})]),
                of("deficit", release=4),
            ),
            ("no-slot", "a slot that is none", sold().having(users=[user(licenses={"user": 0})]), []),
            (
                "retired",
                "a retired user uses none",
                used(1, 1).having(users=[user(licenses={"user": 9}, retired=True)]),
                [],
            ),
            (
                "sites",
                "a site license",
                sold(sites={"branch": 1}).having(sites=[site(licenses={"branch": 3})]),
                [notice("deficit", license="branch", release=2)],
            ),
            (
                "satellites",
                "more satellites than there may be",
                limited.having(sites=[site(satellite=3)]),
                [notice("deficit", license="satellite", release=1)],
            ),
            (
                "satellites-used-up",
                "as many as there may be",
                limited.having(sites=[site(satellite=2)]),
                [notice("used-up", license="satellite")],
            ),
            (
                "partner",
                "a license of the partner's",
                activated(partners(users={"atlas": 1})).having(users=[user(licenses={"partner.atlas": 1})]),
                [notice("used-up", license="partner.atlas")],
            ),
            ("gone", "an assignment of what no catalog has", sold().having(users=[user(licenses={"gone": 1})]), []),
            (
                "several",
                "several licenses",
                sold(users={"user": 1, "sales": 1, "editor": 10}).having(
                    users=[user(licenses={"user": 1, "sales": 3, "editor": 9})]
                ),
                [
                    notice("deficit", license="sales", release=2),
                    notice("nearly-used", license="editor"),
                    notice("used-up", license="user"),
                ],
            ),
            (
                "unknown-license",
                "a bundle names a license that its catalog does not have",
                sold(users={"gone": 1}),
                [on_base("unknown-license", license="gone")],
            ),
            (
                "unknown-kind",
                "or has with another kind",
                sold(users={"server": 1}),
                [on_base("unknown-license", license="server")],
            ),
            (
                "unknown-partner",
                "a bundle of a partner without a catalog",
                activated(partners(system={"maps": 1})).on(ground(catalogs=False)),
                [notice("unknown-license", f"partner {BASE}", license="partner.maps")],
            ),
            (
                "unknown-expired",
                "a bundle that has expired",
                sold(users={"gone": 1}, expiry=day(1)).at(first(2)),
                [on_base("expired"), on_base("unknown-license", license="gone")],
            ),
            ("unknown-waits", "one that waits", sold(users={"gone": 1}, starts=day(1)), [on_base("pending", days=1)]),
            (
                "unknown-twice",
                "named with two kinds, said once",
                sold(users={"gone": 1}, system={"gone": 1}),
                [on_base("unknown-license", license="gone")],
            ),
            (
                "unknown-setting",
                "a bundle sells a setting that its catalog does not have",
                sold(settings={"gone": 1}),
                [on_base("unknown-setting", setting="gone")],
            ),
            (
                "unknown-setting-partner",
                "a bundle of the partner's sells a setting that its catalog does not have",
                activated(partners(settings={"rows": 20})),
                [notice("unknown-setting", f"partner {BASE}", setting="partner.rows")],
            ),
            (
                "unknown-setting-no-catalog",
                "a setting of a partner without a catalog",
                activated(partners(settings={"layers": 2})).on(ground(catalogs=False)),
                [notice("unknown-setting", f"partner {BASE}", setting="partner.layers")],
            ),
            (
                "unknown-setting-expired",
                "a bundle that has expired sells no setting",
                sold(settings={"gone": 1}, expiry=day(1)).at(first(2)),
                [on_base("expired")],
            ),
            (
                "setting-unfit",
                "a bundle sells a value that does not fit",
                sold(settings={"rows": 5}),
                [on_base("setting-unfit", setting="rows")],
            ),
            (
                "setting-unfit-type",
                "one of another type",
                sold(settings={"theme": True}),
                [on_base("setting-unfit", setting="theme")],
            ),
            (
                "setting-unfit-partner",
                "a value that does not fit a setting of the partner's",
                activated(partners(settings={"layers": "many"})),
                [notice("setting-unfit", f"partner {BASE}", setting="partner.layers")],
            ),
            (
                "setting-unfit-expired",
                "a value that does not fit, of a bundle that has expired",
                sold(settings={"rows": 5}, expiry=day(1)).at(first(2)),
                [on_base("expired")],
            ),
            ("setting-fits", "a value that fits", sold(settings={"rows": 10}), []),
            ("fresh", "the last second of a trust document", sold().on(ground(trust=old)).at(NOW - 1), []),
            (
                "not-fresh",
                "the first second after a trust document",
                sold().on(ground(trust=old)),
                [notice("not-fresh")],
            ),
            ("fresh-list", "the last second of a list", sold().on(ground(stale)).at(NOW - 1), []),
            (
                "not-fresh-list",
                "the first second after a list",
                sold().on(ground(stale)).at(NOW),
                [notice("not-fresh", issuer="demo")],
            ),
            (
                "not-fresh-both",
                "both are past their time",
                sold().on(ground(stale, trust=old)).at(NOW + 1),
                [notice("not-fresh"), notice("not-fresh", issuer="demo")],
            ),
        ]
    )
