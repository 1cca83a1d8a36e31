"""Cases of what an installation signs: a fault of each step, and each two of them, for all three types."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import TYPE_OF, Document, encode
from tests import makers, rare_keys
from tests.vectors.faults import Fault, Faults, with_one, with_two
from tests.vectors.vector import GROUND, VENDOR, Case, citing, file_of

MINE: Final = makers.key("installation", frame.INSTALLATION)
OTHER: Final = makers.key("other", frame.INSTALLATION)


@dataclass(frozen=True)
class SelfSigned:
    """A document of an installation, and how it was signed."""

    document: Document
    by_a_vendor: bool = False
    co_signed: bool = False
    carried: bytes | None = None
    """The key that the signature carries, if it is not the one that signed."""
    is_forged: bool = False
    is_longer: bool = False
    is_newer: bool = False
    in_long_form: bool = False

    @property
    def payload(self) -> bytes:
        """The bytes that are signed; the extensions are the last map."""
        count = int(self.is_newer)
        header = bytes([0xDE, 0, count]) if self.in_long_form else bytes([0x80 + count])
        return encode(self.document)[:-1] + header + b"\xa4!new\x01" * count + b"\xc0" * self.is_longer

    @property
    def token(self) -> armor.Token:
        """What a reader is given."""
        first = VENDOR if self.by_a_vendor else MINE
        signers = (first, OTHER) if self.co_signed else (first,)
        token = makers.seal(TYPE_OF[type(self.document)], self.payload, *signers)
        if self.carried is not None:
            signature, *more = frame.read(token.frame).signatures
            carrying = (signature._replace(key=self.carried), *more)
            token = armor.Token(token.type, frame.write(frame.Frame(carrying, self.payload)))
        return makers.forged(token) if self.is_forged else token


def mark(**changes: Any) -> Callable[[SelfSigned], SelfSigned]:
    """Return what replaces members of a subject."""
    return lambda subject: replace(subject, **changes)


FAULTS: Final[Faults[SelfSigned]] = {
    "co-signed": Fault("4", "signature-count", "two installations signed", mark(co_signed=True)),
    "scheme": Fault("4", "key-unknown", "a key of scheme 1 signed", mark(by_a_vendor=True)),
    "weak-key": Fault("4", "key-invalid", "it carries a key of low order", mark(carried=rare_keys.LOW_ORDER[0])),
    "no-point": Fault("4", "key-invalid", "it carries a key on no point", mark(carried=rare_keys.NO_POINT)),
    "another-key": Fault("5", "signature-invalid", "it carries another key", mark(carried=OTHER.verifying_key.public)),
    "forged": Fault("5", "signature-invalid", "a bit of the signature changed", mark(is_forged=True)),
    "longer": Fault("6", "payload-invalid", "a byte behind the document", mark(is_longer=True)),
    "long-form": Fault("6", "not-canonical", "a map with a longer header", mark(in_long_form=True)),
    "newer": Fault("6", "newer-reader-needed", "an extension with an exclamation mark", mark(is_newer=True)),
}
CARRIED: Final = ("weak-key", "no-point", "another-key")
UNDONE: Final = {
    # A signature carries one key; one of scheme 1 carries none.
    *((one, other) for one in CARRIED for other in CARRIED),
    *(("scheme", other) for other in CARRIED),
    # Two signatures may not carry the same key.
    ("co-signed", "another-key"),
}


@citing("readers-1a")
def self_signed() -> Iterator[Case]:
    """Requests, receipts and statements: a fault of each step, and each two of them."""
    for document in (makers.request(serial=None), makers.receipt(), makers.statement()):
        kind = TYPE_OF[type(document)]
        good = SelfSigned(document)
        for spoiled in (*with_one(FAULTS, good), *with_two(FAULTS, good, UNDONE)):
            flags = ("precedence",) if "-before-" in spoiled.name else ()
            about = f"a {kind}: {spoiled.about}"
            file = file_of(spoiled.subject.token)
            yield GROUND.refuses(spoiled.step, spoiled.code, f"{kind}-{spoiled.name}", about, file, flags=flags)
    for issued, which in ((0, "first"), (253_402_300_799, "last")):
        document = makers.request(issued=issued)
        about = f"a request issued in the {which} second that there is: no time is judged"
        file = file_of(sign(document, MINE))
        yield GROUND.takes("Verification", f"{which}-second", about, file, document)
    document = makers.request(product="demo-erp")
    about = "a request for another product: no product is judged"
    yield GROUND.takes("Verification", "another-product", about, file_of(sign(document, MINE)), document)
