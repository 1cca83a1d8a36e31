"""What the audit log says was done: for each code, which is `did` in an entry, a sentence.

A sentence follows who did it and when: `anna: added user bob`. Beside `did`, `at` and `by` an entry has the data
that its sentence names, and the data that it leaves out.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Final

from licensekit.errors.templates import fill_in

EVENTS: Final[Mapping[str, str]] = {
    "create": "set up the installation",
    "notice-restored": "noticed a restored backup",
    "repair-journal": "left out what did not hold of the journal, from entry {entry} on",
    "restore": "restored a backup that ends with entry {entry}",
    "accept-restored": "accepted the database as it is",
    "activate": (
        "activated a license file for {serial}{bundles:led , new }{again:led , signed again }"
        "{replaced:led , replaced }{trust:led , with }"
    ),
    "request": "made a request",
    "return": "returned bundle {bundle}",
    "statement": "made a statement of what is in use",
    "reset": "applied the vendor's reset of the {effect}",
    "accept-clock": "accepted the clock, which shows {clock}, in place of {later}",
    "user-add": "added user {user}",
    "user-set": "changed user {user}: {set:list}",
    "user-assign": ("changed the licenses of user {user}{assigned:led , assigned }{released:led , released }"),
    "prefer": "numbered the slots of `{license}`{users:led , first }{sites:led , first }",
    "user-erase": "erased a user, who is {person} in this log",
    "user-retire": "retired user {user}{released:led , released }",
    "user-import": "imported user {user}{assigned:led , assigned }",
    "site-add": "added the {reason} site {site}",
    "site-remove": "removed site {site}{released:led , released }",
    "site-assign": ("changed the licenses of site {site}{assigned:led , assigned }{released:led , released }"),
    "event-start": "started event {event}: {kind} for the {scope} {subject}",
    "event-end": "ended event {event}",
    "lease-end": "ended the lease {lease} of `{license}` by {holder}",
    "lease-borrow": "borrowed a seat of `{license}` for {holder} until {until}",
    "move": "moved the installation to {to}",
    "arrive": "took the installation over from {origin}",
}
"""Code to sentence, in the form of the templates of messages (`licensekit.errors.templates`)."""
_LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    "request": frozenset({"nonce", "facts"}),
    "reset": frozenset({"nonce"}),
    "lease-borrow": frozenset({"lease"}),
}
"""Code to the data that its sentence leaves out."""
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    did: _LEFT_OUT.get(did, frozenset()).union(name for _, name, _, _ in Formatter().parse(sentence) if name)
    for did, sentence in EVENTS.items()
}
"""Code to the names of all its data."""


def sentence_of(facts: Mapping[str, Any]) -> str:
    """Return what an entry says was done; of one that says too little, the code.

    It may have been edited, or written by another version; the log stays readable.
    """
    did = str(facts.get("did", ""))
    try:
        return fill_in(EVENTS[did], facts)
    except LookupError:
        return fill_in("{did:line}", {"did": did})
