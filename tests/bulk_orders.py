"""Orders by the dozen for tests, and what a ledger and a folder hold once they are issued."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from licensekit.issuer.bulk.lines import OrderLine, json_lines
from licensekit.issuer.bulk.runs import Done
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.output.license_file import file_name
from licensekit.issuer.workspace import Workspace
from licensekit.trust.pack import open_pack
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from tests import workspaces
from tests.workspaces import NOW, ORDER, WHO


def content(number: int, **changes: Any) -> dict[str, Any]:
    """Return the order of some number; a key of None is left out."""
    told = {**ORDER, "order": f"A-{number}", "company": f"Company {number}", **changes}
    return {key: value for key, value in told.items() if value is not None}


def text(contents: Iterable[dict[str, Any]]) -> bytes:
    """Return orders as JSON Lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in contents)


def lines(*contents: dict[str, Any]) -> Iterator[OrderLine]:
    """Return orders as they are read from JSON Lines."""
    return json_lines(text(contents).splitlines(), "orders")


def issue(workspace: Workspace, *contents: dict[str, Any], keep_going: bool = False, **more: Any) -> list[Done]:
    """Issue many orders."""
    told: dict[str, Any] = {"who": WHO, "now": NOW, **more}
    signer = workspaces.signer(workspace)
    return list(workspace.issue_bulk(lines(*contents), signer, keep_going=keep_going, **told))


def orders_in(workspace: Workspace) -> list[str | None]:
    """Return the order number of every bundle of the ledger, sorted."""
    found = workspace.ledger.bundles(Filters(), now=NOW)
    return sorted((one.order_number for one in found), key=str)


def names_in(workspace: Workspace) -> set[str]:
    """Return the name of the file of every bundle of the ledger."""
    return {file_name(one.bundle) for one in workspace.ledger.bundles(Filters(), now=NOW)}


def verified(workspace: Workspace, folder: Path, now: int = NOW) -> set[str]:
    """Verify every file of a folder as an application does, and give their names."""
    state = workspace.state(now)
    trust_store = open_pack(state.pack, state.pin)
    names: set[str] = set()
    for path in folder.iterdir():
        [token] = armor.read(path.read_bytes())
        bundle = verify_bundle(token, trust_store.trust, now).document
        assert path.name == f"{bundle.product}-{bundle.serial}-{bundle.part}-{bundle.sequence}.lic"
        names.add(path.name)
    return names
