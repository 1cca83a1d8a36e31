"""The command line: files, terminals and exit codes around the library."""

from licensekit.cli.customer.commands import customer_commands

__all__ = ["customer_commands"]
