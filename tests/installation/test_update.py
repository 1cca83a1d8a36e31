"""What is fetched from the vendor's address is taken like any other file, or changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from licensekit import limits
from licensekit.errors import FetchFailed, LicenseError, NotActivated, SignatureInvalid, UpdateNotOffered
from licensekit.installation import ActivationProposal, Installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import PICKUP
from tests import homes, makers
from tests.homes import Home, bundle, file, pack

ADDRESS = "https://licenses.example.com/acme"
NAMED = {PICKUP: "0f" * 16}
FIRST = bundle(extensions=NAMED)
SECOND = bundle(2, extensions=NAMED, users={"sales-pro": 40, "user": None})

CUT_OFF = file(SECOND)[: len("lk1-bundle.") + 240]
"""It still spells bytes, as it ends behind a group of four characters."""


@dataclass
class Web:
    """What is at every address, and which was asked for."""

    has: str | bytes | LicenseError = ""
    asked: list[str] = field(default_factory=list[str])

    def fetch(self, address: str) -> bytes:
        """Return what is there."""
        self.asked.append(address)
        if isinstance(self.has, LicenseError):
            raise self.has
        return self.has.encode() if isinstance(self.has, str) else self.has


@pytest.fixture
def web() -> Web:
    """A web that has the second file."""
    return Web(file(SECOND))


@pytest.fixture
def updating(home: Home) -> Iterator[Installation]:
    """An installation whose vendor offers updates, in which the first file was activated."""
    home.pack = pack(makers.catalog(urls={"update": ADDRESS}))
    with home.open() as installation:
        installation.activate(file(FIRST))
        yield installation


def update(installation: Installation, web: Web) -> ActivationProposal:
    """Return what an update would do; there must be something new."""
    proposal = installation.propose_update(fetch=web.fetch)
    assert proposal is not None
    return proposal


def test_it_is_proposed_like_any_other_file(updating: Installation, web: Web) -> None:
    before = updating.state().stored
    proposal = update(updating, web)
    assert updating.state().stored == before
    assert proposal.preview == updating.propose_activate(file(SECOND)).preview
    proposal.apply()
    assert updating.license("sales-pro").row.total == 40


@pytest.mark.parametrize("ending", ["", "/"])
def test_the_address_is_the_catalogs_and_the_pickup_of_what_was_activated_last(
    home: Home, web: Web, ending: str
) -> None:
    home.pack = pack(makers.catalog(urls={"update": ADDRESS + ending}))
    other = "2a" * 16
    with home.open() as installation:
        installation.activate(file(bundle(), bundle(part="more", extensions=NAMED), bundle(part="other")))
        update(installation, web)
        installation.activate(file(bundle(2, extensions={PICKUP: other})))
        installation.propose_update(fetch=web.fetch)
    assert web.asked == [f"{ADDRESS}/{'0f' * 16}.lic", f"{ADDRESS}/{other}.lic"]


@pytest.mark.attack("other-file-at-the-vendors-address")
def test_what_is_here_already_or_older_is_nothing_new(updating: Installation, web: Web) -> None:
    update(updating, web).apply()
    before = updating.state().stored
    for older in (SECOND, FIRST):
        web.has = file(older)
        assert updating.propose_update(fetch=web.fetch) is None
    assert updating.state().stored == before


def test_older_bundles_beside_something_new_are_reported(updating: Installation, web: Web) -> None:
    update(updating, web).apply()
    web.has = file(FIRST, bundle(part="more", extensions=NAMED))
    assert [one.reason for one in update(updating, web).preview.reasons] == ["older"]


def test_one_that_has_expired_or_was_taken_back_is_still_renewed(updating: Installation, web: Web, home: Home) -> None:
    updating.activate(file(makers.revocations(serials=[FIRST.serial])))
    home.clock.move(days=1000)
    assert not updating.state().bundles
    web.has = file(makers.revocations(number=2), makers.changed(SECOND, expiry=None, grace=None, warning=None))
    update(updating, web).apply()
    assert updating.state().bundles


@pytest.mark.attack("other-file-at-the-vendors-address")
@pytest.mark.parametrize(
    ("has", "kind", "message"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", FetchFailed, "a web page came instead of a license file; sign in"),
        (b"\n <html>", FetchFailed, "web page"),
        (b"", FetchFailed, "what arrived is not a whole license file (this is not a license file"),
        (b"Not found", FetchFailed, "); try again, and tell the vendor if this continues"),
        (file(SECOND)[:-200], FetchFailed, "not a whole license file"),
        (file(SECOND).split(".")[0], FetchFailed, "a token breaks off before its contents"),
        (bytes(limits.FILE_BYTES + 1), FetchFailed, "more than 4194304 bytes"),
        (CUT_OFF, FetchFailed, "not a whole license file (the signature of key"),
        (file(SECOND)[:-41] + "A" * 40 + "\n", SignatureInvalid, "does not verify"),
        (makers.file_of(sign(makers.request(), makers.installation_key())), FetchFailed, "request"),
        (FetchFailed(reason="absent", status=404), FetchFailed, "has no license file for this installation; ask"),
        (FetchFailed(reason="late", seconds=60.0), FetchFailed, "did not arrive within 60 seconds; check"),
    ],
)
def test_what_is_not_a_license_file_changes_nothing_and_names_no_pickup(
    updating: Installation, web: Web, has: bytes | str | LicenseError, kind: type[LicenseError], message: str
) -> None:
    before, web.has = updating.state().stored, has
    with pytest.raises(kind) as caught:
        update(updating, web)
    assert str(caught.value).startswith(f"{ADDRESS}: ")
    assert message in str(caught.value)
    assert "0f0f" not in repr(caught.value.as_json())
    assert updating.state().stored == before


def test_a_place_that_an_error_has_stays(updating: Installation, web: Web) -> None:
    web.has = FetchFailed(reason="authority", where="ca.pem")
    with pytest.raises(FetchFailed, match=r"^ca\.pem: "):
        update(updating, web)


@pytest.mark.attack("other-file-at-the-vendors-address")
@pytest.mark.parametrize(
    "refused", [bundle(2, serial="OTHER-1"), bundle(2, users={"sales-pro": 1, "user": None}), bundle(1, users={})]
)
def test_what_activate_refuses_is_refused_in_the_same_way(updating: Installation, web: Web, refused: object) -> None:
    """Another serial, fewer than are assigned, another bundle of a sequence that is here."""
    for user in ("anna", "bob"):
        updating.users.add(user)
        updating.users.assign(user, "sales-pro")
    assert isinstance(refused, type(FIRST))
    before, web.has = updating.state().stored, file(refused)
    proposal = update(updating, web)
    assert proposal.preview.reasons
    assert proposal.preview.plain() == updating.propose_activate(file(refused)).preview.plain()
    with pytest.raises(type(proposal.preview.reasons[0])):
        proposal.apply()
    assert updating.state().stored == before


def test_nothing_is_fetched_where_nothing_says_from_where(home: Home, web: Web) -> None:
    fails = partial(pytest.raises, UpdateNotOffered)
    with home.open() as installation:
        with fails(match="no license of `demo` was activated here yet; run"):
            update(installation, web)
        installation.activate(file(FIRST))
        with fails(match="the catalog of `demo` names no address for newer license files; ask"):
            update(installation, web)
        installation.activate(file(bundle(2), makers.catalog(version=2, urls={"update": ADDRESS})))
        web.has = file(FIRST)
        assert installation.propose_update(fetch=web.fetch) is None
        with fails(match="no license of `fjord`"):
            installation.propose_update(issuer="fjord", fetch=web.fetch)
    assert len(web.asked) == 1


def test_a_license_that_says_nothing_is_to_be_renewed_first(home: Home, web: Web) -> None:
    home.pack = pack(makers.catalog(urls={"update": ADDRESS}))
    with home.open() as installation:
        installation.activate(file(bundle()))
        with pytest.raises(UpdateNotOffered, match="does not say where newer ones are; ask its vendor to renew it"):
            update(installation, web)
    assert web.asked == []


def test_the_database_is_free_while_it_is_fetched(updating: Installation, web: Web) -> None:
    def slow(address: str) -> bytes:
        updating.users.add("anna")
        return web.fetch(address)

    proposal = updating.propose_update(fetch=slow)
    assert proposal is not None
    proposal.apply()


def test_an_installation_that_is_not_there_fetches_nothing(home: Home, web: Web) -> None:
    with pytest.raises(NotActivated):
        Installation.open(home.place, root=homes.PIN, create=False)
    assert web.asked == []
