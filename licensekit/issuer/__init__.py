"""The issuer's side: catalog, keys and ledger in a workspace; orders in, license files out.

A program issues with the same powers as the commands:

    with Workspace.open(Path("acme")) as workspace:
        key = open_key(workspace.keys.choose("bundle", now), lambda: passphrase)
        file = workspace.issue(draft_from(order), key, who="webhook", now=now)
        file = workspace.change(renewal(serial, days=365, number="R-7"), key, who="hook", now=now)
        done = workspace.issue_bulk(json_lines(bounded(file), "orders"), key, who="hook", now=now)

Nothing here prints, prompts, exits, or reads the clock or the environment.
"""

from licensekit.issuer.bulk.lines import bounded, csv_lines, json_lines
from licensekit.issuer.create import NewWorkspace, Secrets
from licensekit.issuer.keys.keyring import open_key
from licensekit.issuer.ledger.listing import Filters
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.orders.order_file import draft_from
from licensekit.issuer.partner import NewPartner
from licensekit.issuer.workspace import Workspace

__all__ = [
    "Filters",
    "NewPartner",
    "NewWorkspace",
    "Secrets",
    "Workspace",
    "amendment",
    "bounded",
    "csv_lines",
    "draft_from",
    "json_lines",
    "open_key",
    "renewal",
]
