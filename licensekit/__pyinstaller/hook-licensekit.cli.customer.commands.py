"""The customer's commands."""

from licensekit.cli.customer.commands import BOTH, CUSTOMER

hiddenimports = [command.module for command in {**CUSTOMER, **BOTH}.values()]
