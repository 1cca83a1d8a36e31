"""Support asks by file or name, and learns what the document is worth and what to send."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer.keys.changes import Permission, admit, revoke
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.support import SupportCase
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire.documents import Request
from tests import makers
from tests.partners import partner_of, put_in_force
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, ordered, signer

COMPANY: Final = "Nordlys Kraft AS"
LATER: Final = NOW + 9
BASE: Final = f"{SERIAL}-base"


def renew(workspace: Workspace, now: int = LATER, **asked: Any) -> LicenseFile:
    """Renew the base of the serial by a year."""
    asked = {"days": 365, **asked}
    return workspace.change(renewal(SERIAL, **asked), signer(workspace, now=now), who=WHO, now=now, confirm=True)


def taken(action: str, workspace: Workspace, bundle: str | None = None) -> None:
    """Take the serial back, or one bundle, or give it again."""
    named: dict[str, Any] = {"serials": [SERIAL]}
    if bundle is not None:
        named = {"identities": [workspace.ledger.bundle(bundle).identity]}
    proposal = getattr(workspace, f"propose_{action}")(**named, now=LATER, reason="unpaid")
    proposal.sign(signer(workspace, "revocations", LATER), who=WHO, confirm=True)


def request(number: int = 1, **changes: Any) -> Request:
    """Return a request of an installation."""
    told = {"product": "acme", "serial": None, "nonce": bytes([number] * 16), "audit_head": bytes([number] * 32)}
    return makers.request(**{**told, "issued": NOW, **changes})


def sent(document: Any) -> bytes:
    """Return the file of what an installation signs."""
    return makers.file_of(sign(document, makers.installation_key("installation"))).encode()


def answer(workspace: Workspace, number: int = 1) -> LicenseFile:
    """Answer a request with the order of number A-1."""
    asked = workspace.customers.read_request(sent(request(number)), now=NOW)
    draft = ordered(order="A-1")
    return workspace.customers.propose_answer(asked, draft, now=NOW).sign(signer(workspace), who=WHO)


def give_back(workspace: Workspace, file: LicenseFile) -> bytes:
    """Enter the receipt of a bundle, and return it."""
    data = sent(makers.receipt(identity=makers.identity_of(file.token), nonce=None, audit_head=bytes(32), issued=NOW))
    proposal = workspace.customers.propose_accept(data, now=LATER)
    proposal.sign(signer(workspace, "revocations", LATER), who=WHO, confirm=True)
    return data


def second_key(workspace: Workspace) -> SigningKey:
    """Admit another key to sign bundles."""
    second = makers.key("second")
    permission = Permission("acme")
    put_in_force(workspace, [admit(workspace.state(NOW).trust, second.verifying_key, "second", permission, NOW)], NOW)
    return second


def lose_key(workspace: Workspace, *, reissued: bool) -> None:
    """Revoke the key that has signed everything, and before that sign it again."""
    second = second_key(workspace)
    if reissued:
        list(workspace.propose_reissue("signing-1", now=NOW).sign(second, who=WHO))
    put_in_force(workspace, [revoke(workspace.state(NOW).trust, "signing-1", NOW)], NOW)


def altered(file: LicenseFile) -> bytes:
    """Return a file whose customer has changed a count in it."""
    more = sign(makers.changed(file.bundle, users={"standard": 999}), makers.key("vendor"))
    return makers.file_of(makers.spliced(more, file.token)).encode()


@dataclass(frozen=True)
class Asked:
    """What somebody asks about, and the verdict."""

    made: Callable[[Workspace], str | bytes]
    reason: str
    send: str | None = None
    days: int = 1
    """When it is asked, in days after the bundle was issued."""


def old(workspace: Workspace) -> bytes:
    first = issue(workspace)
    renew(workspace)
    return first.data


def early(workspace: Workspace) -> bytes:
    """Issue a renewal that starts when the first bundle has ended; return the first file."""
    first = issue(workspace)
    issue(workspace, starts="2027-12-01", days=100, serial=SERIAL)
    return first.data


def merged(workspace: Workspace) -> bytes:
    first = issue(workspace)
    issue(workspace, replaces=SERIAL)
    return first.data


def made(*acts: Callable[[Workspace], object]) -> Callable[[Workspace], bytes]:
    """Return the file of a bundle to which something was done."""

    def done(workspace: Workspace) -> bytes:
        first = issue(workspace, order="A-1")
        for act in acts:
            act(workspace)
        return first.data

    return done


def by(name: str, *acts: Callable[[Workspace], object]) -> Callable[[Workspace], str]:
    """Return a name of the same."""
    return lambda workspace: (made(*acts)(workspace), name)[1]


def answered_and_revoked(workspace: Workspace) -> bytes:
    answer(workspace)
    taken("revoke", workspace)
    return sent(request())


def elsewhere(workspace: Workspace) -> bytes:
    with partner_of(workspace, workspace.layout.folder.parent / "fjord") as partner:
        return issue(partner, serial="F-1", system={"server": True}, users=None).data


def unknown_to_it(workspace: Workspace) -> bytes:
    """Return a bundle that is signed with a key of the workspace and is not in the ledger, as after a restore."""
    token = sign(makers.bundle(issuer="acme", product="acme", serial="S-1", issued=NOW), signer(workspace))
    return makers.file_of(token).encode()


ASKED: Final[dict[str, Asked]] = {
    "the newest file": Asked(made(), "works", f"{BASE}-1"),
    "its serial": Asked(by(SERIAL), "works", f"{BASE}-1"),
    "its order": Asked(by("A-1"), "works", f"{BASE}-1"),
    "its name": Asked(by(f"{BASE}-1"), "works", f"{BASE}-1"),
    "its name with spaces": Asked(by(f"{SERIAL} base 1"), "works", f"{BASE}-1"),
    "its file's name": Asked(by(f"acme-{BASE}-1.lic"), "works", f"{BASE}-1"),
    "its entry": Asked(by("4"), "works", f"{BASE}-1"),
    "its customer": Asked(by("nordlys"), "works", f"{BASE}-1"),
    "a file that was renewed": Asked(old, "replaced", f"{BASE}-2"),
    "the order of what was renewed": Asked(by("A-1", renew), "replaced", f"{BASE}-2"),
    "the serial of what was renewed": Asked(by(SERIAL, renew), "works", f"{BASE}-2"),
    "a renewal waits": Asked(early, "until-next", f"{BASE}-2"),
    "a serial that was replaced": Asked(merged, "replaced", "1010000022-base-1"),
    "before its start": Asked(lambda w: issue(w, starts="2027-06-01").data, "pending"),
    "in grace": Asked(lambda w: issue(w, grace_days=30).data, "grace", days=370),
    "after its end": Asked(made(), "expired", days=500),
    "replaced by what was revoked": Asked(made(renew, lambda w: taken("revoke", w, f"{BASE}-2")), "gone"),
    "answered with what was revoked": Asked(answered_and_revoked, "revoked"),
    "suspended": Asked(made(lambda w: taken("suspend", w)), "suspended"),
    "revoked": Asked(by(SERIAL, lambda w: taken("revoke", w)), "revoked"),
    "void": Asked(made(lambda w: taken("void", w)), "void"),
    "reinstated": Asked(made(lambda w: taken("suspend", w), lambda w: taken("reinstate", w)), "works", f"{BASE}-1"),
    "returned": Asked(lambda w: (file := issue(w), give_back(w, file))[0].data, "returned"),
    "by a key that was lost": Asked(made(lambda w: lose_key(w, reissued=False)), "key-revoked"),
    "signed again": Asked(made(lambda w: lose_key(w, reissued=True)), "signed-again", f"{BASE}-1"),
    "the order of what was signed again": Asked(by("A-1", lambda w: lose_key(w, reissued=True)), "works", f"{BASE}-1"),
    "altered": Asked(lambda w: altered(issue(w)), "refused", f"{BASE}-1"),
    "cut off": Asked(lambda w: issue(w).data[:-40], "damaged"),
    "a mail": Asked(lambda w: b"Hello,\n\n> " + issue(w).data + b"\nit does not work!", "works", f"{BASE}-1"),
    "of another product": Asked(
        lambda w: makers.file_of(sign(makers.bundle(product="other"), signer(w))).encode(), "refused"
    ),
    "of a partner": Asked(elsewhere, "elsewhere"),
    "lost by the ledger": Asked(unknown_to_it, "lost"),
    "no license": Asked(lambda w: w.state(NOW).pack, "document"),
    "a request": Asked(lambda _: sent(request()), "asked"),
    "a request for another product": Asked(lambda _: sent(request(product="other")), "refused"),
    "an answered request": Asked(lambda w: (answer(w), sent(request()))[1], "answered", f"{BASE}-1"),
    "its identity": Asked(
        lambda w: (answer(w), makers.identity_of(sign(request(), makers.installation_key("installation"))).hex())[1],
        "answered",
        f"{BASE}-1",
    ),
    "a receipt": Asked(lambda w: give_back(w, issue(w)), "entered"),
    "a receipt that was not entered": Asked(lambda _: sent(makers.receipt(issued=NOW)), "to-accept"),
}


def case_of(workspace: Workspace, asked: str | bytes, now: int = LATER) -> SupportCase:
    """Return the one case that a question has."""
    [case] = workspace.ledger.explain(asked, now=now)
    return case


@pytest.mark.parametrize("name", ASKED)
def test_a_question_has_a_verdict_and_what_to_send(workspace: Workspace, name: str) -> None:
    asked = ASKED[name]
    case = case_of(workspace, asked.made(workspace), NOW + asked.days * DAY)
    verdict = case.verdict
    assert (verdict.reason, verdict.send or None) == (asked.reason, asked.send), verdict.message
    assert "{" not in f"{verdict.message} {verdict.hint} {verdict.remedy}"
    assert "None" not in f"{verdict.message} {verdict.hint} {verdict.remedy}"
    assert case.plain()["works"] is verdict.works
    if verdict.send:
        [(file, _)] = workspace.ledger.files(verdict.send, now=LATER)
        assert file.bundle.name == verdict.send


@pytest.mark.parametrize("name", ["1010000015", "1010000048", "A-9", "nobody", f"{BASE}-9", "99"])
def test_what_nobody_knows_is_missed(workspace: Workspace, name: str) -> None:
    issue(workspace)
    for ask in (workspace.ledger.explain, workspace.ledger.files):
        with pytest.raises(NotIssued) as caught:
            ask(name, now=NOW)
        assert ("mistyped" in str(caught.value)) is (name == "1010000015" and ask == workspace.ledger.explain)


def test_each_part_of_a_serial_is_a_question_of_its_own(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL, part="more", system=None, users={"report-editor": 3})
    renew(workspace)
    cases = workspace.ledger.explain(SERIAL, now=LATER)
    assert [one.verdict.what for one in cases] == [f"{BASE}-2", f"{SERIAL}-more-1"]
    assert all(one.verdict.works for one in cases)
    assert [file.bundle.name for file, _ in workspace.ledger.files(SERIAL, now=LATER)] == [
        f"{BASE}-2",
        f"{SERIAL}-more-1",
    ]


def test_several_customers_of_a_name_are_named(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, company="Nordlys Vind AS")
    with pytest.raises(NotIssued) as caught:
        workspace.ledger.explain("nordlys", now=NOW)
    assert caught.value.parts == (COMPANY, "Nordlys Vind AS")


def test_a_case_has_what_the_customer_sees(workspace: Workspace) -> None:
    case = case_of(workspace, issue(workspace, grace_days=30).data, NOW + 370 * DAY)
    assert case.summary is not None
    assert case.summary.reason == "grace"
    assert [one.code for one in case.notices] == ["grace"]
    assert case.access == {"reports": "read", "server": "full", "standard": "full"}
    assert case.customer is not None
    assert case.customer.name == COMPANY


def test_what_a_revoked_bundle_shows_is_why_it_is_refused(workspace: Workspace) -> None:
    case = case_of(workspace, made(lambda w: taken("revoke", w))(workspace))
    assert case.summary is None
    assert case.verdict.change is not None
    assert (case.verdict.change.who, case.verdict.change.reason) == (WHO, "unpaid")
    assert case.verdict.error is not None
    assert case.verdict.error.code == "bundle-revoked"


@pytest.mark.parametrize("name", [None, BASE])
def test_what_was_revoked_is_given_again_as_it_was_taken_back(workspace: Workspace, name: str | None) -> None:
    case = case_of(workspace, made(lambda w: taken("revoke", w, name and f"{name}-1"))(workspace))
    assert case.verdict.remedy == f"licensekit reinstate {f'bundle {BASE}-1' if name else f'serial {SERIAL}'}"


def test_a_file_without_attachments_is_not_for_the_oldest_application(workspace: Workspace) -> None:
    """Its key was admitted after that was shipped."""
    second = second_key(workspace)
    name = workspace.issue(ordered(), second, who=WHO, now=NOW).bundle.name
    [(bare, _)] = workspace.ledger.files(name, now=NOW, attach=False)
    older = case_of(workspace, bare.data).older
    assert older is not None
    assert older.code == "key-unknown"
    [(whole, _)] = workspace.ledger.files(name, now=NOW)
    assert case_of(workspace, whole.data).older is None


def test_what_installations_have_sent_is_shown(workspace: Workspace) -> None:
    issue(workspace)
    data = sent(makers.statement(serial=SERIAL, issued=NOW))
    assert case_of(workspace, data).verdict.reason == "to-accept"
    workspace.customers.propose_accept(data, now=NOW).sign(None, who=WHO, confirm=True)
    assert case_of(workspace, data).verdict.reason == "entered"
    assert [type(one).__name__ for one in case_of(workspace, SERIAL).sent] == ["Statement"]


def test_nothing_is_sent_where_nothing_is_in_force(workspace: Workspace) -> None:
    made(lambda w: taken("revoke", w))(workspace)
    for name in (SERIAL, "A-1"):
        with pytest.raises(NotCurrent):
            workspace.ledger.files(name, now=NOW)
    [(file, state)] = workspace.ledger.files(f"{BASE}-1", now=NOW)
    assert (file.bundle.sequence, state) == (1, "revoked")


@pytest.mark.parametrize("name", [SERIAL, "A-1"])
def test_what_was_issued_first_leads_to_the_file_that_counts(workspace: Workspace, name: str) -> None:
    made(renew, lambda w: issue(w, replaces=SERIAL, order="A-2", now=LATER + 1))(workspace)
    assert [file.bundle.name for file, _ in workspace.ledger.files(name, now=LATER)] == ["1010000022-base-1"]
    first = workspace.ledger.look_up("A-1")[0]
    assert first.send == "1010000022-base-1"


def test_an_entry_leads_to_the_newer_signature_of_its_bundle(workspace: Workspace) -> None:
    made(lambda w: lose_key(w, reissued=True))(workspace)
    sends = {one.entry.action: one.send for one in workspace.ledger.look_up(SERIAL)}
    assert sends == {"issue": f"{BASE}-1", "reissue": None}
    [(file, _)] = workspace.ledger.files("A-1", now=LATER)
    assert case_of(workspace, file.data).verdict.reason == "works"


@given(place=st.integers(0, 400), bits=st.integers(1, 255), cut=st.integers(0, 400))
def test_any_damage_has_a_verdict(sold: tuple[Workspace, bytes], place: int, bits: int, cut: int) -> None:
    workspace, data = sold
    wrong = bytearray(data)
    wrong[place % len(data)] ^= bits
    for damaged in (bytes(wrong), data[:cut], data[cut:]):
        for case in workspace.ledger.explain(damaged, now=NOW):
            assert case.plain()["verdict"]["message"]


@given(data=st.binary(max_size=300))
def test_any_bytes_have_a_verdict(sold: tuple[Workspace, bytes], data: bytes) -> None:
    workspace, _ = sold
    [case] = workspace.ledger.explain(data, now=NOW)
    assert not case.verdict.works


@pytest.fixture(scope="module")
def sold(workspace_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, bytes]]:
    """A workspace that is only asked, and the file of its bundle."""
    folder = tmp_path_factory.mktemp("sold") / "acme"
    shutil.copytree(workspace_template, folder)
    with Workspace.open(folder) as opened:
        yield opened, issue(opened).data
