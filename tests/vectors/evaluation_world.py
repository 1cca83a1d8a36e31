"""The small world of the cases of evaluation: a vendor `demo` and a partner, what they sell, and an installation.

A case is written from an installation: which bundles were activated in which order, who is there, at which moment; then
a question and the answer that `docs/evaluation.md` gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from licensekit.dates import DAY_SECONDS, format_days, format_seconds
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import (
    Bundle,
    Catalog,
    Combine,
    Kind,
    License,
    LoginRule,
    MeterPeriod,
    SeatKind,
    Setting,
    SettingType,
    UserKind,
)
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, NOW, PARTNER
from tests.vectors.vector import ADMITTED, FIRST, PARTNERS, ROOT, TRUST, VENDOR, Case

Members = dict[str, Any]

_SYSTEM, _SITE, _USER = Kind.SYSTEM, Kind.SITE, Kind.USER


def _license(kind: Kind, **changes: Any) -> License:
    return makers.license_entry(kind, "A license", **changes)


LICENSES: Final[dict[str, License]] = {
    "server": _license(_SYSTEM),
    "old-server": _license(_SYSTEM, replaced_by="server"),
    "intranet": _license(_SYSTEM, includes=["guest", "lobby"]),
    "freetext": _license(_SYSTEM, full_with="editor"),
    "travel": _license(_SYSTEM),
    "storage": _license(_SYSTEM, quantity="GB"),
    "calls-day": _license(_SYSTEM, quantity="calls", per=MeterPeriod.DAY),
    "calls-month": _license(_SYSTEM, quantity="calls", per=MeterPeriod.MONTH),
    "calls-year": _license(_SYSTEM, quantity="calls", per=MeterPeriod.YEAR),
    "calls-term": _license(_SYSTEM, quantity="calls", per=MeterPeriod.TERM),
    "suite": _license(_SYSTEM, includes=["freetext", "nothing-of-the-kind"]),
    "ring-a": _license(_SYSTEM, includes=["ring-b"]),
    "ring-b": _license(_SYSTEM, includes=["ring-a"]),
    "branch": _license(_SITE, includes=["scanner"]),
    "lobby": _license(_SITE),
    "satellite": _license(_SITE, limits_sites=True),
    "user": _license(_USER),
    "sales": _license(_USER, plan=True, includes=["user"]),
    "office": _license(_USER, plan=True, includes=["user"]),
    "old-sales": _license(_USER, replaced_by="sales"),
    "editor": _license(_USER),
    "guest": _license(_USER),
    "scanner": _license(_USER),
    "service": _license(_USER, seats=SeatKind.CONCURRENT),
    "trips": _license(_USER, requires=["travel", "user"]),
    "tours": _license(_USER, requires=["trips"]),
    "guide": _license(_USER, requires=["guest"]),
    "planner": _license(_USER, includes=["travel"]),
    "courier": _license(_USER, includes=["branch"]),
}
SETTINGS: Final[dict[str, Setting]] = {
    "rows": makers.setting(SettingType.NUMBER, lowest=10, highest=1000, default=100, combine=Combine.MOST),
    "pool": makers.setting(SettingType.NUMBER, lowest=0, highest=50, default=5, combine=Combine.SUM),
    "limit": makers.setting(SettingType.NUMBER),
    "theme": makers.setting(SettingType.TEXT, choices=["dark", "light"], default="light"),
    "motto": makers.setting(SettingType.TEXT),
    "beta": makers.setting(SettingType.BOOLEAN, default=False),
}
_EVERYBODY = list(UserKind)
WAYS: Final[dict[str, LoginRule]] = {
    "web": LoginRule(["server", "user"], [UserKind.ASSOCIATE]),
    "intranet": LoginRule(["guest"], _EVERYBODY),
    "scan": LoginRule(["branch", "scanner"], _EVERYBODY),
    "trips": LoginRule(["freetext", "travel", "trips"], [UserKind.ASSOCIATE, UserKind.EXTERNAL]),
    "maps": LoginRule(["partner.atlas"], _EVERYBODY),
}
PARTNERS_LICENSES: Final[dict[str, License]] = {
    "maps": _license(_SYSTEM, full_with="demo.editor"),
    "atlas": _license(_USER, plan=True, includes=["pins"]),
    "pins": _license(_USER, requires=["demo.user"]),
    "depot": _license(_SITE),
}


def catalog(**changes: Any) -> Catalog:
    """Return the vendor's catalog, or one that differs in some fields."""
    return makers.catalog(**({"licenses": LICENSES, "settings": SETTINGS, "access": WAYS} | changes))


def partners_catalog(**changes: Any) -> Catalog:
    """Return the partner's catalog, or one that differs in some fields."""
    layers = {"layers": makers.setting(SettingType.NUMBER, default=3)}
    kiosk = {"kiosk": LoginRule(["atlas", "demo.server"], _EVERYBODY)}
    sold = {"licenses": PARTNERS_LICENSES, "settings": layers, "access": kiosk}
    return makers.catalog(**({"issuer": PARTNER} | sold | changes))


def ground(*more: armor.Token, trust: armor.Token = TRUST, catalogs: bool = True) -> Members:
    """Return the pin and a pack with both catalogs, or none, and `more` tokens."""
    sold = (sign(catalog(), VENDOR), sign(partners_catalog(), PARTNERS)) if catalogs else ()
    return {"root": makers.pin(FIRST), "pack": makers.file_of(FIRST, trust, *more, *sold)}


WORLD: Final = ground()
"""The pin and the pack of most cases."""
REVERSED: Final = ground(sign(partners_catalog(), PARTNERS), sign(catalog(), VENDOR), catalogs=False)
"""The same pack with the catalogs in the other order."""
WITHOUT_PARTNER: Final = ground(sign(catalog(), VENDOR), catalogs=False)
"""The partner is not installed: there is no catalog of it."""


_ACME: Final = makers.key("acme")
_ADMITTED_ACME: Final = makers.admitted(_ACME, "another partner", scope=makers.scope(issuers=["acme"]))
WITH_ACME: Final = ground(trust=sign(makers.trust(*ADMITTED, _ADMITTED_ACME), ROOT))
"""There is another partner, `acme`, whose code comes before the vendor's."""


def bundle(signer: SigningKey = VENDOR, /, **changes: Any) -> armor.Token:
    """Return a perpetual base bundle that sells nothing, with `changes` to its fields."""
    return sign(document(**changes), signer)


def document(**changes: Any) -> Bundle:
    """Return what `bundle` signs."""
    nothing: Members = {"system": {}, "sites": {}, "users": {}}
    dates = dict.fromkeys(("starts", "warning", "expiry", "grace"))
    return makers.bundle(**(nothing | dates | changes))


def partners(**changes: Any) -> armor.Token:
    """Return a bundle of the partner's."""
    return bundle(PARTNERS, **({"issuer": PARTNER} | changes))


def of_acme(**changes: Any) -> armor.Token:
    """Return a bundle of the other partner's, under `WITH_ACME`."""
    return bundle(_ACME, **({"issuer": "acme"} | changes))


def day(number: int) -> int:
    """Return a day as bundles have it; 0 is 2027-01-01."""
    return ISSUED_DAY + number


def first(number: int) -> int:
    """Return the first second of a day."""
    return ISSUED + number * DAY_SECONDS


def last(number: int) -> int:
    """Return the last second of a day."""
    return first(number + 1) - 1


def date(number: int) -> str:
    """Return a day as answers have it."""
    return format_days(day(number))


def user(id_: str = "anna", licenses: Mapping[str, Any] | None = None, **changes: Any) -> Members:
    """Return a user who may log in; `licenses` is license to slot."""
    plain: Members = {
        "id": id_,
        "kind": "associate",
        "can_log_in": True,
        "administrator": False,
        "retired": False,
        "groups": [],
        "licenses": _assigned(licenses),
    }
    return plain | changes


def site(id_: str = "oslo", licenses: Mapping[str, Any] | None = None, **satellite: Any) -> Members:
    """Return a site; with `satellite`, its slot, it is a satellite."""
    return {"id": id_, **satellite, "licenses": _assigned(licenses)}


def _assigned(licenses: Mapping[str, Any] | None) -> list[Members]:
    return [{"license": code, "slot": slot} for code, slot in (licenses or {}).items()]


def event(number: int = 1, kind: str = "no-login", scope: str = "installation", subject: str = "") -> Members:
    """Return an event in force."""
    return {"number": number, "kind": kind, "scope": scope, "subject": subject, "message": ""}


def ask(about: str, code: str | None = None, **more: Any) -> Members:
    """Return a question."""
    return {"about": about, **({} if code is None else {"code": code}), **more}


def access(level: str) -> Members:
    """Return the answer to a question about access."""
    return {"access": level}


def why(reason: str | None, code: str | None = None) -> Members:
    """Return the answer to a question why something is not granted; a reason without a code has its own name."""
    return {"reason": reason, "code": code or reason}


@dataclass(frozen=True)
class Installation:
    """What was activated, who is there, and the moment."""

    bundles: tuple[armor.Token, ...] = ()
    now: int = NOW
    members: Members = field(default_factory=dict[str, Any])
    """Members of the line that say what else there is."""
    ground: Members = field(default_factory=lambda: WORLD)

    def at(self, now: int) -> "Installation":
        """Return the same at another moment."""
        return replace(self, now=now)

    def plus(self, *bundles: armor.Token) -> "Installation":
        """Return the same after these were activated as well."""
        return replace(self, bundles=(*self.bundles, *bundles))

    def having(self, **members: Any) -> "Installation":
        """Return the same with other users, sites, events and so on."""
        return replace(self, members=self.members | members)

    def on(self, ground: Members) -> "Installation":
        """Return the same under another pack."""
        return replace(self, ground=ground)

    def case(
        self,
        rule: str,
        name: str,
        about: str,
        question: Members,
        expect: Members,
        *,
        flags: tuple[str, ...] = (),
        musts: tuple[str, ...] = (),
    ) -> Case:
        """Return a case: what is asked of the installation, and the answer."""
        tokens = [armor.write(token) for token in self.bundles]
        given = {"now": format_seconds(self.now), "bundles": tokens, **self.members, "question": question}
        return Case(name, about, rule, "evaluate", given, expect, flags, musts, self.ground)


def activated(*bundles: armor.Token, **members: Any) -> Installation:
    """Return an installation where these were activated, in this order."""
    return Installation(bundles, members=members)


def sold(**changes: Any) -> Installation:
    """Return an installation where one base bundle was activated."""
    return activated(bundle(**changes))
