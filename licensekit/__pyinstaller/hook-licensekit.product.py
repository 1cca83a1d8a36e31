"""A shipped product sells no test licenses; a program that does imports `licensekit.testing` itself."""

excludedimports = ["licensekit.testing"]
