"""The vendor's commands, and the modules that are loaded when one is used."""

from collections.abc import Mapping
from typing import Final

from licensekit.cli.groups import Lazy

_SECTION: Final = "Commands for the vendor, who signs licenses"

VENDOR: Final[Mapping[str, Lazy]] = {
    "init": Lazy(_SECTION, "licensekit.cli.issuer.init", "init"),
    "catalog": Lazy(_SECTION, "licensekit.cli.issuer.catalog", "catalog"),
    "issue": Lazy(_SECTION, "licensekit.cli.issuer.issue", "issue"),
    "renew": Lazy(_SECTION, "licensekit.cli.issuer.change", "renew"),
    "amend": Lazy(_SECTION, "licensekit.cli.issuer.change", "amend"),
    "answer": Lazy(_SECTION, "licensekit.cli.issuer.answer", "answer"),
    "accept": Lazy(_SECTION, "licensekit.cli.issuer.accept", "accept"),
    "pack": Lazy(_SECTION, "licensekit.cli.issuer.pack", "pack"),
    "suspend": Lazy(_SECTION, "licensekit.cli.issuer.revoke", "suspend"),
    "revoke": Lazy(_SECTION, "licensekit.cli.issuer.revoke", "revoke"),
    "void": Lazy(_SECTION, "licensekit.cli.issuer.revoke", "void"),
    "reinstate": Lazy(_SECTION, "licensekit.cli.issuer.revoke", "reinstate"),
    "reissue": Lazy(_SECTION, "licensekit.cli.issuer.reissue", "reissue"),
    "ledger": Lazy(_SECTION, "licensekit.cli.issuer.ledger", "ledger"),
    "keys": Lazy(_SECTION, "licensekit.cli.issuer.keys", "keys"),
}
"""The vendor's commands."""
