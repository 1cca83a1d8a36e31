"""`update` as its user types it, with what is at the vendor's address."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licensekit.cli import customer_commands
from licensekit.dates import format_days
from licensekit.errors import FetchFailed
from licensekit.installation import fetching
from licensekit.wire.documents import PICKUP
from tests import homes, makers, today
from tests.cli.customer.conftest import Command
from tests.cli.invoking import in_one_second
from tests.crm import SOLD, crm_catalog

ADDRESS = "https://licenses.example.com/crm"
NAMED = {PICKUP: "0f" * 16}
Serve = Callable[[str | Exception], None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Put something at the vendor's address."""

    def answer(has: str | Exception, address: str, *, ca: Path | None) -> bytes:
        assert (address, ca) == (f"{ADDRESS}/{'0f' * 16}.lic", None)
        if isinstance(has, Exception):
            raise has
        return has.encode()

    return lambda has: monkeypatch.setattr(fetching, "fetch", partial(answer, has))


@pytest.fixture
def updating(shelf: Path, run: Command) -> Command:
    """An installation that says where its newest file lies."""
    catalog = makers.changed(crm_catalog(), urls={"update": ADDRESS})
    (shelf / "crm.lkp").write_text(today.pack(catalog))
    (shelf / "one.lic").write_text(bundle(1))
    assert run("activate one.lic --pack crm.lkp --root {pin}").code == 0
    return run


def bundle(sequence: int, **changes: Any) -> str:
    """Return a file of the customer."""
    return today.file(today.bundle(sequence, extensions=NAMED, **{**SOLD, **changes}))


def test_it_shows_and_takes_what_activate_shows_and_takes(updating: Command, serve: Serve, shelf: Path) -> None:
    serve(bundle(2))
    (shelf / "two.lic").write_text(bundle(2))
    for update, activate in (
        ("update --preview", "activate two.lic --preview"),
        ("update --preview --all --json", "activate two.lic --preview --json"),
    ):
        updates, activates = in_one_second(partial(updating, update), partial(updating, activate))
        assert (updates.code, updates.out) == (0, activates.out)
    done = updating("update")
    assert done.code == 0
    assert done.out.endswith("activated\n")
    assert json.loads(updating("status --json").out)["bundles"][0]["document"]["sequence"] == 2


def test_what_is_here_or_older_is_nothing_new(updating: Command, serve: Serve) -> None:
    updating("activate two.lic")
    serve(bundle(1))
    for preview in ("", " --preview"):
        ran = updating("update" + preview)
        assert (ran.code, ran.out, ran.err) == (0, "nothing new: the newest license file is here already\n", "")
    assert json.loads(updating("update --json").out) == {"activated": False, "new": []}


def test_a_deficit_is_refused(updating: Command, serve: Serve) -> None:
    for user in ("anna", "bob"):
        updating(f"users add {user}")
        updating(f"users assign {user} sales")
    serve(bundle(2, users={**SOLD["users"], "sales": 1}))
    before = updating("status --json").out
    preview = updating("update --preview")
    assert (preview.code, "2 in use: release 1 first" in preview.out) == (1, True)
    refused = updating("update")
    assert (refused.code, refused.out) == (6, "")
    assert "first release 1 of those who hold it" in refused.err
    assert json.loads(updating("status --json").out)["bundles"] == json.loads(before)["bundles"]


def test_what_does_not_come_is_one_line(updating: Command, serve: Serve) -> None:
    serve(FetchFailed(reason="unreachable", detail="Connection refused"))
    ran = updating("update --json")
    assert ran.code == 8
    assert ran.err == (
        f"licensekit: {ADDRESS}: the server cannot be reached (Connection refused);"
        " check the network, and try again later\n"
    )
    assert json.loads(ran.out)["error"]["code"] == "fetch-failed"


def test_nothing_is_asked_where_nothing_says_where(crm: Command, run: Command) -> None:
    ran = crm("update")
    assert (ran.code, "names no address for newer license files; ask its vendor" in ran.err) == (6, True)
    assert run("update --home nowhere").code == 6
    assert run("update --ca none.pem").code == 6


def test_an_application_has_it_under_its_own_name(updating: Command, serve: Serve, shelf: Path) -> None:
    assert updating("status").code == 0
    serve(bundle(2))
    group = customer_commands(root=homes.PIN, pack=(shelf / "crm.lkp").read_text())
    ran = CliRunner().invoke(group, ["update", "--preview"])
    assert (ran.exit_code, "can be activated" in ran.output) == (0, True)


def test_dates_that_change_are_shown_old_and_new(updating: Command, serve: Serve) -> None:
    serve(bundle(2, expiry=today.DAY + 400, grace=today.DAY + 430))
    old, new = (format_days(today.DAY + days) for days in (365, 400))
    assert f"base expiry: {old} -> {new}" in updating("update --preview").out
