"""The modules of the customer's commands, which are named only in tables."""

from licensekit.cli.customer.commands import BOTH, CUSTOMER

hiddenimports = [command.module for command in {**CUSTOMER, **BOTH}.values()]
