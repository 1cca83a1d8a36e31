"""Every screen of the console, with addresses at which it has something to show.

Screens come from the table of the application, so that a new one is looked at and measured without being named here. It
is named here if its address has a part that varies, or where it shows more at further addresses.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from licensekit.console.application import SCREENS
from licensekit.console.visit import PULSE
from tests.console.large_installation import ALL, PARTNERS, PLANS, SEATS


class Shown(NamedTuple):
    """What an installation has to show, by what stands for it in addresses."""

    issuer: str
    other_issuer: str
    plan: str
    license: str
    site_license: str
    seats: str
    user: str
    other: str
    word: str
    site: str
    activation: int
    """The number of an activation in the history."""


LARGE: Final = Shown(
    issuer="demo",
    other_issuer=PARTNERS[0].code,
    plan=PLANS[1],
    license="sales-export",
    site_license="satellite",
    seats=SEATS,
    user=ALL,
    other="anna.dahl",
    word="berg",
    site="bergen",
    activation=2,
)
SAMPLE: Final = Shown(
    issuer="superoffice",
    other_issuer="superoffice",
    plan="sales-pro",
    license="windows",
    site_license="satellite",
    seats="pocket-crm-cal",
    user="anna.berg",
    other="portal",
    word="berg",
    site="bergen",
    activation=2,
)

_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "/licenses/{issuer}": ("/licenses/{issuer}", "/licenses/{other_issuer}"),
    "/license/{code}": ("/license/{plan}", "/license/{license}", "/license/{site_license}", "/license/{seats}"),
    "/license/{code}/buy": ("/license/{plan}/buy",),
    "/activated/{entry}": ("/activated/{activation}",),
    "/users": (
        "/users",
        "/users?q={word}",
        "/users?license={plan}",
        "/users?state=retired",
        "/users?sort=-seen",
        "/users?idle=90",
        "/users?q=nobody",
    ),
    "/users/others": ("/users/others", "/users/others?kind=external"),
    "/users/licenses": ("/users/licenses", "/users/licenses?license={plan}"),
    "/users/change": ("/users/change?do=assign&give={license}&user={user}&list=/users",),
    "/user": ("/user?id={user}", "/user?id={other}", "/user?id={user}&find={word}"),
    "/site": ("/site?id={site}",),
    "/files/return": ("/files/return?issuer={issuer}&part=base",),
    "/history": ("/history", "/history?about={user}"),
}
"""Address in the table to addresses that are looked at."""


def addresses(shown: Shown) -> Iterator[str]:
    """Yield the addresses of every screen, those that are the same for an installation once."""
    found = (address for path in SCREENS if path != PULSE for address in _MORE.get(path, (path,)))
    yield from dict.fromkeys(address.format_map(shown._asdict()) for address in found)


def unnamed() -> set[str]:
    """Return addresses of screens with a part that varies and is not named here, and those of screens that are gone."""
    return {path for path in SCREENS if re.search(r"{", path) and path not in _MORE} | (_MORE.keys() - SCREENS.keys())
