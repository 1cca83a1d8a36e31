"""The vendor's side: catalog, keys and ledger in a workspace; orders in, license files out."""

from licensekit.vendor.workspace import Workspace

__all__ = ["Workspace"]
