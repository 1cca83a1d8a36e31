"""How an installation grows with its parts: those of one issuer, or each of an issuer of its own.

Each part ends on a day of its own, so that a passing date changes one of them.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from licensekit import Licensing, limits
from licensekit.trust.sign import sign
from licensekit.wire.armor import Token
from licensekit.wire.documents import Kind
from tests import homes, makers
from tests.benchmarks.growth.series import Act, Curve, Growth, processor_seconds, timed, up_to
from tests.homes import Home

COUNTS: Final = (1, 10, 100, 1_000)
BATCH: Final = 100
"""Bundles that are activated together: there may be 256 tokens in a file."""
SOLD: Final = {"system": {"server": 1}, "sites": {}, "users": {}}


def terms(number: int) -> dict[str, int | None]:
    """Return the three dates of a part that ends on a day of its own."""
    day = makers.ISSUED_DAY
    return {"warning": day + 20 + number, "expiry": day + 30 + number, "grace": day + 40 + number}


def of_one_issuer(count: int) -> tuple[str, list[str]]:
    """Return a pack, and the license files of `count` parts."""
    bundles = [homes.signed(makers.bundle(part=f"part{n}", **SOLD, **terms(n))) for n in range(count)]
    return homes.pack(), in_files(bundles)


def of_many_issuers(count: int) -> tuple[str, list[str]]:
    """Return the same of `count` issuers, each with a catalog of its own; a key signs for 64 of them at most."""
    issuers = [makers.ISSUER, *(f"p{n:03}" for n in range(1, count))]
    keys = {issuer: makers.key(f"vendor {n // limits.KEYS}") for n, issuer in enumerate(issuers)}
    served = [sorted(issuers[n : n + limits.KEYS]) for n in range(0, count, limits.KEYS)]
    admitted = [
        makers.admitted(makers.key(f"vendor {n}"), f"vendor-{n}", scope=makers.scope(issuers=those))
        for n, those in enumerate(served)
    ]
    trust = sign(makers.trust(*admitted), makers.key("root"))
    tokens: list[Token] = []
    for n, issuer in enumerate(issuers):
        licenses = {"server": makers.license_entry(Kind.SYSTEM, "Server")}
        tokens.append(sign(makers.catalog(issuer=issuer, licenses=licenses, access={}), keys[issuer]))
        tokens.append(sign(makers.bundle(issuer=issuer, **SOLD, **terms(n)), keys[issuer]))
    return makers.file_of(homes.ROOT, trust, tokens[0]), in_files(tokens[1:])


def in_files(tokens: list[Token]) -> list[str]:
    """Return the tokens in as few files as they may be in."""
    return [makers.file_of(*tokens[n : n + 2 * BATCH]) for n in range(0, len(tokens), 2 * BATCH)]


def prepare(folder: Path, made: tuple[str, list[str]]) -> Home:
    """Activate the files."""
    pack, files = made
    home = Home(str(folder), pack=pack)
    with home.open() as installation:
        for file in files:
            installation.activate(file)
    return home


def loads(home: Home) -> None:
    """Open the installation as an application does, and ask."""
    with home.run() as licensing:
        assert licensing.allows("server")


def passing(licensing: Licensing, clock: homes.Clock) -> Act:
    """Return what lets the next date of one of the parts pass."""

    def pass_date() -> None:
        clock.now = licensing.entitlements.valid_until or clock.now
        licensing._live.pass_time()  # pyright: ignore[reportPrivateUsage]  # what the clock's thread calls

    return pass_date


def measured(kind: str, make: Callable[[int], tuple[str, list[str]]], counts: list[int]) -> list[Curve]:
    """Measure with parts of one kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = {n: prepare(folder / str(n), make(n)) for n in counts}
        opened = processor_seconds({n: partial(loads, home) for n, home in places.items()}, rounds=5)
        running = {n: stack.enter_context(home.run()) for n, home in places.items()}
        asked = processor_seconds({n: partial(one.allows, "server") for n, one in running.items()}, calls=10_000)
        dates = {n: passing(one, places[n].clock) for n, one in running.items()}
        passed = {n: median(timed(act) for _ in range(min(3 * n, 9))) for n, act in dates.items()}
    return [
        Curve(f"open, {kind}", "s", opened),
        Curve(f"a date passes, {kind}", "s", passed),
        Curve("allows", "s", asked),
    ]


def grow(most: int) -> Growth:
    """Measure both kinds."""
    counts = up_to(most, COUNTS)
    of_parts, of_issuers = (measured(*one, counts) for one in (("parts", of_one_issuer), ("issuers", of_many_issuers)))
    curves = [*of_issuers[:2], *of_parts]
    return Growth("parts", "An installation of many parts", "parts, or issuers", curves)
