"""Two people at one ledger, or at copies of it: the same order, other orders, a catalog in between."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from licensekit.database import connect
from licensekit.errors import ProposalStale
from licensekit.issuer import Workspace, read_draft, renewal
from licensekit.issuer.ledger.entries import SCHEMA
from tests import workspaces
from tests.issuer.slips.shop import AT, NORDLYS, RIGHT, Shop, Slip, order, play, right

BOB: Final[dict[str, Any]] = {"who": "bob", "confirm": True}


def bob(act: Callable[[Workspace, int], object]) -> None:
    """Let somebody else act, who has the workspace open as well."""
    with Workspace.open(Path("acme")) as workspace:
        act(workspace, int(time.time()))


def same_order(shop: Shop) -> None:
    """Both look at an order before one of them signs."""
    text = order(serial=shop.serial(NORDLYS))

    def act(workspace: Workspace, now: int) -> None:
        proposal = workspace.propose_issue(read_draft(text.encode()), now=now)
        mine = Path(shop.issue(text)).read_bytes()
        assert proposal.sign(workspaces.signer(workspace, now=now), **BOB).data == mine

    bob(act)
    assert len(shop.listed("--order-number", "N-2")) == 1


def other_orders(shop: Shop) -> None:
    """Both sell something to the same customer: each is a sequence of its own."""

    def act(workspace: Workspace, now: int) -> None:
        draft = read_draft(order("N-3", serial=shop.serial(NORDLYS), users=RIGHT + 1).encode())
        proposal = workspace.propose_issue(draft, now=now)
        shop.issue(order("N-2", serial=shop.serial(NORDLYS)))
        proposal.sign(workspaces.signer(workspace, now=now), **BOB)

    bob(act)
    found = shop.listed("--serial", shop.serial(NORDLYS))
    assert sorted(one["sequence"] for one in found if one["part"] == "base") == [1, 2, 3]


def both_renew(shop: Shop) -> None:
    """A year is added once, although both were asked to."""

    def act(workspace: Workspace, now: int) -> None:
        proposal = workspace.propose_change(renewal(shop.serial(NORDLYS), days=365), now=now)
        shop.sign("renew", shop.serial(NORDLYS), "--days", "365", "--yes", "-o", "new.lic")
        with pytest.raises(ProposalStale):
            proposal.sign(workspaces.signer(workspace, now=now), **BOB)

    bob(act)


def catalog_between(shop: Shop) -> None:
    """The catalog is signed again between the preview and the signature."""
    draft = read_draft(order("O-1", company="Oslo").encode())

    def act(workspace: Workspace, now: int) -> None:
        proposal = workspace.propose_issue(draft, now=now)
        with Path("acme/catalog.toml").open("a") as catalog:
            catalog.write('[licenses.maps]\nkind = "system"\nname = "Maps"\n')
        shop.sign("pack")
        proposal.sign(workspaces.signer(workspace, now=now), **BOB)

    bob(act)


def ledger_is_held(shop: Shop) -> None:
    """Somebody's program holds the ledger."""
    holder = connect(Path("acme/ledger.db"), schema=SCHEMA, create=False)
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    with pytest.MonkeyPatch.context() as patch, holder.write():
        patch.setattr("licensekit.issuer.ledger.entries.connect", partial(connect, wait=0.1))
        assert "another process has locked it" in shop.sign("issue order.toml -o new.lic", code=8).stderr
    holder.close()


PEOPLE: Final[dict[str, Slip]] = {
    "the same order": Slip(same_order, right),
    "other orders for one customer": Slip(other_orders, right),
    "the same renewal": Slip(both_renew, lambda shop: shop.amend()),
    "a catalog in between": Slip(catalog_between, right),
    "a ledger that is held": Slip(ledger_is_held, right),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_two_people_harm_nobody_else_and_it_is_put_right(shop: Shop, name: str) -> None:
    play(shop, PEOPLE[name])


def started(shop: Shop, path: str, out: str) -> "subprocess.Popen[str]":
    """Start a command in a process of its own."""
    words = ("issue", path, *AT, "-o", out, *shop.passphrase)
    command: Any = [sys.executable, "-m", "licensekit", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.process
@pytest.mark.parametrize("same", [True, False])
def test_two_processes_harm_nobody_else(shop: Shop, *, same: bool) -> None:
    def both(shop: Shop) -> None:
        for name, number in (("one", "N-2"), ("two", "N-2" if same else "N-3")):
            Path(f"{name}.toml").write_text(order(number, serial=shop.serial(NORDLYS)))
        processes = [started(shop, f"{name}.toml", f"{name}.lic") for name in ("one", "two")]
        assert [one.communicate()[1].count("Traceback") for one in processes] == [0, 0]
        assert [one.returncode for one in processes] == [0, 0]
        issued = [one["sequence"] for one in shop.listed("--serial", shop.serial(NORDLYS)) if one["part"] == "base"]
        assert sorted(issued) == ([1, 2] if same else [1, 2, 3])

    play(shop, Slip(both, right))
