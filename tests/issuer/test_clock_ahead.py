"""A clock that was ahead at one signing stops neither the workspace nor a pack."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit.errors import ClockDoubtful, IssuedAhead
from licensekit.issuer import CLOCK_IS_RIGHT, Workspace, diagnose_ledger
from licensekit.issuer.keys.changes import next_trust
from licensekit.trust.pack import open_pack
from tests.partners import put_in_force
from tests.workspaces import DAY, NOW, WHO, accepted, issue, make, signer, take_back
from tests.workspaces import SERIAL as TAKEN_BACK

AHEAD = NOW + 200 * DAY


def sign_everything(workspace: Workspace, now: int) -> None:
    """Sign trust document, list and catalog again, by a clock that shows `now`."""
    trust = workspace.state(NOW).trust
    put_in_force(workspace, [next_trust(trust, trust.keys, now)], now)
    take_back(workspace, signer(workspace, "revocations"), who=WHO, now=now, confirm=True, serials=[TAKEN_BACK])
    sign_catalog(workspace, now)


def sign_catalog(workspace: Workspace, now: int) -> None:
    """Rename a license, and sign the catalog."""
    path = workspace.layout.catalog
    path.write_text(path.read_text().replace('name = "Standard user', 'name = "Standard user+'))
    workspace.catalog.propose_pack(now=now).sign(lambda _: signer(workspace, "catalog"), who=WHO)


@pytest.mark.attack("clock-ahead-at-a-signing")
def test_the_workspace_goes_on_when_its_clock_is_right_again(tmp_path: Path) -> None:
    with make(tmp_path / "acme") as workspace:
        issue(workspace)
        shipped = workspace.layout.pack("acme").read_bytes(), workspace.state(NOW).pin
        sign_everything(workspace.overriding(CLOCK_IS_RIGHT), AHEAD)
    with Workspace.open(tmp_path / "acme") as workspace:
        state = workspace.state(NOW)
        assert state.trust.issued == state.signed_catalog.issued == AHEAD
        assert workspace.state(NOW - 900 * DAY) == state
        with pytest.raises(ClockDoubtful):
            issue(workspace, serial=None)
        file = issue(workspace.overriding(CLOCK_IS_RIGHT), serial=None)
        with pytest.raises(IssuedAhead):
            accepted(file, *shipped)
        pack = open_pack(workspace.layout.pack("acme").read_bytes(), state.pin)
        assert pack.trust.pair == (1, 2)
        assert accepted(file, state.pack, state.pin).token == file.token
        sign_everything(workspace.overriding(CLOCK_IS_RIGHT), NOW)
        honest = issue(workspace, serial=None)
        assert accepted(honest, *shipped).token == honest.token
        assert accepted(honest, state.pack, state.pin).token == honest.token


SIGNED: dict[str, Callable[[Workspace, int], object]] = {
    "trust": lambda w, now: put_in_force(w, [next_trust(w.state(NOW).trust, w.state(NOW).trust.keys, now)], now),
    "revocations": lambda w, now: take_back(w, signer(w, "revocations"), who=WHO, now=now),
    "catalog": sign_catalog,
    "bundle": lambda w, now: issue(w, now=now),
}


@pytest.mark.parametrize("kind", SIGNED)
def test_what_is_dated_ahead_is_named_with_what_to_do(tmp_path: Path, kind: str) -> None:
    with make(tmp_path / "acme") as workspace:
        SIGNED[kind](workspace.overriding(CLOCK_IS_RIGHT), AHEAD)
        [said] = workspace.ledger.dated_ahead(now=NOW)
        assert said.reason == kind
        assert "licensekit " in said.message
        assert workspace.ledger.dated_ahead(now=AHEAD) == ()
        found = [one.about for one in diagnose_ledger(tmp_path / "acme", now=NOW) if one.state == "notice"]
        assert [one.code for one in found] == ["dated-ahead"]
        if kind != "bundle":
            SIGNED[kind](workspace.overriding(CLOCK_IS_RIGHT), NOW)
            assert workspace.ledger.dated_ahead(now=NOW) == ()


@pytest.mark.parametrize(("kind", "name"), [("trust", "trust document"), ("catalog", "catalog")])
def test_the_clock_is_compared_with_documents_as_well(tmp_path: Path, kind: str, name: str) -> None:
    """Somebody has overridden it once; no file is signed that installations would refuse."""
    with make(tmp_path / "acme") as workspace:
        SIGNED[kind](workspace.overriding(CLOCK_IS_RIGHT), AHEAD)
        issue(workspace.overriding(CLOCK_IS_RIGHT))
        with pytest.raises(ClockDoubtful, match=name) as caught:
            issue(workspace)
        assert caught.value.reason == "document"
        SIGNED[kind](workspace.overriding(CLOCK_IS_RIGHT), NOW)
        issue(workspace)


def test_pack_signs_catalog_and_list_again_that_are_dated_ahead(tmp_path: Path) -> None:
    with make(tmp_path / "acme") as workspace:
        issue(workspace)
        for kind in ("revocations", "catalog"):
            SIGNED[kind](workspace.overriding(CLOCK_IS_RIGHT), AHEAD)
        before = workspace.state(NOW)
        proposal = workspace.overriding(CLOCK_IS_RIGHT).catalog.propose_pack(now=NOW)
        proposal.sign(lambda kind: signer(workspace, kind), who=WHO)
        after = workspace.state(NOW)
        assert workspace.ledger.dated_ahead(now=NOW) == ()
        assert after.signed_catalog.version == before.signed_catalog.version + 1
        accepted(issue(workspace, serial=None), before.pack, before.pin)
        assert workspace.catalog.propose_pack(now=NOW).is_done
