"""What administrators type: ids, names, groups; checked before anything is changed."""

from collections.abc import Iterable
from typing import Final

from licensekit.errors import EntryInvalid
from licensekit.limits import NAME_LENGTH, TEXT_LENGTH
from licensekit.wire.documents.fields import is_code, written_text_fault

_QUOTED: Final = 10
"""How many codes one message names."""


def check_id(text: str, what: str) -> str:
    """Return the id of a user or site if it can be one.

    Raises:
        EntryInvalid: empty, too long, surrounded by spaces, or with characters nobody can see.
    """
    if not text or text != text.strip() or len(text) > NAME_LENGTH:
        raise EntryInvalid(reason="id", entry=text, kind=f"{what} id", longest=NAME_LENGTH)
    return _visible(text, f"{what} id", NAME_LENGTH)


def check_name(text: str) -> str:
    """Return a name if it can be one; raises as `check_id` does."""
    return _visible(text, "name", NAME_LENGTH)


def check_message(text: str) -> str:
    """Return a message if it can be one; raises as `check_id` does."""
    return _visible(text, "message", TEXT_LENGTH)


def check_groups(groups: Iterable[str]) -> str:
    """Return groups as they are stored: sorted, separated by spaces.

    Raises:
        EntryInvalid: one is not made of lower-case letters, digits and inner dashes.
    """
    listed = sorted(set(groups))
    for group in listed:
        if not is_code(group):
            raise EntryInvalid(reason="group", entry=group)
    return " ".join(listed)


def _visible(text: str, kind: str, longest: int) -> str:
    if len(text) > longest:
        raise EntryInvalid(reason="too-long", kind=kind, longest=longest)
    if fault := written_text_fault(text):
        raise EntryInvalid(reason="characters", entry=text, kind=kind, detail=fault)
    return text


def quote_codes(codes: Iterable[str]) -> str:
    """Format codes as messages do: `a`, `b` and `c`; of many, the first ones."""
    quoted = [f"`{code}`" for code in codes]
    more = len(quoted) - _QUOTED
    if more > 0:
        quoted[_QUOTED:] = [f"{more} more"]
    *others, last = quoted
    return f"{', '.join(others)} and {last}" if others else last
