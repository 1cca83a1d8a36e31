"""What administrators type: ids, names, groups; checked before anything is changed."""

from collections.abc import Iterable
from unicodedata import normalize

from licensekit.errors import EntryInvalid
from licensekit.limits import NAME_LENGTH, TEXT_LENGTH
from licensekit.wire.documents.fields import is_code, is_invisible, written_text_fault


def require_text(value: object, what: str) -> None:
    """Raise `TypeError` for what a program passes as `what` and is no text."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}")


def folded(text: str) -> str:
    """Return an id in the form in which ids are compared (`docs/installation.md`, "People").

    It is in Unicode normal form KC, case folded, without invisible characters or spaces around it.
    """
    if text.isascii():
        return text.strip().lower()
    return normalize("NFKC", normalize("NFKC", _seen(text)).casefold()).strip()


def written_id(text: str, kind: str) -> str:
    """Return an id as it is shown: as it was typed, without what nobody sees.

    Raises:
        EntryInvalid: as `check_id`.
    """
    written = normalize("NFC", _seen(text)).strip()
    check_id(folded(written), kind)
    return check_id(written, kind)


def _seen(text: str) -> str:
    return "".join(character for character in text if not is_invisible(character))


def check_id(text: str, kind: str) -> str:
    """Return an id if it can be one; `kind` says of what: `user id`.

    Raises:
        EntryInvalid: empty, too long, surrounded by spaces, or with characters nobody can see.
    """
    if not text or text != text.strip() or len(text) > NAME_LENGTH:
        raise EntryInvalid(reason="id", entry=text, kind=kind, longest=NAME_LENGTH)
    return _visible(text, kind, NAME_LENGTH)


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
        raise EntryInvalid(reason="characters", entry=text, kind=kind, fault=fault)
    return text
