"""What the costliest catalogs within the bounds of the format cost those who load them.

Each has 1000 licenses, 200 settings and as much text as a frame holds, most have `CLOSURE` pairs; a bundle grants all
of it. Measured is what every load of an installation does: to open the pack, to verify the bundle and to evaluate, for
the vendor's catalog and for one of a partner beside a small one of the vendor's. The floor verifies the same signatures
and decodes the same payloads into plain lists.

Run: python -m tests.benchmarks.costly_catalog
"""

import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Final

from msgspec.msgpack import decode

from licensekit import limits
from licensekit.entitlements import Entitlements, evaluate
from licensekit.trust.pack import open_pack
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import (
    Bundle,
    Catalog,
    Combine,
    Kind,
    License,
    LoginRule,
    Setting,
    SettingType,
    UserKind,
    encode,
)
from tests import homes, makers

MOST_MILLISECONDS: Final = 150
MOST_MEGABYTES: Final = 30
ROUNDS: Final = 7
CODES: Final = [f"l{number}" for number in range(limits.LICENSES)]
FRAME_ROOM: Final = limits.FRAME_BYTES - 4096
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
SHORT: Final = [first + second for first in _LETTERS for second in _LETTERS]
"""The shortest codes, ascending, of which most are of no license."""


Licenses = dict[str, License]


def flat() -> Licenses:
    """Return a hundred licenses that include two hundred others each."""
    bringing = limits.CLOSURE // limits.INCLUDES
    inner = sorted(CODES[bringing : bringing + limits.INCLUDES])
    return _including({code: inner if n < bringing else [] for n, code in enumerate(CODES)})


def chain() -> Licenses:
    """Return two hundred licenses, each of which includes the next one."""
    links = 200
    return _including({code: [CODES[n + 1]] if n < links - 1 else [] for n, code in enumerate(CODES)})


def circle() -> Licenses:
    """Return a hundred and forty licenses that all include one another."""
    ring = sorted(CODES[:140])
    return _including({code: [c for c in ring if c != code] if code in ring else [] for code in CODES})


def heirs() -> Licenses:
    """Two hundred licenses have a successor, which has one."""
    links = 200
    plain = makers.license_entry(Kind.USER, "License")
    return {
        code: makers.changed(plain, replaced_by=CODES[n + 1] if n < links - 1 else None) for n, code in enumerate(CODES)
    }


def requiring() -> Licenses:
    """Each license requires two hundred others."""
    required = SHORT[: limits.INCLUDES]
    return {code: makers.changed(one, requires=required) for code, one in flat().items()}


def requiring_of_another() -> Licenses:
    """Each license requires many others of another issuer."""
    required = [f"a.{code}" for code in SHORT[:160]]
    return {code: makers.changed(one, requires=required) for code, one in flat().items()}


def absent() -> Licenses:
    """Those that include nothing include two hundred that are not there."""
    none = SHORT[: limits.INCLUDES]
    return _including({code: one.includes or none for code, one in flat().items()})


def named() -> Licenses:
    """Each license has a name in fifty languages."""
    names = dict.fromkeys(SHORT[: limits.LANGUAGES], "\u043b\u0438\u0446")
    return {code: makers.changed(one, names=names) for code, one in flat().items()}


def _including(includes: dict[str, list[str]]) -> Licenses:
    kinds = (Kind.USER, Kind.SYSTEM, Kind.SITE)
    return {
        code: makers.license_entry(kinds[n % 3], "License", includes=inner)
        for n, (code, inner) in enumerate(includes.items())
    }


def catalog(licenses: Licenses, alphabet: str, issuer: str = makers.ISSUER) -> Catalog:
    """Return a catalog that is as large as a frame may be, its texts of an alphabet."""
    settings = {
        f"s{number}": Setting(SettingType.NUMBER, "", None, None, [], 1, Combine.SUM)
        for number in range(limits.SETTINGS)
    }
    rules = {"web": LoginRule(sorted(CODES[-limits.INCLUDES :]), [UserKind.ASSOCIATE])}
    bare = makers.catalog(issuer=issuer, settings=settings, access=rules, licenses=licenses)
    room = min((FRAME_ROOM - len(encode(bare))) // len(licenses), 3 * limits.TEXT_LENGTH)
    text = alphabet.encode()[:room].decode(errors="ignore")
    described = {c: makers.changed(one, description=text) for c, one in licenses.items()}
    return makers.changed(bare, licenses=described)


def bundle(sold: Catalog) -> Bundle:
    """Return a bundle that grants all of a catalog."""
    counts = {kind: {code: 1 for code, one in sold.licenses.items() if one.kind is kind} for kind in Kind}
    return makers.bundle(
        issuer=sold.issuer,
        system=counts[Kind.SYSTEM],
        sites=counts[Kind.SITE],
        users=counts[Kind.USER],
        settings=dict.fromkeys(sold.settings, 5),
    )


def load(pack: str, file: str) -> Entitlements:
    """Do what every load of an installation does with its documents."""
    trust_store = open_pack(pack, homes.PIN)
    verified = [verify_bundle(t, trust_store.trust, makers.NOW) for t in armor.read(file)]
    return evaluate(trust_store, verified, makers.NOW)


def bare(pack: str, file: str) -> list[object]:
    """Do the floor: signatures, and payloads into plain lists."""
    found: list[object] = []
    for token in (*armor.read(pack), *armor.read(file)):
        opened = frame.read(token.frame)
        for signature in opened.signatures:
            key = makers.key("root" if token.type in ("root", "trust") else "vendor")
            message = frame.message(token.type, signature.scheme, signature.key, opened.payload)
            key.verifying_key.verify(message, signature.signature)
        found.append(decode(opened.payload))
    return found


Call = Callable[[], object]


def cpu_milliseconds(call: Call) -> float:
    """Return the median of the CPU time that a call takes."""

    def timed() -> float:
        begin = time.process_time()
        call()
        return (time.process_time() - begin) * 1000

    call()
    return median(timed() for _ in range(ROUNDS))


def peak_megabytes(call: Call) -> float:
    """Return the most memory that a call holds at one time."""
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def files(issuer: str, licenses: Licenses, alphabet: str) -> tuple[str, str]:
    """Return a pack with a costly catalog, and a license file that grants all of it."""
    scope = makers.scope(issuers=[makers.ISSUER, makers.PARTNER])
    vendor = makers.admitted(makers.key("vendor"), scope=scope)
    costly = catalog(licenses, alphabet, issuer)
    beside = [] if issuer == makers.ISSUER else [homes.signed(makers.catalog())]
    trust = sign(makers.trust(vendor), makers.key("root"))
    pack = makers.file_of(homes.ROOT, trust, *beside, homes.signed(costly))
    return pack, homes.file(bundle(costly))


ASCII: Final = "abcdefghi " * 200
LETTERS: Final = "".join(chr(0x4E00 + number) for number in range(2000))
"""Different letters outside ASCII."""
COMPOSED: Final = "\u1eb7" * 2000
"""A letter of which it takes longest to see that it is in normal form."""


CASES: Final = [
    *((shape, ASCII) for shape in (chain, circle, heirs, requiring, requiring_of_another, absent)),
    *((flat, text) for text in (ASCII, LETTERS, COMPOSED)),
    (named, COMPOSED),
]


def main() -> None:
    """Print what each costs."""
    worst_time, worst_memory = 0.0, 0.0
    for issuer in (makers.ISSUER, makers.PARTNER):
        for shape, alphabet in CASES:
            pack, file = files(issuer, shape(), alphabet)
            calls: list[Call] = [partial(load, pack, file), partial(bare, pack, file)]
            ours, floor = [cpu_milliseconds(call) for call in calls]
            held, at_least = [peak_megabytes(call) for call in calls]
            worst_time, worst_memory = max(worst_time, ours), max(worst_memory, held)
            print(
                f"{issuer} {shape.__name__} {alphabet[:1]!a}: {ours:.0f} ms and {held:.1f} MB,"
                f" floor {floor:.0f} ms and {at_least:.1f} MB"
            )
    print(
        f"the costliest: {worst_time:.0f} ms and {worst_memory:.1f} MB"
        f" (to reach: {MOST_MILLISECONDS} ms and {MOST_MEGABYTES} MB at most)"
    )


if __name__ == "__main__":
    main()
