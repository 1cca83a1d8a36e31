"""An application shipped years ago, with its old pack and pin, lives through three rotations."""

from typing import NamedTuple

import pytest

from licensekit.errors import KeyOutOfWindow, KeyRevoked, KeyUnknown, RootNotNewest, ThresholdNotMet
from licensekit.keys.signing import SigningKey
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import AdmittedKey, KeyState
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, YEAR_SECONDS, update_trust
from tests.refusals import frozen, refused


class Year(NamedTuple):
    """What the vendor has and signs in one year."""

    time: int
    roots: list[armor.Token]
    trust: armor.Token
    bundle: armor.Token
    pack: str


def root_key(year: int) -> SigningKey:
    return makers.key(f"root of year {year}")


def vendor_key(year: int) -> SigningKey:
    return makers.key(f"vendor of year {year}")


def admitted_in(year: int) -> list[AdmittedKey]:
    """Return this year's key as active and those of the years before as retired."""
    return [
        makers.admitted(
            vendor_key(n),
            f"vendor {n}",
            state=KeyState.ACTIVE if n == year else KeyState.RETIRED,
            valid_from=ISSUED + n * YEAR_SECONDS,
            valid_to=ISSUED + (n + 1) * YEAR_SECONDS,
        )
        for n in range(year + 1)
    ]


def years(count: int) -> list[Year]:
    """Every year has a new root, a new vendor key and a new trust document."""
    made: list[Year] = []
    roots: list[armor.Token] = []
    for year in range(count):
        before = [root_key(year - 1)] if year else []
        document = makers.root(root_key(year), version=year + 1)
        roots.append(sign(document, *before, root_key(year)))
        now = ISSUED + year * YEAR_SECONDS
        keys = admitted_in(year)
        trust = sign(makers.trust(*keys, version=year + 1, root_version=year + 1, issued=now), root_key(year))
        day = ISSUED_DAY + year * 366
        bundle = makers.bundle(sequence=year + 1, issued=now, starts=day, warning=None, expiry=day + 365, grace=None)
        token = sign(bundle, vendor_key(year))
        made.append(Year(now, list(roots), trust, token, makers.file_of(*roots, trust)))
    return made


YEARS = years(4)
LAST = YEARS[-1]


def license_file(year: Year) -> list[armor.Token]:
    """Return what `issue` writes: the bundle, and the trust documents an older pack would lack."""
    return armor.read(makers.file_of(year.bundle, year.trust, *year.roots))


def shipped(year: int) -> TrustStore:
    """Return the ground of an application shipped in `year`, with that year's pack and pin."""
    now = YEARS[year]
    return open_pack(now.pack, makers.pin(now.roots[-1]))


@pytest.mark.parametrize("year", range(4))
def test_an_application_of_any_year_accepts_this_years_license(year: int) -> None:
    trust_store = extend_trust_store(shipped(year), license_file(LAST), LAST.time)
    assert verify_bundle(LAST.bundle, trust_store.trust, LAST.time).token == LAST.bundle


@pytest.mark.parametrize("year", range(4))
def test_this_years_application_accepts_the_license_of_any_year(year: int) -> None:
    """An old file brings old trust documents along; they change nothing and do no harm."""
    trust_store = shipped(3)
    extended = extend_trust_store(trust_store, license_file(YEARS[year]), LAST.time)
    assert frozen(extended.trust) == frozen(trust_store.trust)
    old = YEARS[year].bundle
    assert verify_bundle(old, extended.trust, LAST.time).token == old


def test_step_by_step_or_together_comes_to_the_same() -> None:
    trust_store = shipped(0)
    for year in YEARS:
        trust_store = extend_trust_store(trust_store, license_file(year), year.time)
    at_once = extend_trust_store(shipped(0), license_file(LAST), LAST.time)
    assert frozen(trust_store.trust) == frozen(at_once.trust)


def test_without_the_chain_this_years_license_is_refused() -> None:
    trust_store = shipped(0)
    bare = [LAST.bundle, LAST.trust]
    refused(KeyUnknown, trust_store.trust, lambda: extend_trust_store(trust_store, bare, LAST.time))
    refused(KeyUnknown, trust_store.trust, lambda: verify_bundle(LAST.bundle, trust_store.trust, LAST.time))


def test_with_a_root_missing_from_the_chain_it_is_refused() -> None:
    trust_store = shipped(0)
    gapped = [LAST.roots[1], LAST.roots[3], LAST.trust, LAST.bundle]
    refused(ThresholdNotMet, trust_store.trust, lambda: extend_trust_store(trust_store, gapped, LAST.time))


@pytest.mark.attack("replaced-root-key")
def test_the_first_years_root_key_speaks_for_nothing_any_more() -> None:
    state = extend_trust_store(shipped(0), license_file(LAST), LAST.time).trust
    thief = makers.trust(makers.admitted(makers.key("thief")), version=99, root_version=1, issued=LAST.time)
    token = sign(thief, root_key(0))
    refused(RootNotNewest, state, lambda: update_trust(state, token, LAST.time))


@pytest.mark.attack("backdated-signature")
def test_a_retired_key_signs_nothing_new() -> None:
    state = shipped(3).trust
    token = sign(makers.bundle(issued=LAST.time), vendor_key(0))
    refused(KeyOutOfWindow, state, lambda: verify_bundle(token, state, LAST.time))


def test_a_key_revoked_this_year_takes_its_old_files_along() -> None:
    keys = [makers.changed(key, state=KeyState.REVOKED) if key.name == "vendor 1" else key for key in admitted_in(3)]
    document = makers.trust(*keys, version=5, root_version=4, issued=LAST.time)
    trust_store = extend_trust_store(shipped(3), [sign(document, root_key(3))], LAST.time)
    old = YEARS[1].bundle
    refused(KeyRevoked, trust_store.trust, lambda: verify_bundle(old, trust_store.trust, LAST.time))
    assert verify_bundle(YEARS[0].bundle, trust_store.trust, LAST.time).token == YEARS[0].bundle
