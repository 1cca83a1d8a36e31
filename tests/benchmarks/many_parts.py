"""What an installation of many parts costs: opening it, a date that passes, and a change of one user.

Every part is a bundle of its own, so opening cannot cost less than verifying and decoding all of them and the catalogs
of their issuers: that is the floor. A date that passes is the expiry of one part, and the change is a license that
another program assigns to one user.

Run: python -m tests.benchmarks.many_parts [PARTS] [USERS] [ISSUERS]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import islice
from statistics import median
from typing import Final, NamedTuple

import msgspec

from licensekit import Licensing
from licensekit.dates import start_of_day
from licensekit.installation import parse_users
from licensekit.keys.signing import SigningKey
from licensekit.limits import LICENSES
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.time import clocks_of
from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Catalog, Kind, License
from tests import homes, makers
from tests.benchmarks.measure import measure, report

PARTS: Final = 1_000
USERS: Final = 100_000
ROUNDS: Final = 11
DATE_MILLISECONDS: Final = 5
_ASKED: Final = 1_000
_A_FILE: Final = 200
_A_KEY: Final = 60
_ADD_ONS: Final = LICENSES - 2
_FIRST_EXPIRY: Final = makers.ISSUED_DAY + 100


class Sold(NamedTuple):
    """What a vendor and its partners have issued."""

    pack: str
    files: tuple[str, ...]
    tokens: tuple[armor.Token, ...]
    """All catalogs and bundles, which who opens verifies."""


def sell(parts: int, issuers: int) -> Sold:
    """Issue as many bundles as there are parts, over as many issuers, each with a catalog; each ends on its own day."""
    named = [makers.ISSUER, *(f"partner{number:04}" for number in range(1, issuers))]
    keys = {name: makers.key(f"signs {place // _A_KEY}") for place, name in enumerate(named)}
    admitted = [
        makers.admitted(key, f"key-{place}", scope=makers.scope(issuers=sorted(named[place * _A_KEY :][:_A_KEY])))
        for place, key in enumerate(dict.fromkeys(keys.values()))
    ]
    trust = sign(makers.trust(*admitted), makers.key("root"))
    catalogs = [_catalog(name, number, -(-parts // issuers), keys[name]) for number, name in enumerate(named)]
    bundles = [_bundle(named[number % issuers], number // issuers, number, keys) for number in range(parts)]
    first = bundles[0]
    others = iter([*catalogs[1:], *bundles[1:]])
    files = [homes.file(first), *(homes.file(*some) for some in iter(lambda: list(islice(others, _A_FILE)), []))]
    return Sold(makers.file_of(homes.ROOT, trust, catalogs[0]), tuple(files), (*catalogs, *bundles))


def _catalog(issuer: str, place: int, parts: int, key: SigningKey) -> armor.Token:
    add_ons = {
        f"x{number:04}": makers.license_entry(Kind.SYSTEM, f"Add-on {number}")
        for number in range(1, min(parts, _ADD_ONS + 1))
    }
    licenses: dict[str, License] = {"server": makers.license_entry(Kind.SYSTEM, "Server"), **add_ons}
    if not place:
        licenses["user"] = makers.license_entry(Kind.USER, "User")
    catalog: Catalog = makers.catalog(issuer=issuer, licenses=licenses, access={})
    return sign(catalog, key)


def _bundle(issuer: str, place: int, number: int, keys: dict[str, SigningKey]) -> armor.Token:
    """Return the bundle of a part: the base of an issuer, or an add-on."""
    part, system = ("base", {"server": 1}) if place == 0 else (f"p{place:04}", {f"x{min(place, _ADD_ONS):04}": 1})
    dates = {"expiry": _FIRST_EXPIRY + number if number else None, "warning": None, "grace": None}
    users = {} if number else {"user": None}
    bundle = makers.bundle(issuer=issuer, part=part, system=system, sites={}, users=users, **dates)
    return sign(bundle, keys[issuer])


def prepare(home: homes.Home, sold: Sold, users: int) -> None:
    """Activate what was sold, and import users of whom each is assigned one license."""
    with home.open() as installation:
        for file in sold.files:
            installation.activate(file)
        lines = (f"user{number:07},user\n" for number in range(users))
        installation.users.import_rows(parse_users("id,licenses\n" + "".join(lines)))


def verifying(sold: Sold) -> Callable[[], object]:
    """Return the floor of opening: verify each signature with the bare library, and decode each payload."""
    opened = [(token.type, frame.read(token.frame)) for token in sold.tokens]
    public = [makers.key(f"signs {place}").verifying_key for place in range(len(opened) // _A_KEY + 1)]
    checks = {key.key_id: key.check for key in public}
    signatures = [(one.signatures[0], one.payload) for _, one in opened]
    messages = [frame.message(kind, *one.signatures[0][:2], one.payload) for kind, one in opened]
    decode = msgspec.msgpack.decode

    def verify() -> None:
        for (one, payload), message in zip(signatures, messages, strict=True):
            checks[one.key](one.signature, message)
            decode(payload)

    return verify


def opening(home: homes.Home, sold: Sold) -> None:
    """Print what it costs to open the installation and ask it for the first time, beside its signatures."""

    def first_question() -> None:
        with home.run() as licensing:
            assert licensing.allows("server")

    report("open", measure(first_question, verifying(sold), calls=1, rounds=ROUNDS), most=2)


@contextmanager
def followed(home: homes.Home) -> Generator[tuple[Licensing, LiveSnapshot]]:
    """Open the installation as a program does whose threads are this one."""
    clocks = clocks_of(home.clock, None)
    opened = OpenInstallation(open_installation(home.place, create=False), clocks, homes.PIN, home.pack)
    live = LiveSnapshot(opened, watch=False)
    with Licensing(live) as licensing:
        assert licensing.allows("server")
        yield licensing, live


def dates(home: homes.Home, parts: int) -> None:
    """Print what a date costs that passes, an expiry of one part after the other."""
    passing: list[float] = []
    with followed(home) as (_, live):
        for number in range(1, min(parts, 2 * ROUNDS)):
            home.clock.now = start_of_day(_FIRST_EXPIRY + number + 1)
            passing.append(_milliseconds(live.pass_time))
            assert len(live.snapshot.notices) >= number
    print(f"a date that passes: {median(passing):.2f} ms (to reach: {DATE_MILLISECONDS} ms at most)")


def changes(home: homes.Home, users: int) -> None:
    """Print what it costs until a program sees that one user was assigned a license, and to ask about others then."""
    names = [f"user{number:07}" for number in range(min(users, _ASKED))]
    reloads, asked = list[float](), list[float]()
    with followed(home) as (licensing, live), home.open() as installation:
        assert all(licensing.user(name).allows("user") for name in names)
        for number in range(ROUNDS):
            installation.users.add(f"new{number}")
            installation.users.assign(f"new{number}", "user")
            reloads.append(_milliseconds(live.follow))
            assert licensing.user(f"new{number}").allows("user")
            asked.append(_milliseconds(lambda: [licensing.user(name).allows("user") for name in names]))
    print(f"a change of one user: {median(reloads):.2f} ms; asking {len(names)} others again: {median(asked):.2f} ms")


def _milliseconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    """Measure it all."""
    parts, users, issuers = (*map(int, sys.argv[1:]), *(PARTS, USERS, 1)[len(sys.argv) - 1 :])
    sold = sell(parts, issuers)
    with tempfile.TemporaryDirectory() as folder:
        home = homes.Home(folder, pack=sold.pack)
        seconds = _milliseconds(lambda: prepare(home, sold, users)) / 1000
        print(f"{parts} parts, {users} users, {issuers} issuers: {seconds:.1f} s to activate and import them")
        opening(home, sold)
        changes(home, users)
        dates(home, parts)


if __name__ == "__main__":
    main()
