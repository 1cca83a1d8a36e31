"""The vendor's commands, by the modules that are loaded when one is used."""

from collections.abc import Mapping
from typing import Final

from licensekit.cli.groups import Lazy

_SECTION: Final = "Vendor: sign licenses"

VENDOR: Final[Mapping[str, Lazy]] = {
    "init": Lazy(_SECTION, "licensekit.cli.vendor_init", "init"),
    "catalog": Lazy(_SECTION, "licensekit.cli.vendor_catalog", "catalog"),
    "issue": Lazy(_SECTION, "licensekit.cli.vendor_issue", "issue"),
    "renew": Lazy(_SECTION, "licensekit.cli.vendor_change", "renew"),
    "amend": Lazy(_SECTION, "licensekit.cli.vendor_change", "amend"),
    "answer": Lazy(_SECTION, "licensekit.cli.vendor_answer", "answer"),
    "accept": Lazy(_SECTION, "licensekit.cli.vendor_accept", "accept"),
    "pack": Lazy(_SECTION, "licensekit.cli.vendor_pack", "pack"),
    "revoke": Lazy(_SECTION, "licensekit.cli.vendor_revoke", "revoke"),
    "reissue": Lazy(_SECTION, "licensekit.cli.vendor_reissue", "reissue"),
    "ledger": Lazy(_SECTION, "licensekit.cli.vendor_ledger", "ledger"),
    "keys": Lazy(_SECTION, "licensekit.cli.vendor_keys", "keys"),
}
"""The vendor's commands."""
