"""A shipped product verifies files with its own pack and needs no workspace."""

excludedimports = ["licensekit.cli.issuer", "licensekit.issuer"]
