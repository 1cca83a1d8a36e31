"""Cases of extensions: names to be understood, names that are defined, and all others."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from tests.vectors.document_fields import TABLES
from tests.vectors.document_samples import AROUND, changed
from tests.vectors.field_trials import FLOAT
from tests.vectors.payload_cases import refused, slug, taken, titled
from tests.vectors.spelled import pack
from tests.vectors.vector import Case

TYPES: Final = [name for name in TABLES if name not in AROUND]
NEWER: Final = "newer-reader-needed"
MUSTS: Final = ("extensions-1", "extensions-2")
"""Names with `!` are refused, and they alone."""

FORMS: Final[dict[str, tuple[tuple[str, ...], str, tuple[Any, ...]]]] = {
    "request": (("bundle",), "00112233445566778899aabbccddeeff", ("0F" * 16, "0f" * 15, "0f" * 17, "", 5, False)),
    "pickup": (("bundle",), "0f" * 16, ("../" + "0" * 29, "0f" * 16 + "\u00a0", True, 0)),
    "ledger": (
        ("trust", "revocations", "catalog"),
        "1:" + "ab" * 32,
        ("0:" + "ab" * 32, "01:" + "ab" * 32, f"{2**53}:" + "ab" * 32, "1:" + "AB" * 32, "1", "", -1),
    ),
    **dict.fromkeys(
        ("unsold-licenses", "unsold-editions"),
        (("catalog",), "fax sales/sales-pro", ("Fax", "fax ", "fax  sales", "fax/", "/fax", "", 5, False)),
    ),
    "holds": (
        ("request", "receipt", "statement"),
        "1.4 - 1.4.2",
        ("1.4 -", "1.4  - -", "0.1 - -", "01.1 - -", "1.4 1.4 -", "- - -", "", False),
    ),
    "follows": (("request", "receipt", "statement"), "ab" * 32, ("", "ab" * 31, "AB" * 32, 0)),
}
"""Defined name to the types that it is defined on, a value of its form, and values of other forms."""


def extension_names() -> Iterator[Case]:
    """Extensions: a name that begins with `!` shuts out, and no other name and no value of a defined one does."""
    for kind in TYPES:
        for what, extensions in _TO_BE_UNDERSTOOD.items():
            about = f"{titled(kind)}: {what}"
            payload = pack(changed(kind, extensions=extensions))
            yield refused(
                slug(about), about, kind, payload, "Extensions 1", code=NEWER, musts=("extensions-1", "extensions-2")
            )
        about = f"{titled(kind)}: names that nobody defined"
        yield _taken(about, kind, dict.fromkeys(sorted(_UNKNOWN, key=str.encode), 1), "Extensions 2")
    for name, (kinds, right, others) in FORMS.items():
        yield from _defined(name, kinds, right, others)
    about = "a line of a summary begins with `!`, and is no extension"
    yield taken(
        slug(about),
        about,
        "request",
        changed("request", summary={"!acme": "x"}),
        "Extensions 1",
        musts=("extensions-1",),
    )


_TO_BE_UNDERSTOOD: Final[dict[str, dict[str, Any]]] = {
    "an extension that must be understood": {"!acme.limit": 1},
    "the name `!` alone": {"!": False},
    "a name that must be understood among others": {"": 1, "!request": "", "a": 1},
}
_UNKNOWN: Final = (
    "",
    " ",
    "a!",
    " !a",
    "\uff01a",
    "10",
    "9",
    "__proto__",
    "constructor",
    "toString",
    "acme.note",
    "-",
    "Request",
)


def _defined(name: str, kinds: tuple[str, ...], right: str, others: tuple[Any, ...]) -> Iterator[Case]:
    for kind in kinds:
        yield _taken(f"{titled(kind)}: `{name}` in its form", kind, {name: right}, "Extensions 2")
    for at, value in enumerate(others):
        about = f"{titled(kinds[0])}: `{name}` with another value, which counts as absent: {value!a}"
        case = _taken(about, kinds[0], {name: value}, "Extensions 2", musts=("extensions-3",))
        yield replace(case, name=f"{name}-of-another-form-{at + 1}")
    for what, value in {"nothing": None, "a float": FLOAT, "bytes": b"", "a list": [right]}.items():
        about = f"{titled(kinds[0])}: `{name}` with what is no value: {what}"
        payload = pack(changed(kinds[0], extensions={name: value}))
        yield refused(slug(about), about, kinds[0], payload, "Extensions 2", musts=("extensions-3",))
    for kind in (kind for kind in TYPES if kind not in kinds):
        yield _taken(f"{titled(kind)}: `{name}`, which is defined elsewhere", kind, {name: 1}, "Extensions 3")


def _taken(about: str, kind: str, extensions: dict[str, Any], rule: str, musts: tuple[str, ...] = ()) -> Case:
    document = changed(kind, extensions=extensions)
    return taken(slug(about), about, kind, document, rule, musts=("extensions-2", *musts))
