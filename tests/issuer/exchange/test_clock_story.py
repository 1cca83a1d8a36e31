"""A clock that was a year ahead is put right by the vendor, and everything goes on as before."""

from pathlib import Path

import pytest

from licensekit.installation import Installation
from licensekit.issuer.workspace import Workspace
from licensekit.wire.documents import ResetWhat
from tests.homes import Clock
from tests.workspaces import NOW, WHO, issue, signer


@pytest.mark.attack("clock-ahead-and-put-right")
def test_a_clock_that_was_ahead_is_reset_by_request(workspace: Workspace, tmp_path: Path) -> None:
    state, clock = workspace.state(NOW), Clock(NOW)
    file = issue(workspace, days=30, after_grace="block")
    with Installation.open(str(tmp_path / "home"), root=state.pin, pack=state.pack, clock=clock) as crm:
        crm.activate(file.data)
        clock.move(days=366)
        for _ in range(18):
            clock.move(hours=5)
            crm.users.add(f"user-{clock.now}")
        clock.now = NOW + 3600
        assert not crm.state().entitlements.system["server"]
        text, request = crm.request()
        assert request.issued > NOW + 366 * 86_400
        asking = workspace.customers.read_request(text, now=NOW)
        reset = workspace.customers.propose_reset(asking, ResetWhat.CLOCK, now=NOW + 3600).sign(
            signer(workspace, "reset"), who=WHO
        )
        crm.activate(reset.data)
        assert crm.state().entitlements.system["server"]
        assert crm.request()[1].issued == NOW + 3600
