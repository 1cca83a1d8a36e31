"""A team's ledger is at a URL that the workspace records, without a password."""

import shutil
from pathlib import Path

import pytest

from licensekit.errors import DatabaseUnavailable, LicenseError, PlanRefused, WorkspaceExists, WorkspaceInvalid
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.workspace import Workspace
from tests import workspaces
from tests.workspaces import NOW, WHO, issue

SECRET = "f7a2-secret"


@pytest.mark.attack("password-in-a-message")
@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("mysql://host/database", PlanRefused),
        ("ledger.db", PlanRefused),
        (f"postgresql://host/{'x' * 5000}", PlanRefused),
        (f"postgresql://anna:{SECRET}@host/database", PlanRefused),
        (f"postgresql://host/database?password={SECRET}", PlanRefused),
        (f"postgresql://host/database?sslpassword={SECRET}", PlanRefused),
        (f"postgresql://anna:{SECRET}@/ho/st", DatabaseUnavailable),
    ],
)
def test_what_is_not_a_url_or_holds_a_password_is_refused_and_not_repeated(
    tmp_path: Path, url: str, kind: type[LicenseError]
) -> None:
    with pytest.raises(kind) as caught:
        workspaces.make(tmp_path / "acme", ledger=url)
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_partner_may_keep_its_ledger_on_a_server_too(tmp_path: Path, postgres_location: str) -> None:
    with workspaces.make(tmp_path / "acme") as vendor:
        state = vendor.state(NOW)
    with Workspace.create_partner(
        tmp_path / "partner",
        NewWorkspace("", "partner", "Partner", ledger=postgres_location),
        state.pack,
        state.pin,
        lambda: workspaces.PASSPHRASE,
        who=WHO,
        now=NOW,
    ) as partner:
        assert partner.database.location.startswith("postgresql://")
        assert not partner.layout.ledger.exists()


def test_two_workspaces_never_share_a_ledger_by_mistake(tmp_path: Path, postgres_location: str) -> None:
    with workspaces.make(tmp_path / "acme", ledger=postgres_location) as first:
        before = first.ledger.count_entries()
        with pytest.raises(WorkspaceExists, match="belongs to a workspace already"):
            workspaces.make(tmp_path / "other", ledger=postgres_location)
        assert first.ledger.count_entries() == before
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]


def test_a_copy_of_the_folder_is_another_desk_of_the_same_ledger(tmp_path: Path, postgres_location: str) -> None:
    with workspaces.make(tmp_path / "acme", ledger=postgres_location) as first:
        shutil.copytree(tmp_path / "acme", tmp_path / "copy")
        with Workspace.open(tmp_path / "copy") as second:
            file = issue(second, order="A-1")
            assert issue(first, order="A-1").token == file.token
            assert first.ledger.verify() == second.ledger.verify()


def test_a_damaged_record_of_the_place_is_reported(tmp_path: Path, postgres_location: str) -> None:
    workspaces.make(tmp_path / "acme", ledger=postgres_location).close()
    (tmp_path / "acme" / "ledger.url").write_bytes(b"\xff\n")
    with pytest.raises(WorkspaceInvalid, match="does not contain the URL of a ledger"):
        Workspace.open(tmp_path / "acme")


def test_a_workspace_on_a_server_is_not_made_over(tmp_path: Path, postgres_location: str) -> None:
    workspaces.make(tmp_path / "acme", ledger=postgres_location).close()
    with pytest.raises(WorkspaceExists):
        workspaces.make(tmp_path / "acme")
