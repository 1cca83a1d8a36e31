"""The grammar of `docs/format.md`, read by a parser of ABNF (RFC 5234, RFC 7405)."""

import re
from typing import Final

from abnf import ParseError, Rule

from tests.docs.tables import code_blocks, section, text_of

ABNF: Final = code_blocks(section(text_of("format.md"), "Grammar"))[0]
TYPES: Final = re.findall(r'%s"(\w+)"', ABNF.partition("type  ")[2].partition("\n\n")[0])
"""The types of documents, in the order in which the grammar names them."""


class _FormatRule(Rule):
    """A rule of the grammar, apart from those of other grammars."""


_FormatRule.load_grammar(ABNF)
NAMES: Final = re.findall(r"^([a-z][a-z0-9-]*) +=", ABNF, re.MULTILINE)
"""The names of the rules that the text defines, in order."""


def accepts(rule: str, text: str) -> bool:
    """Return whether the whole of `text` is of a rule."""
    try:
        _FormatRule(rule).parse_all(text)
    except ParseError:
        return False
    return True
