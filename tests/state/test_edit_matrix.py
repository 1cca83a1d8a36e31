"""No edit of a database by hand brings anything, and those of the journal are named."""

from pathlib import Path

import pytest

from tests.state.edit_matrix import failed, run

pytestmark = pytest.mark.thorough


@pytest.mark.attack("state-edited-by-hand")
def test_no_edit_brings_more_and_each_of_the_journal_is_named(tmp_path: Path) -> None:
    honest, outcomes = run(tmp_path)
    assert {outcome.edit.table for outcome in outcomes} >= {"journal", "bundles", "installation"}
    assert [outcome for outcome in outcomes if failed(honest, outcome)] == []
