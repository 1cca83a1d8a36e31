"""The vendor's side: catalog, keys and ledger in a workspace; orders in, license files out.

A program issues with the same powers as the commands:

    with Workspace.open(Path("acme")) as workspace:
        key = open_key(workspace.key_for("bundle", now), lambda: passphrase)
        file = workspace.issue(draft_from(order), key, who="webhook", now=now)
        file = workspace.change(renewal(serial, days=365, number="R-7"), key, who="hook", now=now)
"""

from licensekit.vendor.amending import amendment, renewal
from licensekit.vendor.keyring import open_key
from licensekit.vendor.order_file import draft_from
from licensekit.vendor.workspace import Workspace

__all__ = ["Workspace", "amendment", "draft_from", "open_key", "renewal"]
