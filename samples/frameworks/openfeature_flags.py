"""Licenses as feature flags: `python -m samples.frameworks.openfeature_flags anna`."""

import sys
from collections.abc import Iterator

from openfeature import api
from openfeature.evaluation_context import EvaluationContext  # pyright: ignore[reportMissingTypeStubs]  # it has types

from licensekit.contrib.openfeature import LicenseProvider
from samples.superoffice.superoffice_crm_licensing import superoffice_crm


def flags(user: str) -> Iterator[str]:
    """Yield some flags of a user, one per line."""
    client, context = api.get_client(), EvaluationContext(user)
    for code in ("quote", "sales-pro", "no-such-code"):
        found = client.get_boolean_details(code, False, context)
        yield f"{code}: {found.value}, {found.error_code or found.flag_metadata.get('reason', found.reason)}"
    yield f"sale: {client.get_string_value('sale', 'none', context)}"
    yield f"plans: {client.get_integer_value('sales-pro', 0)}"


if __name__ == "__main__":
    with superoffice_crm.open() as licensing:
        api.set_provider_and_wait(LicenseProvider(licensing))
        print("\n".join(flags(sys.argv[1] if sys.argv[1:] else "")))
        api.shutdown()
