"""A clock that was ahead at one signing stops neither the workspace nor a pack."""

from pathlib import Path

import pytest

from licensekit.errors import ClockDoubtful, IssuedAhead
from licensekit.issuer import CLOCK_IS_RIGHT, Workspace
from licensekit.issuer.keys.documents import next_trust
from licensekit.trust.pack import open_pack
from tests.partners import put_in_force
from tests.workspaces import DAY, NOW, WHO, accepted, issue, make, signer
from tests.workspaces import SERIAL as TAKEN_BACK

AHEAD = NOW + 200 * DAY


def sign_everything(workspace: Workspace, now: int) -> None:
    """Sign trust document, list and catalog again, by a clock that shows `now`."""
    trust = workspace.state(NOW).trust
    put_in_force(workspace, [next_trust(trust, trust.keys, now)], now)
    workspace.revoke(signer(workspace, "revocations"), who=WHO, now=now, confirm=True, serials=[TAKEN_BACK])
    workspace.catalog.sign(signer(workspace, "catalog"), who=WHO, now=now)


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
        sign_everything(workspace, NOW)
        honest = issue(workspace, serial=None)
        assert accepted(honest, *shipped).token == honest.token
        assert accepted(honest, state.pack, state.pin).token == honest.token
