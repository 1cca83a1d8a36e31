"""The pytest plugin with the fixture `licenses`."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from licensekit.testing import TestLicensing


@pytest.fixture
def licenses() -> "Generator[Callable[..., TestLicensing]]":
    """Open licenses for the rest of the test: `licenses(acme, system=["server"])`.

    Calls the product's `testing`, or `licensekit.testing.licenses` without a product.
    """
    from licensekit import testing  # noqa: PLC0415  # loaded only by tests that use the fixture

    with ExitStack() as stack:

        def opened(product: Any = None, /, **given: Any) -> "TestLicensing":
            start = testing.licenses if product is None else product.testing
            licensing: TestLicensing = stack.enter_context(start(**given))
            return licensing

        yield opened
