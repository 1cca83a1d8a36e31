"""The command line: files, terminals and exit codes around the library."""

from licensekit.cli.customer import customer_commands

__all__ = ["customer_commands"]
