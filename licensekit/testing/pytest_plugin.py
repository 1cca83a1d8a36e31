"""The plugin that pytest loads where licensekit is installed: the fixture `licenses`."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from licensekit.testing import TestLicensing


@pytest.fixture
def licenses() -> "Generator[Callable[..., TestLicensing]]":
    """Open licenses for the rest of the test: `licenses(acme, system=["server"])`.

    With a product it is the product's `testing`, else `licensekit.testing.licenses`.
    """
    from licensekit import testing  # noqa: PLC0415  # a run that tests no licenses does not wait for it

    with ExitStack() as stack:

        def opened(product: Any = None, /, **given: Any) -> "TestLicensing":
            start = testing.licenses if product is None else product.testing
            licensing: TestLicensing = stack.enter_context(start(**given))
            return licensing

        yield opened
