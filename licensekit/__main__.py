"""`python -m licensekit` is the `licensekit` command."""

from licensekit.cli.main import main

main()
