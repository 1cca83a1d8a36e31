"""A request is answered once, for the installation that signed it and for as many as were sold."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from licensekit.errors import (
    ArmorInvalid,
    ExchangeFileRefused,
    InstallationsTaken,
    IssuedAhead,
    KeyMissing,
    KeyUnknown,
    LicenseError,
    NotIssued,
    OrderConflict,
    OrderInvalid,
    RequestAnswered,
    SignatureInvalid,
    UnexpectedType,
    VendorOnly,
    WrongProduct,
)
from licensekit.issuer.exchange.requests import VerifiedRequest
from licensekit.issuer.keys.changes import revoke
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.entries import answers_of_order, entry
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.verifying import sha256
from licensekit.trust.sign import sign
from licensekit.trust.state import verify_signed
from licensekit.wire import armor
from licensekit.wire.documents import ANSWERS, Binding, Request, Reset, ResetWhat
from tests import makers
from tests.partners import partner_of, put_in_force
from tests.workspaces import DAY, NOW, SERIAL, WHO, accepted, issue, ordered, refused, signer, take_back

FACTS = {name: name.encode().ljust(16, b".") for name in ("board", "disk", "host", "network")}
OTHER = {name: bytes(16) for name in FACTS}


def request(nonce: int = 1, **changes: Any) -> Request:
    """Return a request of an installation that has no serial yet; `nonce` makes it another one."""
    told = {"product": "acme", "serial": None, "nonce": bytes([nonce] * 16), "facts": FACTS}
    return makers.request(**{**told, "audit_head": bytes([nonce] * 32), "issued": NOW, **changes})


def asking(workspace: Workspace, nonce: int = 1, name: str = "installation", **changes: Any) -> VerifiedRequest:
    """Return a request as the vendor reads it."""
    token = sign(request(nonce, **changes), makers.installation_key(name))
    return workspace.customers.read_request(makers.file_of(token), now=NOW)


def answer(workspace: Workspace, asked: VerifiedRequest, now: int = NOW, **order: Any) -> LicenseFile:
    """Answer a request with `ORDER`, number A-1, with some keys changed."""
    draft = ordered(**{"order": "A-1", **order})
    return workspace.customers.propose_answer(asked, draft, now=now).sign(signer(workspace, now=now), who=WHO)


def give_back(workspace: Workspace, file: LicenseFile, name: str = "installation") -> None:
    """Return a bundle from its installation."""
    nonce = file.bundle.extensions.get(ANSWERS)
    receipt = makers.receipt(
        identity=makers.identity_of(file.token),
        nonce=bytes.fromhex(nonce) if isinstance(nonce, str) else None,
        audit_head=sha256(file.data),
        issued=NOW,
    )
    workspace.customers.propose_accept(makers.file_of(sign(receipt, makers.installation_key(name))), now=NOW).sign(
        signer(workspace, "revocations"), who=WHO
    )


def no(kind: type[LicenseError], workspace: Workspace, asked: VerifiedRequest, **order: Any) -> str:
    """Check that neither looking nor answering works, and nothing is in the ledger; say why."""
    draft = ordered(**{"order": "A-1", **order})
    folder, before = workspace.layout.folder, workspace.ledger.count_entries()
    looked = refused(kind, folder, lambda: workspace.customers.propose_answer(asked, draft, now=NOW))
    error = refused(kind, folder, lambda: answer(workspace, asked, **order))
    assert str(looked) == str(error)
    assert workspace.ledger.count_entries() == before
    return str(error)


def test_an_answer_is_bound_to_the_key_that_asks_and_names_the_request(workspace: Workspace) -> None:
    asked = asking(workspace)
    assert not workspace.customers.propose_answer(asked, ordered(order="A-1"), now=NOW).is_done
    file = answer(workspace, asked)
    state = workspace.state(NOW)
    bundle = accepted(file, state.pack, state.pin).document
    assert bundle.binding == Binding(makers.installation_id(), 0, {})
    assert bundle.extensions == {"request": "01" * 16}
    with workspace.database.read() as ledger:
        [answered] = answers_of_order(ledger, "A-1")
        received = entry(ledger, answered.number - 1)
    assert (received.token, received.action) == (asked.token, "answer")
    assert (answered.token, answered.request) == (file.token, asked.identity)


def test_the_order_says_how_many_facts_of_the_machine_must_stay(workspace: Workspace) -> None:
    binding = answer(workspace, asking(workspace), facts=3).bundle.binding
    assert binding == Binding(makers.installation_id(), 3, FACTS)


@pytest.mark.parametrize(
    ("facts", "said"), [({"host": bytes(16)}, "the request has 1: host"), ({}, "the request has 0")]
)
def test_a_request_with_too_few_facts_is_refused_with_all_other_faults(
    workspace: Workspace, facts: dict[str, bytes], said: str
) -> None:
    asked = asking(workspace, facts=facts)
    assert said in no(OrderInvalid, workspace, asked, facts=2)
    text = no(OrderInvalid, workspace, asked, facts=2, users={"standrad": 1}, installations=2)
    assert "and 1 more fault" in text


def test_the_same_request_and_order_give_the_same_bundle(workspace: Workspace) -> None:
    first = answer(workspace, asking(workspace))
    before = workspace.ledger.count_entries()
    again = workspace.customers.propose_answer(asking(workspace), ordered(order="A-1"), now=NOW + DAY).sign(
        None, who=WHO
    )
    assert (again.token, again.data, again.is_repeated) == (first.token, first.data, True)
    proposal = workspace.customers.propose_answer(asking(workspace), ordered(order="A-1"), now=NOW)
    assert proposal.repeated == again
    assert workspace.ledger.count_entries() == before


def test_another_request_of_the_installation_gives_what_it_has_by_the_order(workspace: Workspace) -> None:
    first = answer(workspace, asking(workspace), facts=3)
    drifted = {**FACTS, "disk": bytes(16)}
    again = answer(workspace, asking(workspace, 2, facts=drifted), facts=3)
    assert (again.token, again.is_repeated) == (first.token, True)


def test_what_was_renewed_since_is_given_as_it_is_now(workspace: Workspace) -> None:
    answer(workspace, asking(workspace))
    renewed = workspace.change(renewal(SERIAL, days=30), signer(workspace), who=WHO, now=NOW, confirm=True)
    assert answer(workspace, asking(workspace, 2)).token == renewed.token


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"users": {"standard": 26}}, "users.standard: 25 -> 26"),
        ({"order": "A-2"}, "another order number"),
        ({"order": None}, "another order number"),
    ],
)
def test_a_second_answer_to_a_request_is_refused(workspace: Workspace, order: dict[str, Any], said: str) -> None:
    answer(workspace, asking(workspace))
    assert said in no(RequestAnswered, workspace, asking(workspace), **order)


def test_a_request_is_answered_once_without_an_order_number_too(workspace: Workspace) -> None:
    first = answer(workspace, asking(workspace), order=None)
    assert answer(workspace, asking(workspace), order=None).token == first.token
    second = answer(workspace, asking(workspace, 2), order=None)
    assert second.bundle.serial != first.bundle.serial


def test_a_request_that_another_key_signed_as_well_is_answered_to_the_first(workspace: Workspace) -> None:
    issue(workspace)
    answer(workspace, asking(workspace))
    reset(workspace, asking(workspace, 2, serial=SERIAL))
    assert "also signed by another installation" in no(RequestAnswered, workspace, asking(workspace, 1, "thief"))
    again = asking(workspace, 2, "thief", serial=SERIAL)
    refused(RequestAnswered, workspace.layout.folder, lambda: reset(workspace, again))


def test_an_order_is_for_one_installation_unless_it_says_more(workspace: Workspace) -> None:
    answer(workspace, asking(workspace))
    said = no(InstallationsTaken, workspace, asking(workspace, 2, "other"))
    assert "is for 1 installation" in said
    assert f"acme-{SERIAL}-base-1.lic" in said


def test_an_order_binds_as_many_installations_as_it_says_each_with_its_serial(workspace: Workspace) -> None:
    files = [answer(workspace, asking(workspace, n, f"i{n}"), installations=3) for n in (1, 2, 3)]
    assert [file.bundle.serial for file in files] == [SERIAL, "1010000022", "1010000030"]
    again = answer(workspace, asking(workspace, 4, "i2"), installations=3)
    assert again.token == files[1].token
    said = no(InstallationsTaken, workspace, asking(workspace, 5, "i5"), installations=3)
    assert "3 installations" in said


@pytest.mark.attack("state-copied-to-another-host")
def test_another_machine_with_a_copy_of_the_database_counts_as_another(workspace: Workspace) -> None:
    answer(workspace, asking(workspace), facts=3)
    copied = asking(workspace, 2, facts=OTHER)
    assert "is for 1 installation" in no(InstallationsTaken, workspace, copied, facts=3)
    named = asking(workspace, 3, facts={**OTHER, "host": FACTS["host"]}, serial=SERIAL)
    said = no(InstallationsTaken, workspace, named, order="A-2", facts=3)
    assert "on another machine: 1 of its facts are the same, and 3 must be" in said


def test_what_was_returned_makes_room_and_leaves_its_serial(workspace: Workspace) -> None:
    first = answer(workspace, asking(workspace))
    give_back(workspace, first)
    assert "is returned now" in no(RequestAnswered, workspace, asking(workspace))
    second = answer(workspace, asking(workspace, 2, "other"))
    assert (second.bundle.serial, second.bundle.sequence) == (SERIAL, 2)
    assert second.bundle.binding == Binding(makers.installation_id("other"), 0, {})
    no(InstallationsTaken, workspace, asking(workspace, 3))


def test_what_was_revoked_makes_room_too(workspace: Workspace) -> None:
    first = answer(workspace, asking(workspace), installations=2)
    second = answer(workspace, asking(workspace, 2, "other"), installations=2)
    keys = signer(workspace, "revocations")
    take_back(workspace, keys, who=WHO, now=NOW, confirm=True, identities=[makers.identity_of(first.token)])
    take_back(workspace, keys, who=WHO, now=NOW, confirm=True, serials=[second.bundle.serial])
    third = answer(workspace, asking(workspace, 3, "third"), installations=2)
    fourth = answer(workspace, asking(workspace, 4, "fourth"), installations=2)
    assert (third.bundle.serial, third.bundle.sequence) == (SERIAL, 2)
    assert fourth.bundle.serial == "1010000030"
    assert "is revoked now" in no(RequestAnswered, workspace, asking(workspace), installations=2)


@pytest.mark.parametrize("number", ["A-1", None])
def test_an_answer_of_a_revoked_key_is_not_handed_out_again(workspace: Workspace, number: str | None) -> None:
    answer(workspace, asking(workspace), order=number)
    revoked = revoke(workspace.state(NOW).trust, "signing-1", NOW)
    put_in_force(workspace, [revoked], NOW)
    named = "the request was answered with" if number is None else "order A-1 was issued as"
    with pytest.raises(OrderConflict, match=f"{named} acme-{SERIAL}-base-1.lic, which is no longer"):
        workspace.customers.propose_answer(asking(workspace), ordered(order=number), now=NOW)


def test_an_order_that_was_issued_is_not_answered_nor_the_other_way_round(workspace: Workspace) -> None:
    issue(workspace, order="A-1")
    assert "without a binding" in no(OrderConflict, workspace, asking(workspace))
    answer(workspace, asking(workspace), order="A-2")
    error = refused(OrderConflict, workspace.layout.folder, lambda: issue(workspace, order="A-2"))
    assert "bound to the installation" in error.message


def test_a_changed_order_of_one_number_is_refused(workspace: Workspace) -> None:
    answer(workspace, asking(workspace))
    said = no(OrderConflict, workspace, asking(workspace, 2), users={"standard": 9})
    assert "users.standard: 25 -> 9" in said


def test_an_installation_keeps_its_serial(workspace: Workspace) -> None:
    issue(workspace)
    file = answer(workspace, asking(workspace, serial=SERIAL))
    assert (file.bundle.serial, file.bundle.sequence) == (SERIAL, 2)
    more: dict[str, Any] = {"part": "more", "system": None, "users": {"report-editor": 3}, "order": "A-2"}
    added = answer(workspace, asking(workspace, 2, serial=SERIAL), **more)
    assert (added.bundle.serial, added.bundle.part) == (SERIAL, "more")
    other = asking(workspace, 3, "other", serial=SERIAL)
    said = no(InstallationsTaken, workspace, other, **{**more, "order": "A-3", "part": "third"})
    assert "bound to another installation, by acme-1010000014-base-2.lic" in said


@pytest.mark.parametrize(
    ("order", "serial", "where"),
    [
        ({"company": "Fjord"}, SERIAL, "serial"),
        ({"serial": "1010000022"}, SERIAL, "serial"),
        ({"serial": SERIAL, "installations": 2}, SERIAL, "installations"),
        ({"order": None, "installations": 2}, None, "installations"),
    ],
)
def test_an_order_must_go_with_the_request(
    workspace: Workspace, order: dict[str, Any], serial: str | None, where: str
) -> None:
    issue(workspace)
    said = no(OrderInvalid, workspace, asking(workspace, serial=serial), **order)
    assert said.startswith(f"{where}: ")


def test_a_company_that_has_another_name_now_is_named_with_its_serial(workspace: Workspace) -> None:
    issue(workspace)
    renamed = workspace.overriding("other-company")
    file = answer(renamed, asking(workspace, serial=SERIAL), serial=SERIAL, company="Fjord")
    assert (file.bundle.company, file.bundle.sequence) == ("Fjord", 2)


def test_a_trial_may_be_replaced_by_what_is_bound(workspace: Workspace) -> None:
    issue(workspace, use="trial")
    file = answer(workspace, asking(workspace, serial=SERIAL), replaces=SERIAL)
    assert (file.bundle.serial, file.bundle.replaces) == ("1010000022", [SERIAL])


@pytest.mark.parametrize(("serial", "said"), [("1010000015", "mistyped"), ("1010000022", "nothing was issued")])
def test_a_serial_that_was_never_sold_is_not_answered(workspace: Workspace, serial: str, said: str) -> None:
    assert said in no(NotIssued, workspace, asking(workspace, serial=serial))


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (WrongProduct, makers.file_of(sign(makers.request(), makers.installation_key()))),
        (SignatureInvalid, makers.file_of(makers.forged(sign(request(), makers.installation_key())))),
        (KeyUnknown, makers.file_of(sign(request(), makers.key("vendor")))),
        (UnexpectedType, makers.file_of(sign(makers.statement(), makers.installation_key()))),
        (
            UnexpectedType,
            makers.file_of(sign(request(), makers.installation_key()), sign(request(2), makers.installation_key())),
        ),
        (ArmorInvalid, "no request"),
    ],
)
def test_what_is_not_a_request_for_this_product_is_refused(
    workspace: Workspace, kind: type[LicenseError], file: str
) -> None:
    refused(kind, workspace.layout.folder, lambda: workspace.customers.read_request(file, now=NOW))


def test_an_installation_that_is_ahead_of_time_gets_a_reset_first(workspace: Workspace) -> None:
    issue(workspace)
    ahead = asking(workspace, serial=SERIAL, issued=NOW + 2 * DAY)
    assert "--reset clock" in no(IssuedAhead, workspace, ahead)
    assert reset(workspace, ahead).reset.issued == NOW
    answer(workspace, asking(workspace, 2, serial=SERIAL, issued=NOW + DAY))


def test_nothing_is_answered_without_a_key(workspace: Workspace) -> None:
    asked = asking(workspace)
    refused(
        KeyMissing,
        workspace.layout.folder,
        lambda: workspace.customers.propose_answer(asked, ordered(), now=NOW).sign(None, who=WHO),
    )


def reset(workspace: Workspace, asked: VerifiedRequest, what: ResetWhat = ResetWhat.CLOCK) -> Any:
    """Sign a reset."""
    keys = signer(workspace, "reset")
    return workspace.customers.propose_reset(asked, what, now=NOW, reason="a broken clock").sign(keys, who=WHO)


def test_a_reset_is_for_the_installation_that_asks_and_is_signed_once(workspace: Workspace) -> None:
    issue(workspace)
    asked = asking(workspace, serial=SERIAL)
    assert not workspace.customers.propose_reset(asked, ResetWhat.CLOCK, now=NOW).is_done
    file = reset(workspace, asked)
    [token] = armor.read(file.data)
    signed = verify_signed(token, Reset, workspace.state(NOW).trust_store.trust, NOW).document
    assert (signed.installation, signed.what, signed.issued) == (makers.installation_id(), ResetWhat.CLOCK, NOW)
    assert signed.nonce == asked.document.nonce
    assert file.name == f"acme-{makers.installation_id().hex()[:8]}-clock.lic"
    before = workspace.ledger.count_entries()
    again = workspace.customers.propose_reset(asked, ResetWhat.CLOCK, now=NOW).sign(None, who=WHO)
    assert (again.token, again.is_repeated) == (token, True)
    assert workspace.customers.propose_reset(asked, ResetWhat.CLOCK, now=NOW).is_done
    assert workspace.ledger.count_entries() == before
    with workspace.database.read() as ledger:
        last = entry(ledger, before)
    assert (last.request, last.note) == (asked.identity, "a broken clock")


def test_a_request_is_answered_with_one_thing(workspace: Workspace) -> None:
    issue(workspace)
    by_reset = asking(workspace, serial=SERIAL)
    reset(workspace, by_reset)
    folder = workspace.layout.folder
    refused(RequestAnswered, folder, lambda: reset(workspace, by_reset, ResetWhat.RESTORE))
    assert "a reset (clock)" in no(RequestAnswered, workspace, by_reset)
    by_license = asking(workspace, 2, serial=SERIAL)
    answer(workspace, by_license)
    refused(RequestAnswered, folder, lambda: reset(workspace, by_license))


def test_only_what_is_known_is_reset(workspace: Workspace) -> None:
    issue(workspace)
    folder = workspace.layout.folder
    for serial, kind in (("1010000022", NotIssued), (None, ExchangeFileRefused)):
        asked = asking(workspace, serial=serial)
        refused(kind, folder, partial(reset, workspace, asked))
    answer(workspace, asking(workspace, 2, serial=SERIAL))
    other = asking(workspace, 3, "other", serial=SERIAL)
    refused(ExchangeFileRefused, folder, lambda: reset(workspace, other))
    assert reset(workspace, asking(workspace, 4)).reset.what is ResetWhat.CLOCK


def test_a_reset_needs_a_key(workspace: Workspace) -> None:
    issue(workspace)
    asked = asking(workspace, serial=SERIAL)
    refused(
        KeyMissing,
        workspace.layout.folder,
        lambda: workspace.customers.propose_reset(asked, ResetWhat.CLOCK, now=NOW).sign(None, who=WHO),
    )


def test_every_bundle_of_one_installation_keeps_its_standing(workspace: Workspace) -> None:
    for n in (1, 2):
        answer(workspace, asking(workspace, n, f"i{n}"), installations=2)
    with workspace.database.read() as ledger:
        assert [one.state for serial in (SERIAL, "1010000022") for one in bundles.of_serial(ledger, serial)] == [
            "active",
            "active",
        ]


def test_a_third_party_answers_for_the_vendors_serial_and_resets_nothing(workspace: Workspace, tmp_path: Path) -> None:
    with partner_of(workspace, tmp_path / "partner") as partner:
        sold: dict[str, Any] = {"system": None, "users": {"standard": 3}, "sites": None}
        asked = asking(partner, serial=SERIAL)
        file = answer(partner, asked, **sold)
        assert (file.bundle.issuer, file.bundle.serial) == ("fjord", SERIAL)
        assert "serial" in no(OrderInvalid, partner, asking(partner, 2), order="A-2", **sold)
        error = refused(VendorOnly, partner.layout.folder, lambda: reset(partner, asking(partner, 3)))
        assert "only the vendor" in error.message


def test_of_two_who_ask_at_one_time_for_the_last_place_one_gets_it(workspace: Workspace) -> None:
    keys = signer(workspace)
    asked = [asking(workspace, n, f"i{n}") for n in range(6)]
    start = Barrier(len(asked))

    def ask(one: VerifiedRequest) -> LicenseFile | LicenseError:
        start.wait()
        try:
            return workspace.customers.propose_answer(one, ordered(order="A-1"), now=NOW).sign(keys, who=WHO)
        except LicenseError as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool:
        given = list(pool.map(ask, asked))
    files = [one for one in given if isinstance(one, LicenseFile)]
    assert len(files) == 1
    assert {type(one) for one in given} == {LicenseFile, InstallationsTaken}
