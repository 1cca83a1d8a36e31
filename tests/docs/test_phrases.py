"""No text says again what we have learned to say better: phrases that are left behind, and what to write instead.

The test catches relapses. Only reading a text aloud makes it good.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.docs.prose import COMMENT, DOCSTRING, TEXT, Piece, docstrings, pieces


class Phrase(NamedTuple):
    """A phrase that is left behind."""

    pattern: str
    instead: str
    relapse: str
    """A text that says it."""
    kinds: tuple[str, ...] = (DOCSTRING, COMMENT, TEXT)


FIRST: Final = (DOCSTRING,)
"""A phrase with which a docstring may not begin."""
PHRASES: Final = (
    Phrase(r"^(Give|Say|Tell|Hold|Stand|Go on)\b", "say what it does: Return, Check, Set", "Give the bundle.", FIRST),
    Phrase(r"^(Of|That|So|Is shown)\b", "a noun phrase: The number of its entry", "Of its entry.", FIRST),
    Phrase(
        r"^So many\b|\bso (many|long) at most|at most so (many|long)", "Show at most this many.", "So many at most."
    ),
    Phrase(r"\bso many(?! \w+ that\b)", "this many, `count` bundles", "A workspace with so many bundles."),
    Phrase(r"\bso long\b", "this long, for DAYS days", "It waits so long."),
    Phrase(r"\bunless told\b", "default: …", "It is signed by A unless told."),
    Phrase(r"\bstands? so\b", "are in this state", "Only those that stand so now."),
    Phrase(r"\bbegins? so\b(?! that)", "starts with NAME", "Customers whose name begins so."),
    Phrase(r"\bgo on behind\b", "continue after", "Go on behind this entry."),
    Phrase(r"\banew\b", "again", "The catalog is signed anew."),
    Phrase(r"\bat once\b", "together, at the same time, immediately", "All faults at once."),
    Phrase(r"\bfor ?ever\b", "perpetual", "A license for ever."),
    Phrase(r"\b(is|are) none of\b", "is not the … of, is not one of", "The ledger is none of a workspace."),
    Phrase(r"\bis no (id|name|code|number|date) of\b", "is not a valid …", "'x' is no id of a user."),
    Phrase(r"\bcounts? no more\b", "is revoked, no longer counts", "What was issued counts no more."),
    Phrase(r"\bnobody (here )?to ask\b|\bnobody here\b", "not a terminal: pass --yes", "There is nobody here to ask."),
    Phrase(r"\bstands? (first|last)\b", "most recently assigned first", "Who got it last stands first."),
    Phrase(r"\bout loud\b", "is always reported", "It is lost out loud."),
    Phrase(r"\bdebts?\b", "seats still to be freed", "Debts of the installation."),
    Phrase(r"\bwish(es)? for\b", "a request for", "A wish for a seat."),
    Phrase(r"\bmake it with `", "create it with", "Make it with `open`."),
    Phrase(r"(^|[.:;] )Of many,", "skip invalid orders and issue the rest", "Of many, issue all that are good."),
    Phrase(r"\bthe own\b", "its own, this one's", "It is copied over the own one."),
    Phrase(r"\b(so|as) far as it (came|comes|goes)\b", "up to where it ended", "What it wrote, so far as it came."),
    Phrase(r"\b(there|here|where)(by|of|upon|in)\b", "say the noun: by it, of it", "What is signed thereby."),
    Phrase(r"\b(whence|thence|hither|thither|hitherto|henceforth)\b", "from there, so far", "Whence it came."),
    Phrase(r"\b(footing|grounding|riders|crew)\b", "WorkspaceState, TrustStore, attachments, pool", "The footing."),
    Phrase(
        r"(?<!there )\b(is|are|was|were) no "
        r"(?!(longer|more|less|worse|better|other|such|higher|lower|problem)\b)[a-z`'\"]",
        "is not a, is not an",
        "A file that is no pack.",
    ),
    Phrase(
        r"\bstands? (?!for\b|out\b|still\b|by\b|alone\b|up\b)\w",
        "is, comes, is shown",
        "The code stands in parentheses.",
    ),
    Phrase(
        r"\bbehind (it|them|this|that|each|what|its|every|one|`)(?!\w)", "after", "White space behind it is dropped."
    ),
    Phrase(r"\b(needs?|takes?|gives?|finds?|leaves?|keeps?|gets?) none\b", "needs no …", "A reader that needs none."),
    Phrase(r"\b(is|are) (said|told) (of|at|to|by|in)\b", "says, shows, reports", "What is said of a bundle."),
    Phrase(r"\ball the same\b", "still", "It works all the same."),
    Phrase(r"\bgo(es)? by (?!\w+ers?\b)", "uses, depends on", "It goes by the clock."),
    Phrase(r"\bbut for\b", "except", "All steps but for one."),
    Phrase(r"\bin the place of\b", "in place of, instead of", "Another one in the place of this one."),
    Phrase(r"\bthe one of (the|a|an|its|this|that)\b", "that of", "The key is the one of the root."),
    Phrase(r"\bas good as none\b", "like none", "It is as good as none."),
)
_TITLE: Final = "it is the title of cases in the test kit, and a whole sentence"
EXCEPTIONS: Final = {
    ("tests/vectors/of_floors.py", r"^(Of|That|So|Is shown)\b"): _TITLE,
    ("tests/vectors/of_trust.py", r"^(Of|That|So|Is shown)\b"): _TITLE,
    ("tests/vectors/of_vouching.py", r"^(Of|That|So|Is shown)\b"): _TITLE,
    ("samples/superoffice/catalog.toml", r"\bso many(?! \w+ that\b)"): "it is in the signed files of the sample",
}
"""Path and phrase to the reason why it stays there."""
UNREAD: Final = {
    "tests/docs/test_phrases.py": "it names the phrases",
    "docs/decisions/0020-one-voice.md": "it shows how texts were before",
}


def found(phrase: Phrase, some: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that say a phrase."""
    pattern = re.compile(phrase.pattern, re.IGNORECASE)
    return [one for one in some if one.kind in phrase.kinds and pattern.search(one.text)]


@pytest.fixture(scope="module")
def read() -> list[Piece]:
    """All that is read."""
    return [one for one in pieces() if one.path not in UNREAD]


def test_no_text_says_again_what_we_have_left_behind(read: list[Piece]) -> None:
    again = [
        f"{one.path}:{one.line}: write instead: {phrase.instead}: {one.text}"
        for phrase in PHRASES
        for one in found(phrase, read)
        if (one.path, phrase.pattern) not in EXCEPTIONS
    ]
    assert not again, "\n".join(again)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.relapse)
def test_a_relapse_is_found(phrase: Phrase) -> None:
    assert found(phrase, [Piece("a.py", 1, phrase.kinds[0], phrase.relapse)])


@pytest.mark.parametrize(("path", "pattern"), EXCEPTIONS)
def test_an_exception_is_needed(path: str, pattern: str, read: list[Piece]) -> None:
    assert any(one.path == path and re.search(pattern, one.text, re.IGNORECASE) for one in read)


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    files = {
        "README.md": "# A page\n\nOne\nparagraph.\n\n```sh\na block\n```\n",
        "licensekit/a.py": '"""A\nmodule."""\n\nX = 1  # a comment\n"""An attribute."""\noption(help="A help.")\n',
        "licensekit/messages.toml": '# About messages.\n\n[a]\nmessage = "A message."\n',
        "tests/test_a.py": 'def test() -> None:\n    """A property."""\n    # two\n    # lines\n    assert "data"\n',
        "tests/data.bin": "nothing",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert {(one.path, one.line, one.text) for one in pieces(tmp_path) if one.text} == {
        ("README.md", 1, "A page"),
        ("README.md", 3, "One paragraph."),
        ("licensekit/a.py", 1, "A module."),
        ("licensekit/a.py", 4, "a comment"),
        ("licensekit/a.py", 5, "An attribute."),
        ("licensekit/a.py", 6, "A help."),
        ("licensekit/messages.toml", 1, "About messages."),
        ("licensekit/messages.toml", 3, '[a] message = "A message."'),
        ("tests/test_a.py", 2, "A property."),
        ("tests/test_a.py", 3, "two lines"),
    }


def test_docstrings_have_the_names_that_lead_to_them() -> None:
    text = '"""M."""\nclass A:\n    """C."""\n    x: int = 1\n    """X."""\n    def f(self):\n        """F."""\n'
    assert [(name, said) for name, _, said in docstrings(ast.parse(text))] == [
        ("", "M."),
        (".A", "C."),
        (".A.x", "X."),
        (".A.f", "F."),
    ]
