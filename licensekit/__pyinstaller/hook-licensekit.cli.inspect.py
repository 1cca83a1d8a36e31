"""A shipped product judges files by its own pack: only a vendor asks a workspace."""

excludedimports = ["licensekit.cli.issuer", "licensekit.issuer"]
