"""Ten questions that readers ask lead from the first page to a page whose first screen answers them."""

import re
from typing import Final

import pytest

from tests.docs.tables import DOCS, tables, text_of

FIRST_SCREEN: Final = 25
ANSWERS: Final = {
    "How do I ship the pack?": ("acme_licensing.py", "import"),
    "Where does the license live?": ("ACME_LICENSE_FILE", "ACME_LICENSE_HOME"),
    "What do I show when it says no?": ("require", "NotEntitled"),
    "How do I test expiry?": ("expiry=30", "travel"),
    "How do I run many replicas?": ("ACME_LICENSE_FILE", "postgresql://"),
    "What if the clock is wrong?": ("Set it right", "accept-clock"),
    "What if I lose the key?": ("keys rotate", "revoke key"),
    "How do I back up?": ("licensekit backup", "ledger backup"),
    "How do I move a customer?": ("licensekit move",),
    "What can a customer cheat?": ("patch", "copy everything"),
}
"""Questions, and what the first lines of the answer have to say."""
ROWS: Final = {row[0]: row[1] for row in tables(text_of("index.md"))[0]}


def test_the_first_page_has_the_questions_on_its_first_screen() -> None:
    assert list(ROWS) == list(ANSWERS)
    assert all(question in "".join(text_of("index.md").splitlines()[:FIRST_SCREEN]) for question in ANSWERS)


@pytest.mark.parametrize("question", ANSWERS)
def test_the_first_screen_of_the_page_answers(question: str) -> None:
    link = re.search(r"\]\(([^)]+)\)", ROWS[question])
    assert link
    lines = (DOCS / link[1]).read_text("utf-8").splitlines()[:FIRST_SCREEN]
    assert [word for word in ANSWERS[question] if word not in "\n".join(lines)] == []
