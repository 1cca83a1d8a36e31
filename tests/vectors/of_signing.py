"""Cases of writers that sign: from a document and seeds to a token, byte for byte, since Ed25519 is deterministic."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import TYPE_OF, AfterGrace, Document
from licensekit.wire.plain import plain
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY
from tests.vectors import of_documents
from tests.vectors.vector import ADMITTED, Case

LABELS: Final = ("vendor", *(f"root-{letter}" for letter in "abcdefghijklmno"))
"""Labels of sixteen TEST KEYS."""
BY_INSTALLATIONS: Final = ("request", "receipt", "statement")
EVERY_TYPE: Final[tuple[Document, ...]] = (
    makers.root(makers.key("root-a")),
    makers.trust(*ADMITTED),
    makers.revocations(serials=["7"]),
    makers.catalog(),
    makers.bundle(),
    makers.reset(),
    makers.request(),
    makers.receipt(),
    makers.statement(),
)
WORKED_EXAMPLE: Final = makers.trial(
    company="Blåbær AS", expiry=ISSUED_DAY + 29, sites={}, users={"user": 25}, after_grace=AfterGrace.READ_ONLY
)
"""The bundle of "A worked example"."""


def seed_of(label: str) -> str:
    """Return the seed of a TEST KEY in hexadecimal."""
    return sha256(f"licensekit TEST KEY {label} 1".encode()).hexdigest()


def signing() -> Iterator[Case]:
    """Frames, Schemes and Tokens, in the writer's direction: a document is signed by one or more seeds."""
    for document in EVERY_TYPE:
        kind = TYPE_OF[type(document)]
        yield _signed(kind, f"a {kind}, by one key", document, "vendor")
    several = {
        "root": makers.root(*(makers.key(label) for label in LABELS[1:3]), threshold=2),
        "trust": makers.trust(*ADMITTED, version=7),
    }
    for kind, document in several.items():
        for count in (2, 3, 16):
            about = f"a {kind} document by {count} keys, in the order of the seeds"
            yield _signed(f"{kind}-by-{count}", about, document, *LABELS[:count])
        about = f"a {kind} document by two keys in the other order: another token, and the same document"
        yield _signed(f"{kind}-by-2-turned", about, document, *LABELS[1::-1])
    for name, document in {
        "worked-example": WORKED_EXAMPLE,
        "everything-in-a-bundle": of_documents.BUNDLE,
        "everything-in-a-catalog": of_documents.CATALOG,
    }.items():
        yield _signed(name, f"a document with much in it: {name.replace('-', ' ')}", document, "vendor")
    for name, document in {"first-second": makers.reset(issued=0), "later": makers.reset(issued=ISSUED + 1)}.items():
        yield _signed(f"reset-{name}", f"a reset, issued in its {name.replace('-', ' ')}", document, "vendor")
    about = "the same bundle by another key: another token, and the same document"
    yield _signed("bundle-by-another", about, makers.bundle(), "root-a")
    about = "the same request by another installation"
    yield _signed("request-by-another", about, makers.request(), "root-a")


def _signed(name: str, about: str, document: Document, *labels: str) -> Case:
    kind = TYPE_OF[type(document)]
    scheme = frame.INSTALLATION if kind in BY_INSTALLATIONS else frame.ED25519
    token = sign(document, *(makers.key(label, scheme) for label in labels))
    given: dict[str, Any] = {
        "type": kind,
        "document": plain(document),
        "scheme": scheme,
        "seeds": [seed_of(label) for label in labels],
    }
    return Case(name, about, "Frames", "sign", given, {"token": armor.write(token) + "\n"}, ("crypto", "writer"))
