"""Receipts and statements are believed from the installation that the record names, once each."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import (
    BundleRevoked,
    ConfirmationNeeded,
    ExchangeFileRefused,
    IssuedAhead,
    KeyMissing,
    KeyUnknown,
    LicenseError,
    NotIssued,
    NotReinstated,
    SignatureInvalid,
    UnexpectedType,
)
from licensekit.issuer.exchange.customers import Received
from licensekit.issuer.exchange.usage import UsageReport
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.exchange_files import History
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.proposal import HistoryDoubtful, MoreInUse
from licensekit.issuer.workspace import Workspace
from licensekit.keys.verifying import sha256
from licensekit.limits import VERSION
from licensekit.trust.pack import open_pack
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire.armor import Token
from licensekit.wire.documents import LowestOfUses, ResetWhat, Usage, Use
from tests import makers
from tests.partners import partner_of
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, ordered, refused, signer, take_back


def at(n: int) -> bytes:
    """Return the head of an audit log after this many exchange files."""
    return sha256(b"head %d" % n)


def placed(n: int, follows: int | None) -> dict[str, Any]:
    """Return the audit head of a paper, and the one in the paper before."""
    return {
        "audit_head": at(n),
        "extensions": {} if follows is None else {"follows": at(follows).hex()},
        "issued": NOW + n,
    }


def request(n: int = 0, follows: int | None = None, name: str = "installation", **more: Any) -> str:
    """Return a signed request."""
    told = {"product": "acme", "serial": None, "nonce": bytes([n] * 16), **placed(n, follows)}
    return makers.file_of(sign(makers.request(**{**told, **more}), makers.installation_key(name)))


def receipt(file: LicenseFile, n: int = 9, follows: int | None = 0, name: str = "installation", **more: Any) -> str:
    """Return a signed receipt for a bundle."""
    answered = file.bundle.extensions.get("request")
    nonce = bytes.fromhex(answered) if isinstance(answered, str) else None
    told = {"identity": makers.identity_of(file.token), "nonce": nonce, **placed(n, follows)}
    return makers.file_of(sign(makers.receipt(**{**told, **more}), makers.installation_key(name)))


def statement(n: int = 1, follows: int | None = 0, name: str = "installation", **more: Any) -> str:
    """Return a signed statement: 20 of the 25 are in use."""
    told = {"serial": SERIAL, "usage": {"standard": Usage(20, 25)}, **placed(n, follows)}
    return makers.file_of(sign(makers.statement(**{**told, **more}), makers.installation_key(name)))


def accept(workspace: Workspace, data: str, **how: Any) -> Received:
    """Enter what an installation has sent."""
    keys = signer(workspace, "revocations")
    return workspace.customers.propose_accept(data, now=NOW).sign(keys, who=WHO, **how)


def no(kind: type[LicenseError], workspace: Workspace, data: str) -> str:
    """Check that neither looking nor entering works, and nothing is in the ledger; say why."""
    folder, before = workspace.layout.folder, workspace.ledger.count_entries()
    looked = refused(kind, folder, lambda: workspace.customers.propose_accept(data, now=NOW))
    for how in ({}, {"confirm": True}):
        error = refused(kind, folder, partial(accept, workspace, data, **how))
        assert str(looked) == str(error)
    assert workspace.ledger.count_entries() == before
    return str(looked)


def standings(workspace: Workspace) -> list[str]:
    """Return how the bundles of the first serial stand."""
    with workspace.database.read() as ledger:
        return [one.state for one in bundles.of_serial(ledger, SERIAL)]


@pytest.fixture
def bound(workspace: Workspace) -> LicenseFile:
    """The answer to the first request of an installation."""
    asked = workspace.customers.read_request(request(), now=NOW)
    return workspace.customers.propose_answer(asked, ordered(), now=NOW).sign(signer(workspace), who=WHO)


def test_a_return_is_entered_and_its_bundle_is_taken_back(workspace: Workspace, bound: LicenseFile) -> None:
    received = accept(workspace, receipt(bound))
    assert [one.token for one in received.returned] == [bound.token]
    assert received.installations == (makers.installation_id(),)
    assert standings(workspace) == ["returned"]
    pack = open_pack(workspace.layout.pack("acme").read_bytes(), workspace.state(NOW).pin)
    with pytest.raises(BundleRevoked):
        verify_bundle(bound.token, pack.trust, NOW)


@pytest.mark.attack("forged-receipt")
def test_a_receipt_twice_is_refused_and_changes_nothing(workspace: Workspace, bound: LicenseFile) -> None:
    accept(workspace, receipt(bound))
    said = no(ExchangeFileRefused, workspace, receipt(bound))
    assert "as entry 6 of the ledger, on 2027-01-01T01:00:00Z" in said
    accept(workspace, statement())
    assert "2 documents were" in no(ExchangeFileRefused, workspace, receipt(bound) + statement())
    other = no(ExchangeFileRefused, workspace, receipt(bound, 10, 9))
    assert "returned before, by entry 6" in other


def test_a_return_counts_whatever_time_it_was(workspace: Workspace, bound: LicenseFile) -> None:
    assert accept(workspace, receipt(bound, issued=NOW + 99 * DAY)).returned


def test_what_is_known_is_passed_over_beside_what_is_new(workspace: Workspace, bound: LicenseFile) -> None:
    accept(workspace, statement())
    received = accept(workspace, statement() + receipt(bound) + receipt(bound))
    assert (len(received.returned), len(received.statements), received.known) == (1, 0, 1)


def test_what_is_returned_of_a_revoked_serial_stays_away_if_the_serial_is_reinstated(
    workspace: Workspace, bound: LicenseFile
) -> None:
    key = signer(workspace, "revocations")
    take_back(workspace, key, who=WHO, now=NOW, confirm=True, serials=[SERIAL])
    accept(workspace, receipt(bound))
    assert standings(workspace) == ["revoked"]
    shown = workspace.propose_reinstate(now=NOW, serials=[SERIAL])
    assert [one.reason for one in shown.consequences] == ["stays"]
    shown.sign(key, who=WHO, confirm=True)
    assert standings(workspace) == ["revoked"]
    with pytest.raises(NotReinstated, match="was returned"):
        workspace.propose_reinstate(now=NOW, identities=[makers.identity_of(bound.token)])


def test_what_was_replaced_can_be_returned_and_what_replaced_it_stays(workspace: Workspace, bound: LicenseFile) -> None:
    workspace.change(renewal(SERIAL, days=9), signer(workspace), who=WHO, now=NOW, confirm=True)
    received = accept(workspace, receipt(bound))
    assert [one.state for one in received.returned] == ["replaced"]
    assert standings(workspace) == ["returned", "active"]


def test_a_return_takes_every_earlier_sequence_back_as_well(workspace: Workspace, bound: LicenseFile) -> None:
    asked = renewal(SERIAL, days=9)
    renewed = workspace.change(asked, signer(workspace), who=WHO, now=NOW, confirm=True)
    more = issue(workspace, serial=SERIAL, part="more", users={"standard": 1})
    accept(workspace, receipt(renewed))
    assert standings(workspace) == ["revoked", "returned", "active"]
    trust = workspace.state(NOW).trust_store.trust
    for gone in (bound, renewed):
        with pytest.raises(BundleRevoked):
            verify_bundle(gone.token, trust, NOW)
    accept(workspace, receipt(more, 10, 9), confirm=True)
    lists = workspace.state(NOW).last_list
    assert lists is not None
    assert (lists.number, lists.lowest, lists.identities) == (
        2,
        {SERIAL: {"base": LowestOfUses(3, None, None), "more": LowestOfUses(2, None, None)}},
        [],
    )
    asked_anew = workspace.customers.read_request(request(11, None, "other"), now=NOW)
    anew = workspace.customers.propose_answer(asked_anew, ordered(serial=SERIAL), now=NOW).sign(
        signer(workspace), who=WHO
    )
    verified = verify_bundle(anew.token, workspace.state(NOW).trust_store.trust, NOW)
    assert verified.document.sequence == 3


def test_a_return_of_the_highest_sequence_takes_it_back_by_its_identity(workspace: Workspace) -> None:
    """No list can say that only a higher one counts."""
    before, last = (issue(workspace.overriding("unknown-serial"), sequence=n, serial=SERIAL) for n in (7, VERSION))
    accept(workspace, receipt(before), confirm=True)
    received = accept(workspace, receipt(last, 10, 9), confirm=True)
    assert received.to_revoke == ((SERIAL, "base", Use.PRODUCTION, VERSION),)
    assert standings(workspace) == ["returned", "returned"]
    trust = workspace.state(NOW).trust_store.trust
    for gone in (before, last):
        with pytest.raises(BundleRevoked):
            verify_bundle(gone.token, trust, NOW)


def test_the_highest_sequence_needs_no_key_to_be_returned_once_it_is_taken_back(workspace: Workspace) -> None:
    below, last = (
        issue(workspace.overriding("unknown-serial"), sequence=n, serial=SERIAL) for n in (VERSION - 1, VERSION)
    )
    accept(workspace, receipt(below), confirm=True)
    take_back(
        workspace,
        signer(workspace, "revocations"),
        who=WHO,
        now=NOW,
        confirm=True,
        identities=[makers.identity_of(last.token)],
    )
    data = receipt(last, 10, 9)
    received = workspace.customers.propose_accept(data, now=NOW).sign(None, who=WHO, confirm=True)
    assert received.to_revoke == ()


def test_a_return_needs_a_key_and_a_statement_does_not(workspace: Workspace, bound: LicenseFile) -> None:
    refused(
        KeyMissing,
        workspace.layout.folder,
        lambda: workspace.customers.propose_accept(receipt(bound), now=NOW).sign(None, who=WHO),
    )
    assert workspace.customers.propose_accept(statement(), now=NOW).sign(None, who=WHO).statements


@pytest.mark.attack("forged-receipt")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "other"}, "not signed by the installation that 1010000014 base 1"),
        ({"nonce": None}, "different request"),
        ({"nonce": bytes([7] * 16)}, "different request"),
    ],
)
def test_only_the_installation_that_has_it_returns_a_bound_bundle(
    workspace: Workspace, bound: LicenseFile, changes: dict[str, Any], said: str
) -> None:
    assert said in no(ExchangeFileRefused, workspace, receipt(bound, **changes))


def test_the_return_of_what_is_bound_to_nobody_is_taken_only_if_it_is_meant(workspace: Workspace) -> None:
    file = issue(workspace)
    data, folder = receipt(file, 1, None), workspace.layout.folder
    error = refused(ConfirmationNeeded, folder, lambda: accept(workspace, data))
    assert [one.code for one in error.needs_confirmation] == ["unbound-return"]
    proposal, key = (workspace.customers.propose_accept(data, now=NOW), signer(workspace, "revocations"))
    refused(ConfirmationNeeded, folder, lambda: proposal.sign(key, who=WHO))
    accept(workspace, data, confirm=True)
    assert standings(workspace) == ["returned"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (NotIssued, makers.file_of(sign(makers.receipt(), makers.installation_key()))),
        (NotIssued, statement(serial="1010000022")),
        (NotIssued, statement(serial="1010000015")),
        (ExchangeFileRefused, statement(name="other")),
        (IssuedAhead, statement(issued=NOW + 2 * DAY)),
        (UnexpectedType, request(5, 0)),
        (UnexpectedType, makers.file_of(makers.first_root())),
        (KeyUnknown, makers.file_of(sign(makers.receipt(), makers.key("vendor")))),
        (SignatureInvalid, makers.file_of(makers.forged(sign(makers.statement(), makers.installation_key())))),
    ],
)
@pytest.mark.usefixtures("bound")
def test_what_is_not_an_exchange_file_of_ours_is_refused(
    workspace: Workspace, kind: type[LicenseError], data: str
) -> None:
    no(kind, workspace, data)


def test_one_paper_that_is_refused_keeps_the_others_out(workspace: Workspace, bound: LicenseFile) -> None:
    no(ExchangeFileRefused, workspace, receipt(bound) + statement(name="other"))


def usage(workspace: Workspace) -> dict[str, tuple[Any, ...]]:
    """Return what was sold, in use and free of each license of the first serial, and its state."""
    rows = next(workspace.ledger.usage(SERIAL, now=NOW)).rows
    return {row.license: (row.sold, row.in_use, row.free, row.state) for row in rows}


def test_what_was_sold_is_held_against_what_is_in_use(workspace: Workspace) -> None:
    issue(workspace, users={"standard": 25, "user": 3}, sites={"branch": 2})
    issue(workspace, serial=SERIAL, part="more", system=None, users={"standard": 5})
    issue(workspace, serial=SERIAL, part="all", system=None, users={"user": "unrestricted"})
    assert usage(workspace) == {
        "branch": (2, None, None, "unstated"),
        "standard": (30, None, None, "unstated"),
        "user": (None, None, None, "unrestricted"),
    }
    told = {
        "standard": Usage(31, 30),
        "branch": Usage(2, 2),
        "professional": Usage(1, 0),
        "archive": Usage(0, 0),
        "server": Usage(0, 1),
        "fjord.maps": Usage(7, 7),
        "gone": Usage(2, 2),
    }
    accept(workspace, statement(usage=told))
    assert usage(workspace) == {
        "branch": (2, 2, 0, "even"),
        "standard": (30, 31, -1, "over"),
        "user": (None, 0, None, "unrestricted"),
        "gone": (0, 2, -2, "over"),
        "professional": (0, 1, -1, "over"),
    }


def test_meters_are_compared_with_what_was_sold_for_a_period(workspace: Workspace) -> None:
    """An order may always sell less of one: nobody has anything to release."""
    catalog = workspace.layout.catalog
    meters = (
        '[licenses.calls]\nkind = "system"\nname = "Calls"\nquantity = "calls"\nper = "month"\n',
        '[licenses.renders]\nkind = "system"\nname = "Renders"\nquantity = "renders"\nper = "term"\n',
    )
    catalog.write_text("\n".join([catalog.read_text(), *meters]))
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO, confirm=True)
    issue(workspace, users=None, system={"calls": 100, "server": True})
    issue(workspace, users=None, serial=SERIAL, part="more", system={"calls": 50})
    told = {"calls": Usage(120, 150), "renders": Usage(7, 9), "server": Usage(0, 1)}
    accept(workspace, statement(usage=told))
    assert usage(workspace) == {"calls": (150, 120, 30, "under"), "renders": (0, 7, -7, "over")}
    report = next(workspace.ledger.usage(SERIAL, now=NOW))
    assert [(row["license"], row["kind"], row["per"]) for row in report.plain()] == [
        ("calls", "system", "month"),
        ("renders", "system", "term"),
    ]
    less = workspace.propose_change(amendment(SERIAL, {"system.calls": 10}), now=NOW)
    assert less.warnings == ()


def test_the_newest_statement_counts_whenever_it_comes(workspace: Workspace) -> None:
    issue(workspace)
    accept(workspace, statement(3, 1, usage={"standard": Usage(25, 25)}))
    accept(workspace, statement(1, None))
    report = next(workspace.ledger.usage(SERIAL, now=NOW))
    assert (report.company, report.stated, report.installation, report.installations) == (
        "Nordlys Kraft AS",
        NOW + 3,
        makers.installation_id(),
        1,
    )
    assert usage(workspace) == {"standard": (25, 25, 0, "even")}
    accept(workspace, statement(4, 3))
    assert usage(workspace) == {"standard": (25, 20, 5, "under")}


def test_usage_is_of_every_serial_that_stated_something(workspace: Workspace) -> None:
    for company in ("A", "B", "C"):
        issue(workspace, company=company)
    accept(workspace, statement(1, None, "c", serial="1010000030"))
    accept(workspace, statement(1, None, "a"))
    found: Iterator[UsageReport] = workspace.ledger.usage(now=NOW)
    assert [(report.serial, report.company) for report in found] == [(SERIAL, "A"), ("1010000030", "C")]
    with pytest.raises(NotIssued):
        next(workspace.ledger.usage("1010000048", now=NOW))


def test_a_serial_that_two_installations_use_shows(workspace: Workspace) -> None:
    issue(workspace)
    for name in ("one", "two"):
        accept(workspace, statement(1, None, name))
    report = next(workspace.ledger.usage(SERIAL, now=NOW))
    assert report.installations == 2
    assert report.warnings == (HistoryDoubtful(reason="several", count=2),)


def test_usage_can_be_asked_for_in_one_state(workspace: Workspace) -> None:
    """The report stays what it is beside; only its rows are fewer."""
    issue(workspace, users={"standard": 25, "user": 3})
    accept(workspace, statement(usage={"standard": Usage(31, 30), "user": Usage(1, 1)}))
    report = next(workspace.ledger.usage(SERIAL, now=NOW))
    over = report.only("over")
    assert [row.license for row in over.rows] == ["standard"]
    assert over._replace(rows=report.rows) == report
    assert report.only("even").rows == ()


def test_a_serial_that_moved_is_used_by_one_installation(workspace: Workspace, bound: LicenseFile) -> None:
    accept(workspace, statement(1, 0))
    accept(workspace, receipt(bound, 2, 1))
    asked = workspace.customers.read_request(request(3, None, "other"), now=NOW)
    workspace.customers.propose_answer(asked, ordered(serial=SERIAL), now=NOW).sign(signer(workspace), who=WHO)
    accept(workspace, statement(4, 3, "other"))
    assert next(workspace.ledger.usage(SERIAL, now=NOW)).installations == 1


def test_a_third_party_sees_the_use_of_its_own_licenses(workspace: Workspace, tmp_path: Path) -> None:
    with partner_of(workspace, tmp_path / "partner") as partner:
        key_for = partial(signer, partner)
        draft = ordered(serial=SERIAL, system=None, users={"standard": 3})
        partner.issue(draft, key_for(), who=WHO, now=NOW)
        told = {"fjord.standard": Usage(4, 3), "standard": Usage(20, 25)}
        accept(partner, statement(1, None, usage=told))
        rows = next(partner.ledger.usage(SERIAL, now=NOW)).rows
        assert [(row.license, row.sold, row.in_use) for row in rows] == [("standard", 3, 4)]


def test_a_reduction_below_what_is_in_use_is_reported_and_not_refused(workspace: Workspace) -> None:
    issue(workspace, users={"standard": 25, "user": "unrestricted"}, sites={"branch": 2})
    issue(workspace, serial=SERIAL, part="more", system=None, users={"standard": 3})

    def short(sets: dict[str, object]) -> list[tuple[str, int, int]]:
        warnings = workspace.propose_change(amendment(SERIAL, sets), now=NOW).warnings
        return [(one.license, one.sold, one.missing) for one in warnings if isinstance(one, MoreInUse)]

    assert short({"standard": 1}) == []
    told = {"standard": Usage(20, 28), "user": Usage(9, None), "professional": Usage(1, 0)}
    accept(workspace, statement(1, None, usage=told))
    assert short({"standard": 17}) == []
    assert short({"standard": 16, "branch": 1}) == [("standard", 19, 1)]
    assert short({"standard": None, "user": 4}) == [("standard", 3, 17), ("user", 4, 5)]


def exchange_files(workspace: Workspace, *told: tuple[int, int | None]) -> History:
    """Enter statements, each with its head and the one it follows on; say what they show."""
    issue(workspace)
    for n, follows in told:
        accept(workspace, statement(n, follows))
    return workspace.ledger.history(makers.installation_id())


@pytest.mark.attack("forged-receipt")
@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ([], History.WHOLE),
        ([(1, None), (2, 1), (3, 2)], History.WHOLE),
        ([(3, 2), (1, None), (2, 1)], History.WHOLE),
        ([(1, None), (3, 2)], History.INCOMPLETE),
        ([(2, 1)], History.INCOMPLETE),
        ([(1, None), (2, 1), (3, 1)], History.FORKED),
        ([(1, None), (2, None)], History.FORKED),
        ([(2, 1), (3, 1)], History.FORKED),
        ([(1, None), (2, 1), (4, 3), (5, 3)], History.FORKED),
    ],
)
def test_papers_that_do_not_follow_on_one_another_show_a_rewritten_history(
    workspace: Workspace, told: list[tuple[int, int | None]], shown: History
) -> None:
    assert exchange_files(workspace, *told) is shown
    warning = HistoryDoubtful(reason="forked", installation=makers.installation_id())
    warnings = (warning,) if shown is History.FORKED else ()
    assert workspace.ledger.warnings_about([makers.installation_id(), makers.installation_id("another")]) == warnings
    assert next(workspace.ledger.usage(SERIAL, now=NOW)).warnings == warnings


@pytest.mark.attack("state-copied-to-another-host")
def test_one_head_in_two_papers_shows_a_copy(workspace: Workspace) -> None:
    issue(workspace)
    accept(workspace, statement(1, None))
    accept(workspace, statement(1, 0, issued=NOW + 5))
    assert workspace.ledger.history(makers.installation_id()) is History.FORKED


@pytest.mark.parametrize(("what", "shown"), [(ResetWhat.RESTORE, History.WHOLE), (ResetWhat.CLOCK, History.FORKED)])
def test_a_reset_of_a_restored_backup_accounts_for_its_branch(
    workspace: Workspace, what: ResetWhat, shown: History
) -> None:
    assert exchange_files(workspace, (1, None), (2, 1)) is History.WHOLE
    asked = workspace.customers.read_request(request(3, 1, serial=SERIAL), now=NOW)
    workspace.customers.propose_reset(asked, what, now=NOW).sign(signer(workspace, "reset"), who=WHO)
    assert workspace.ledger.history(makers.installation_id()) is shown
    accept(workspace, statement(4, 3))
    assert workspace.ledger.history(makers.installation_id()) is shown
    accept(workspace, statement(5, 1))
    assert workspace.ledger.history(makers.installation_id()) is History.FORKED


def test_a_request_that_a_license_answers_accounts_for_nothing(workspace: Workspace, bound: LicenseFile) -> None:
    assert bound.bundle.serial == SERIAL
    accept(workspace, statement(1, None))
    assert workspace.ledger.history(makers.installation_id()) is History.FORKED


def test_a_token_is_one_paper(workspace: Workspace, bound: LicenseFile) -> None:
    token: Token = bound.token
    no(UnexpectedType, workspace, makers.file_of(token))
