"""What the audit log says was done: for each code, which is `did` in an entry, a sentence.

A sentence follows who did it and when: `anna: added user bob`. Beside `did`, `at` and `by` an entry has the data
that its sentence names, and the data that it leaves out.
"""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any, Final, cast

from licensekit.errors.coded import messages_beside
from licensekit.errors.templates import fill_in

_LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    "request": frozenset({"nonce", "facts"}),
    "reset": frozenset({"nonce"}),
    "lease-borrow": frozenset({"lease"}),
}
"""Code to the data that its sentence leaves out."""


@cache
def fields_of(did: str) -> frozenset[str]:
    """Return the names of all the data that an entry of a code has."""
    named = (name for _, name, _, _ in Formatter().parse(_sentences()[did]) if name)
    return _LEFT_OUT.get(did, frozenset()).union(named)


def sentence_of(facts: Mapping[str, Any]) -> str:
    """Return what an entry says was done; of one that says too little, the code.

    It may have been edited, or written by another version; the log stays readable.
    """
    did = str(facts.get("did", ""))
    try:
        return fill_in(_sentences()[did], facts)
    except LookupError:
        return fill_in("{did:line}", {"did": did})


def _sentences() -> Mapping[str, str]:
    """Return code to sentence, in the form of the templates of messages (`licensekit.errors.coded`)."""
    return cast("Mapping[str, str]", messages_beside(__name__)["audit-entry"]["message"])
