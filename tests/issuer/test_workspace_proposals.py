"""A proposal changes nothing; it is signed once, and refused if what it was about has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from licensekit.errors import (
    ConfirmationNeeded,
    FileUnusable,
    KeyChangeRefused,
    KeyMissing,
    KeyUnknown,
    ProposalStale,
    WorkspaceInvalid,
)
from licensekit.issuer import Permission, RootKeys, Workspace, amendment, generated_key, open_key, renewal
from licensekit.issuer.keys.changes import admit
from licensekit.issuer.keys.workspace_keys import root_key_files
from licensekit.issuer.transaction import WorkspaceStore
from licensekit.keys.signing import Signer, SigningKey
from licensekit.proposals import Proposal
from licensekit.trust.sign import sign
from licensekit.wire.documents import ResetWhat
from licensekit.wire.frame import ED25519, INSTALLATION
from tests import makers
from tests.partners import put_in_force
from tests.workspaces import (
    NOW,
    PASSPHRASE,
    ROOT_PASSPHRASE,
    SERIAL,
    WHO,
    issue,
    ordered,
    refused,
    signer,
    snapshot,
    take_back,
)

Propose = Callable[[Workspace], Any]
HOLDER = "installation"


def request(workspace: Workspace, number: int = 1) -> Any:
    """Return the request of an installation."""
    asked = makers.request(product="acme", serial=None, issued=NOW, nonce=bytes([number] * 16))
    token = sign(asked, makers.key(HOLDER, INSTALLATION))
    return workspace.customers.read_request(makers.file_of(token), now=NOW)


def receipt(workspace: Workspace) -> str:
    """Return the receipt of an installation for the first bundle, which is bound to nobody."""
    identity = workspace.ledger.bundle(f"{SERIAL}-base-1").identity
    token = sign(makers.receipt(identity=identity, nonce=None, issued=NOW), makers.key(HOLDER, INSTALLATION))
    return makers.file_of(token)


@dataclass(frozen=True)
class Case:
    """An operation, a key that may sign it, and what changes what it is about."""

    propose: Propose
    kind: str
    disturb: Callable[[Workspace], object] | None = None
    """Changes what the proposal is about; None: nobody else can."""


def renewed(workspace: Workspace) -> object:
    """Renew the first serial."""
    key = signer(workspace)
    return workspace.change(renewal(SERIAL, days=9), key, who=WHO, now=NOW, confirm=True)


def revoked(workspace: Workspace) -> object:
    """Revoke the first serial."""
    return take_back(workspace, signer(workspace, "revocations"), who=WHO, now=NOW, confirm=True, serials=[SERIAL])


def issued_more(workspace: Workspace) -> object:
    """Issue the next sequence of the first serial, for another company."""
    return issue(workspace.overriding("other-company"), serial=SERIAL, company="Fjord")


CASES = {
    "issue": Case(lambda w: w.propose_issue(ordered(), now=NOW), "bundle"),
    "renew": Case(lambda w: w.propose_change(renewal(SERIAL, days=30), now=NOW), "bundle", renewed),
    "amend": Case(
        lambda w: w.propose_change(amendment(SERIAL, {"users.standard": 50}), now=NOW), "bundle", issued_more
    ),
    "answer": Case(lambda w: w.customers.propose_answer(request(w), ordered(), now=NOW), "bundle"),
    "reset": Case(lambda w: w.customers.propose_reset(known(w), ResetWhat.CLOCK, now=NOW), "reset"),
    "accept": Case(lambda w: w.customers.propose_accept(receipt(w), now=NOW), "revocations", renewed),
    "revoke": Case(lambda w: w.propose_revoke(now=NOW, serials=[SERIAL]), "revocations", renewed),
}


def known(workspace: Workspace) -> Any:
    """Return another request of an installation that has sent one before."""
    workspace.customers.propose_answer(request(workspace), ordered(), now=NOW).sign(signer(workspace), who=WHO)
    return request(workspace, 2)


@pytest.fixture
def sold(workspace: Workspace) -> Workspace:
    """A workspace that has sold a year."""
    issue(workspace)
    return workspace


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_shows_its_changes_and_makes_them_once(sold: Workspace, case: Case) -> None:
    proposal = case.propose(sold)
    key, before = signer(sold, case.kind), snapshot(sold.layout.folder)
    again = case.propose(sold) if case.kind != "reset" else proposal
    assert proposal.as_json() == again.as_json()
    assert proposal.changes
    assert proposal.about in repr(proposal)
    assert snapshot(sold.layout.folder) == before
    entries = sold.ledger.count_entries()
    proposal.sign(key, who=WHO, confirm=True)
    assert sold.ledger.count_entries() > entries
    assert sold.ledger.verify()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_key_that_may_not_sign_changes_nothing(sold: Workspace, case: Case) -> None:
    proposal, stranger = case.propose(sold), SigningKey.generate(ED25519)
    folder = sold.layout.folder
    refused(KeyUnknown, folder, lambda: proposal.sign(stranger, who=WHO, confirm=True))
    if case.kind != "revocations":
        refused(KeyMissing, folder, lambda: proposal.sign(None, who=WHO, confirm=True))


@pytest.mark.parametrize(
    "case", [one for one in CASES.values() if one.disturb], ids=[n for n in CASES if CASES[n].disturb]
)
def test_it_is_stale_once_what_it_is_about_has_changed(sold: Workspace, case: Case) -> None:
    proposal, key = case.propose(sold), signer(sold, case.kind)
    assert case.disturb is not None
    case.disturb(sold)
    action = partial(proposal.sign, key, who=WHO, confirm=True)
    error = refused(ProposalStale, sold.layout.folder, action)
    assert error.changed
    case.propose(sold).sign(key, who=WHO, confirm=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_about_something_else_leaves_it_as_it_is(sold: Workspace, case: Case) -> None:
    proposal = case.propose(sold)
    issue(sold, order="another")
    revoked_other = sold.ledger.look_up("another")[0].identity
    take_back(sold, signer(sold, "revocations"), who=WHO, now=NOW, confirm=True, identities=[revoked_other])
    proposal.sign(signer(sold, case.kind), who=WHO, confirm=True)


@pytest.mark.parametrize("name", ["renew", "amend", "accept"])
def test_what_must_be_confirmed_is_not_done_without(sold: Workspace, name: str) -> None:
    proposal = CASES[name].propose(sold)
    key, folder = signer(sold, CASES[name].kind), sold.layout.folder
    error = refused(ConfirmationNeeded, folder, lambda: proposal.sign(key, who=WHO))
    assert error.proposal is proposal


def test_an_order_that_another_issued_meanwhile_gives_the_same_file(sold: Workspace) -> None:
    proposal = sold.propose_issue(ordered(order="A-1"), now=NOW)
    first = issue(sold, order="A-1")
    again = proposal.sign(None, who="bob")
    assert (again.token, again.is_repeated) == (first.token, True)


def test_the_pack_is_signed_as_it_was_shown(sold: Workspace) -> None:
    catalog, keys = sold.layout.catalog, partial(signer, sold)
    assert sold.catalog.propose_pack(now=NOW).is_done
    catalog.write_text(catalog.read_text("utf-8").replace('"Server"', '"The server"'), "utf-8")
    proposal = sold.catalog.propose_pack(now=NOW)
    catalog.write_text(catalog.read_text("utf-8").replace('"Archive"', '"An archive"'), "utf-8")
    refused(ProposalStale, sold.layout.folder, lambda: proposal.sign(keys, who=WHO))
    sold.catalog.propose_pack(now=NOW).sign(keys, who=WHO)
    assert sold.state(NOW).signed_catalog.version == 2


def roots(workspace: Workspace, secret: bytes = ROOT_PASSPHRASE) -> RootKeys:
    """Return the root keys of a workspace."""

    def opened(file: Any) -> Signer:
        return open_key(file, lambda: secret)

    return RootKeys(root_key_files(workspace.layout.folder), opened)


MADE = generated_key(ED25519, lambda _: PASSPHRASE)


def root_passphrase(_place: int, _name: str) -> bytes:
    """Return the passphrase of every new root key."""
    return ROOT_PASSPHRASE


KEY_CHANGES: dict[str, Callable[[Workspace], Proposal[Any]]] = {
    "new": lambda w: w.keys.propose_new(MADE, now=NOW),
    "admit": lambda w: w.keys.propose_admit(
        SigningKey.generate(ED25519).verifying_key, "sales", Permission("acme"), now=NOW
    ),
    "retire": lambda w: w.keys.propose_retire("signing-1", now=NOW),
    "rotate": lambda w: w.keys.propose_rotate(MADE, now=NOW),
    "rotate root": lambda w: w.keys.propose_rotate_root(ED25519, root_passphrase, now=NOW),
    "revoke": lambda w: w.keys.propose_revoke("signing-1", now=NOW),
}


@pytest.mark.parametrize("name", KEY_CHANGES)
def test_a_change_of_keys_is_in_force_whole_or_leaves_no_file(sold: Workspace, name: str) -> None:
    proposal: Any = KEY_CHANGES[name](sold)
    stale: Any = KEY_CHANGES[name](sold)
    folder, before = sold.layout.folder, sold.state(NOW).trust.version
    assert [one.path for one in proposal.changes if one.path == "trust"] == ["trust"]
    none = roots(sold)._replace(files=[])
    refused(KeyMissing, folder, lambda: proposal.sign(none, who=WHO, confirm=True))
    change = proposal.sign(roots(sold), who=WHO, confirm=True)
    assert change.file is None
    assert sold.state(NOW).trust.version == before + 1
    refused(ProposalStale, folder, lambda: stale.sign(roots(sold), who=WHO, confirm=True))


def test_what_a_revoked_key_has_signed_is_shown_before(sold: Workspace) -> None:
    proposal = sold.keys.propose_revoke("signing-1", now=NOW)
    refused(ConfirmationNeeded, sold.layout.folder, lambda: proposal.sign(roots(sold), who=WHO))
    [void] = proposal.needs_confirmation
    assert (void.code, void.data) == ("bundles-void", {"count": 1})
    sold.keys.propose_new(MADE, now=NOW).sign(roots(sold), who=WHO)
    reissue = sold.propose_reissue("signing-1", now=NOW)
    assert (len(reissue.numbers), reissue.needs_confirmation) == (1, ())


def packed(workspace: Workspace) -> Any:
    """Sign a changed catalog."""
    catalog = workspace.layout.catalog
    catalog.write_text(catalog.read_text("utf-8").replace('"Server"', '"The server"'), "utf-8")
    keys = partial(signer, workspace)
    return workspace.catalog.propose_pack(now=NOW, list_fresh_until=NOW + 9).sign(keys, who=WHO)


def taken(workspace: Workspace) -> Any:
    """Take in the trust document that root keys have signed elsewhere, which admits a key."""
    public = SigningKey.generate(ED25519).verifying_key
    trust = admit(workspace.state(NOW).trust, public, "elsewhere", Permission("acme"), NOW)
    put_in_force(workspace, [trust], NOW)


def changed_keys(workspace: Workspace, name: str) -> None:
    """Change the keys of a workspace."""
    proposal: Any = KEY_CHANGES[name](workspace)
    proposal.sign(roots(workspace), who=WHO, confirm=True)


CHANGES_OF_STATE: dict[str, Callable[[Workspace], Any]] = {
    "revoke": revoked,
    "accept": lambda w: w.customers.propose_accept(receipt(w), now=NOW).sign(
        signer(w, "revocations"), who=WHO, confirm=True
    ),
    "pack": packed,
    "take": taken,
    **{f"keys {name}": partial(changed_keys, name=name) for name in KEY_CHANGES},
}


@pytest.mark.parametrize("name", CHANGES_OF_STATE)
def test_what_a_change_leaves_in_memory_is_what_the_ledger_says(sold: Workspace, name: str) -> None:
    """Also for a list and a catalog whose key was revoked with it, and the pack has just that."""
    issue(sold, order="another")
    [other] = sold.ledger.look_up("another")
    take_back(sold, signer(sold, "revocations"), who=WHO, now=NOW, confirm=True, identities=[other.identity])
    before = sold.state(NOW)
    CHANGES_OF_STATE[name](sold)
    with Workspace.open(sold.layout.folder) as again:
        assert sold.state(NOW) == again.state(NOW) != before
    assert sold.layout.pack("acme").read_bytes() == sold.state(NOW).pack


def test_what_was_not_committed_is_not_in_force(sold: Workspace) -> None:
    """A transaction that fails after it has entered a list leaves the state as it was."""
    before, key = sold.state(NOW), signer(sold, "revocations")
    proposal = sold.propose_revoke(now=NOW, serials=[SERIAL])
    with sold.read(NOW) as reading:
        store = reading.store

    def enter_and_fail() -> None:
        with store.write(NOW, WHO) as tx:
            proposal.enter(tx, key)
            assert tx.state.last_list is not None
            raise KeyMissing(reason="not-given")

    refused(KeyMissing, sold.layout.folder, enter_and_fail)
    assert sold.state(NOW) == before
    with Workspace.open(sold.layout.folder) as other:
        packed(other)
        assert sold.state(NOW) == other.state(NOW) != before


@pytest.mark.parametrize("name", ["new", "rotate", "rotate root"])
def test_a_key_that_is_in_force_is_never_lost(sold: Workspace, name: str) -> None:
    """Whatever fails after the change is in the ledger: here the pack cannot be written."""
    before = {file.name for file in [*sold.keys.files, *root_key_files(sold.layout.folder)]}
    proposal: Any = KEY_CHANGES[name](sold)
    pack = sold.layout.pack("acme")
    pack.unlink()
    pack.mkdir()
    with pytest.raises(FileUnusable):
        proposal.sign(roots(sold), who=WHO)
    assert sold.state(NOW).trust.version == 2
    assert len({file.name for file in [*sold.keys.files, *root_key_files(sold.layout.folder)]} - before) == 1
    pack.rmdir()
    packed(sold)
    assert pack.is_file()


@pytest.mark.parametrize("name", ["", "../new", "a/b", "a\\b", ".hidden"])
def test_a_key_file_stays_in_its_folder(sold: Workspace, name: str) -> None:
    def propose() -> object:
        return sold.keys.propose_new(MADE, now=NOW, name=name)

    refused(KeyChangeRefused, sold.layout.folder.parent, propose)


@pytest.mark.parametrize(("away", "kept"), [(True, 1), (False, 0)])
def test_a_key_is_kept_if_nobody_can_tell_whether_it_is_in_force(
    sold: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,  # noqa: FBT001  # a column of the table
    kept: int,
) -> None:
    """As when the server is away from the moment on in which it should have committed."""
    before = len(sold.keys.files)
    proposal: Any = KEY_CHANGES["new"](sold)

    def unreadable(*_: object) -> None:
        raise WorkspaceInvalid(reason="no-facts")

    def fail(*_: object, **__: object) -> None:
        if away:
            monkeypatch.setattr(WorkspaceStore, "read", unreadable)
        raise KeyMissing(reason="not-given")

    monkeypatch.setattr("licensekit.issuer.intake.enter", fail)
    with pytest.raises(KeyMissing):
        proposal.sign(roots(sold), who=WHO)
    assert len(sold.keys.files) == before + kept
