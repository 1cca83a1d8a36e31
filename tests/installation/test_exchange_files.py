"""What an installation signs for its vendor."""

from hashlib import sha256
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.errors import BundleRefused, EntryInvalid, NotActivated, NotFound
from licensekit.installation import Installation
from licensekit.trust.signed import self_signed
from licensekit.wire import armor
from licensekit.wire.documents import Binding, Receipt, Request, Statement, Usage
from tests import makers
from tests.homes import PIN, Home, bundle, file


def heads(installation: Installation) -> list[bytes]:
    return [entry.hash for entry in installation.audit.entries()]


@pytest.mark.attack("facts-of-a-machine-in-the-clear")
def test_a_request_is_signed_and_carries_no_fact_in_the_clear(crm: Installation) -> None:
    text, request = crm.request()
    [token] = armor.read(text)
    signed = self_signed(token, Request)
    assert signed.document == request
    assert request.audit_head == heads(crm)[-1]
    assert {len(hashed) for hashed in request.facts.values()} == {16}
    assert set(request.summary) == {"product", "serial", "made on", "installation key", "machine facts"}


def test_a_request_can_leave_the_facts_out(installation: Installation) -> None:
    _, request = installation.request(with_facts=False)
    assert request.facts == {}
    assert request.serial is None
    assert request.summary["machine facts"].startswith("none")


def test_a_request_says_what_the_installation_is_called_and_for(installation: Installation) -> None:
    _, request = installation.request(name="Oslo test", purpose="test")
    said = {"name": "Oslo test", "purpose": "test"}
    assert said.items() <= request.extensions.items()
    assert said.items() <= request.summary.items(), "people see it before they send it"
    assert not {"name", "purpose"} & installation.request()[1].extensions.keys()
    with pytest.raises(EntryInvalid):
        installation.request(name="a\x00")


def test_two_requests_never_share_a_nonce(crm: Installation) -> None:
    assert crm.request()[1].nonce != crm.request()[1].nonce


@pytest.mark.attack("another-machines-file")
def test_a_bundle_bound_to_the_key_and_facts_of_a_request_works_only_there(crm_home: Home, home: Home) -> None:
    with crm_home.open() as here:
        text, request = here.request()
        key = self_signed(armor.read(text)[0], Request).keys[0].public
        digest = sha256(key).digest()
        bound = bundle(
            users={"sales": 1},
            binding=Binding(digest, len(request.facts), request.facts),
            extensions={"request": request.nonce.hex()},
        )
        here.activate(file(bound))
        assert here.state().entitlements.system["server"] > 0
        receipt = self_signed(armor.read(here.propose_return().apply(confirm=True))[0], Receipt).document
        assert receipt.nonce == request.nonce
    home.pack = crm_home.pack
    with home.open() as elsewhere:
        before = elsewhere.state().stored
        with pytest.raises(BundleRefused, match="bound to another"):
            elsewhere.activate(file(bound))
        assert elsewhere.state().stored == before


@pytest.mark.attack("another-machines-file")
def test_facts_may_drift_as_far_as_the_bundle_says(crm: Installation) -> None:
    _, request = crm.request()
    name, *_ = request.facts
    drifted = {**request.facts, name: bytes(16)}
    crm.activate(file(bundle(2, binding=Binding(None, len(drifted) - 1, drifted))))
    with pytest.raises(BundleRefused, match="bound to another"):
        crm.activate(file(bundle(3, binding=Binding(None, len(drifted), drifted))))


def test_what_the_program_knows_of_its_machine_binds_like_what_is_read(crm_home: Home) -> None:
    """The same facts must be given to every handle, and no other will do."""
    given: Any = {"root": PIN, "pack": crm_home.pack, "clock": crm_home.clock}
    facts = {"instance": "i-0abc", "host": None}
    with Installation.open(crm_home.place, **given, facts=facts) as crm:
        _, request = crm.request()
        assert "instance" in request.facts
        assert "host" not in request.facts
        asked = {"instance": request.facts["instance"]}
        crm.activate(file(bundle(binding=Binding(None, 1, asked))))
        assert crm.state().entitlements.system["server"] > 0
    for known, granted in ((facts, True), ({"instance": "i-0abd"}, False), ({}, False)):
        with Licensing.open(crm_home.place, **given, facts=known, watch=False) as licensing:
            assert licensing.allows("server") == granted
        with Installation.open(crm_home.place, **given, facts=known) as crm:
            assert bool(crm.state().entitlements.system.get("server")) == granted


@pytest.mark.attack("returned-bundle-activated-again")
def test_a_returned_bundle_can_never_work_here_again(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    data = file(*(v.token for v in crm.state().bundles))
    [returned] = crm.state().bundles
    receipt = self_signed(armor.read(crm.propose_return().apply(confirm=True))[0], Receipt).document
    assert receipt.identity == returned.identity
    assert receipt.nonce is None
    assert crm.state().bundles == ()
    assert [notice.code for notice in crm.state().notices] == ["deficit", "not-activated"]
    before = crm.state().stored
    with pytest.raises(BundleRefused, match="was returned from here") as refused:
        crm.activate(data)
    assert refused.value.faults == (refused.value,)
    assert crm.state().stored == before


@pytest.mark.parametrize("answers", ["zz", "00", 7])
def test_an_invalid_nonce_is_left_out_of_the_receipt(home: Home, answers: str | int) -> None:
    with home.open() as installation:
        installation.activate(file(bundle(extensions={"request": answers})))
        receipt = self_signed(armor.read(installation.propose_return().apply(confirm=True))[0], Receipt).document
        assert receipt.nonce is None


def test_a_lost_receipt_is_written_again(crm: Installation) -> None:
    first = crm.propose_return().apply(confirm=True)
    before = crm.state().stored
    assert crm.propose_return().apply(confirm=True) == first
    assert crm.state().stored == before


def test_writing_receipts_again_changes_nothing_else(crm: Installation) -> None:
    crm.activate(file(bundle(2)))
    crm.activate(file(bundle(part="more", users={"sales": 1})))
    crm.propose_return().apply(confirm=True)
    before = crm.state().stored
    crm.propose_return().apply(confirm=True)
    assert crm.state().stored == before


def test_after_the_last_bundle_another_serial_is_welcome(crm: Installation) -> None:
    crm.activate(file(bundle(part="more", users={"sales": 1})))
    crm.propose_return("more").apply(confirm=True)
    assert crm.state().serial == makers.SERIAL
    crm.propose_return().apply(confirm=True)
    assert crm.state().serial is None
    crm.activate(file(bundle(serial="OTHER-1")))


def test_what_is_not_active_is_not_returned(crm: Installation) -> None:
    before = crm.state().stored
    with pytest.raises(NotFound, match="no bundle"):
        crm.propose_return("extra").apply(confirm=True)
    with pytest.raises(NotFound, match="no bundle"):
        crm.propose_return("base", issuer="partner").apply()
    assert crm.state().stored == before


def test_a_statement_says_what_is_in_use(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    text, statement = crm.statement()
    [token] = armor.read(text)
    assert self_signed(token, Statement).document == statement
    assert statement.serial == makers.SERIAL
    assert statement.usage["sales"] == Usage(1, 2)
    assert statement.usage["windows"] == Usage(0, None)
    assert statement.audit_head == heads(crm)[-1]


def test_there_is_nothing_to_state_before_the_first_activation(installation: Installation) -> None:
    before = installation.state().stored
    with pytest.raises(NotActivated):
        installation.statement()
    assert installation.state().stored == before


def test_what_is_signed_names_the_audit_head_in_what_was_signed_before(crm: Installation) -> None:
    _, request = crm.request()
    crm.users.add("carla", name='"did":"statement"')
    _, statement = crm.statement()
    receipt = self_signed(armor.read(crm.propose_return().apply(confirm=True))[0], Receipt).document
    held = {"holds": "1.1 - 1.1.1"}
    assert [file.extensions for file in (request, statement, receipt)] == [
        held,
        {**held, "follows": request.audit_head.hex()},
        {**held, "follows": statement.audit_head.hex()},
    ]
