"""Each series measures what it says at its lowest count."""

import pytest

from tests.benchmarks.growth.__main__ import SERIES

_SLOW = {"ledger": pytest.mark.thorough, "processes": pytest.mark.process, "users": pytest.mark.process}
_SLOW["seats"] = _SLOW["threads"] = pytest.mark.thorough


@pytest.mark.parametrize("name", [pytest.param(name, marks=_SLOW.get(name, ())) for name in SERIES])
def test_a_series_measures_each_of_its_curves(name: str) -> None:
    growth = SERIES[name](1)
    assert growth.name == name
    assert len({curve.what for curve in growth.curves}) == len(growth.curves) > 1
    assert all(len(curve.costs) == 1 and min(curve.costs.values()) > 0 for curve in growth.curves)
