"""The tables and charts of growth in `docs/performance.md` are those of the figures that are kept."""

import pytest

from tests.benchmarks.growth.__main__ import SERIES
from tests.benchmarks.growth.page import FOLDER, PAGE, renewed
from tests.benchmarks.growth.series import saved


@pytest.mark.parametrize("name", SERIES)
def test_the_page_shows_the_figures_that_are_kept(name: str) -> None:
    """If this fails, run `python -m tests.benchmarks.growth NAME --write`."""
    growth, page = saved(FOLDER / f"{name}.json"), PAGE.read_text("utf-8")
    assert renewed(page, growth) == page
    assert (FOLDER / f"{name}.svg").read_text("utf-8") == growth.chart


def test_no_figures_are_kept_of_what_is_not_measured() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SERIES)
