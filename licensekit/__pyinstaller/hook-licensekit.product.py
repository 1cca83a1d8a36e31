"""A shipped product sells no throw-away licenses; a program that does imports `licensekit.testing` itself."""

excludedimports = ["licensekit.testing"]
