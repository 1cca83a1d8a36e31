"""Cases of belief: steps 4, 5, 7, 8 and 9, and what installations sign."""

from collections.abc import Iterator

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import AfterGrace, Bundle, Catalog, Document, LowestOfUses, Use
from tests import makers, rare_keys
from tests.makers import ISSUED, ISSUED_DAY, PARTNER, SERIAL, YEAR_SECONDS
from tests.vectors.vector import (
    ADD_ONS,
    BASES,
    CATALOGS,
    GROUND,
    PARTNERS,
    RETIRED,
    REVOKED,
    ROOT,
    SALES,
    STRANGER,
    VENDOR,
    Case,
    file_of,
    shown_seen,
)

BUNDLE = makers.bundle()
TOKEN = sign(BUNDLE, VENDOR)


def by(signer: SigningKey, document: Document) -> str:
    """Return a file of one document by one signer."""
    return file_of(sign(document, signer))


def keys() -> Iterator[Case]:
    """Step 4: the key is known and may sign this type."""
    refuse = GROUND.refuses
    both = file_of(sign(BUNDLE, VENDOR, SALES))
    yield refuse("4", "signature-count", "two-signatures", "two keys signed a bundle", both)
    yield refuse("4", "key-unknown", "stranger", "a key that nobody admitted", by(STRANGER, BUNDLE))
    yield refuse("4", "key-unknown", "root-key", "a root key signs no bundles", by(ROOT, BUNDLE))
    scheme_3 = by(makers.key("vendor", frame.INSTALLATION), BUNDLE)
    about = "the vendor's own key under scheme 3"
    yield refuse("4", "key-unknown", "scheme-3", about, scheme_3)
    yield refuse("4", "key-revoked", "revoked", "a revoked key", by(REVOKED, BUNDLE))
    about = "a key for catalogs only signs a bundle"
    yield refuse("4", "key-out-of-scope", "type", about, by(CATALOGS, BUNDLE))
    about = "a key for bundles only signs a catalog"
    yield refuse("4", "key-out-of-scope", "type-catalog", about, by(SALES, makers.catalog()))


def signatures() -> Iterator[Case]:
    """Step 5: the signature is over just this document, type and key."""
    other = sign(makers.bundle(sequence=2), VENDOR)
    (signature,) = frame.read(TOKEN.frame).signatures
    payload = makers.payload_of(TOKEN)
    s = int.from_bytes(signature.signature[32:], "little") + ED25519_ORDER
    second_spelling = signature.signature[:32] + s.to_bytes(32, "little")
    bare = frame.Signature(1, signature.key, VENDOR.sign(payload))
    wrong = {
        "forged": ("a bit of R changed", makers.forged(TOKEN)),
        "altered": ("a bit of the payload changed", _altered(TOKEN)),
        "spliced": ("the signature of another bundle", makers.spliced(TOKEN, other)),
        "longer": ("a byte behind the payload", armor.Token("bundle", TOKEN.frame + b"\xc0")),
        "type-changed": (
            "a catalog under the label of a bundle",
            makers.relabeled(sign(makers.catalog(), VENDOR), "bundle"),
        ),
        "s-not-reduced": ("S with the group order added", _with(signature, second_spelling)),
        "all-zero": ("a signature of zeros", _with(signature, bytes(64))),
        "payload-alone": ("signed without type, scheme and key id", _with(bare, bare.signature)),
        "not-a-payload": (
            "damage within the payload shows here: it is not decoded before",
            makers.forged(makers.seal("bundle", b"\xc1", VENDOR)),
        ),
    }
    for name, (about, token) in wrong.items():
        musts = ("readers-3",) if name == "not-a-payload" else ()
        yield GROUND.refuses("5", "signature-invalid", name, about, file_of(token), musts=musts)


ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
"""The order of the group (RFC 8032, section 5.1)."""


def _altered(token: armor.Token) -> armor.Token:
    data = bytearray(token.frame)
    data[-1] ^= 1
    return armor.Token(token.type, bytes(data))


def _with(signature: frame.Signature, data: bytes) -> armor.Token:
    replaced = signature._replace(signature=data)
    return armor.Token("bundle", frame.write(frame.Frame((replaced,), makers.payload_of(TOKEN))))


trial = makers.trial


def add_on(**changes: object) -> Bundle:
    """Return an add-on whose every count is 25, the highest that ADD_ONS may sign."""
    counts = {"system": {"storage": 25}, "sites": {"satellite": 25}, "users": {"user": 25}}
    return makers.bundle(**({"part": "storage"} | counts | changes))


def contents() -> Iterator[Case]:
    """Steps 7 and 8: what the key may say, when, and for which product."""
    at_start, at_end = ISSUED - YEAR_SECONDS, ISSUED + YEAR_SECONDS - 1
    good: dict[str, tuple[str, SigningKey, Document]] = {
        "perpetual": ("no expiry", VENDOR, makers.bundle(warning=None, expiry=None, grace=None)),
        "window-first-second": ("issued as it opens", VENDOR, makers.bundle(issued=at_start)),
        "retired-in-its-time": ("a retired key", RETIRED, makers.bundle(issued=ISSUED - 1)),
        "trial-of-60-days": ("the longest term", SALES, trial()),
        "hours-of-60-days": (
            "offline and borrow hours of the whole term",
            SALES,
            trial(offline_hours=1440, borrow_hours=1440),
        ),
        "trial-without-limit": (
            "a term limits no count and no setting",
            SALES,
            trial(users={"user": None}, settings={"max-rows": 5}),
        ),
        "counts-at-the-highest": ("every count at the highest", ADD_ONS, add_on()),
        "another-part": ("the other part of the key", ADD_ONS, add_on(part="reports")),
        "replaces": ("in place of others, without a limit", VENDOR, makers.bundle(replaces=["1"])),
        "partner": ("a partner's bundle", PARTNERS, makers.bundle(issuer=PARTNER)),
        "catalog": ("a catalog", CATALOGS, makers.catalog()),
        "reset": ("a reset", VENDOR, makers.reset()),
        "expired": (
            "expired long ago, and still genuine",
            VENDOR,
            makers.bundle(starts=None, warning=None, expiry=1, grace=None),
        ),
    }
    for name, (about, signer, document) in good.items():
        known = {"demo": (1, 1, 1)} if isinstance(document, Catalog) else {}
        yield GROUND.takes("7", name, about, by(signer, document), document, catalogs=known)
    late = makers.bundle(issued=at_end)
    about = "issued in the last second of the window"
    yield GROUND.takes("7", "window-last-second", about, by(VENDOR, late), late, now=at_end)
    refuse = GROUND.refuses
    early = by(VENDOR, makers.bundle(issued=at_start - 1))
    yield refuse("7", "key-out-of-window", "before", "a second before the window", early)
    closed = by(VENDOR, makers.bundle(issued=at_end + 1))
    about = "as the window closes"
    yield refuse("7", "key-out-of-window", "after", about, closed, now=at_end + 1)
    retired = by(RETIRED, makers.bundle(issued=ISSUED))
    yield refuse("7", "key-out-of-window", "retired", "a retired key after its time", retired)
    outside: dict[str, tuple[str, SigningKey, Document]] = {
        "issuer": ("the vendor's bundle by a partner", PARTNERS, makers.bundle()),
        "issuer-of-catalog": ("the vendor's catalog by a partner", PARTNERS, makers.catalog()),
        "issuer-of-reset": ("the vendor's reset by a partner", PARTNERS, makers.reset()),
        "issuer-partner": ("a partner's by the vendor", VENDOR, makers.bundle(issuer=PARTNER)),
        "use": ("production by the key for trials", SALES, trial(use=Use.PRODUCTION)),
        "term": ("a trial of 61 days", SALES, trial(expiry=ISSUED_DAY + 61)),
        "term-grace": ("61 days with grace", SALES, trial(grace=ISSUED_DAY + 61)),
        "term-none": ("a trial without an end", SALES, trial(expiry=None)),
        "term-advisory": ("advisory after grace is no end", SALES, trial(after_grace=AfterGrace.ADVISORY)),
        "term-read-only": ("read-only after grace is no end", SALES, trial(after_grace=AfterGrace.READ_ONLY)),
        "offline-hours": ("an offline hour too many", SALES, trial(offline_hours=1441)),
        "borrow-hours": ("a borrow hour too many", SALES, trial(borrow_hours=1441)),
        "replaces-by-a-term": ("takes another's place", SALES, trial(replaces=["1"])),
        "part": ("the base by a key for add-ons", ADD_ONS, add_on(part="base")),
        "replaces-by-parts": ("takes another's place, by a key with parts", BASES, makers.bundle(replaces=["1"])),
        "most-system": ("a quantity above the highest", ADD_ONS, add_on(system={"storage": 26})),
        "most-sites": ("sites above the highest", ADD_ONS, add_on(sites={"satellite": 26})),
        "most-users": ("users above the highest", ADD_ONS, add_on(users={"a": 1, "b": 26})),
        "most-unrestricted": ("no limit at all", ADD_ONS, add_on(users={"user": None})),
        "most-settings": ("a setting", ADD_ONS, add_on(settings={"max-rows": 0})),
        "term-starts-later": (
            "60 days that begin a day after issue",
            SALES,
            trial(starts=ISSUED_DAY + 1, expiry=ISSUED_DAY + 61),
        ),
    }
    for name, (about, signer, document) in outside.items():
        yield refuse("7", "key-out-of-scope", name, about, by(signer, document))
    other = by(VENDOR, makers.bundle(product="demo-erp"))
    yield refuse("8", "wrong-product", "product", "a bundle of another product", other)
    other = by(VENDOR, makers.catalog(product="demo-erp"))
    yield refuse("8", "wrong-product", "product-of-catalog", "likewise a catalog", other)


def revoked() -> Iterator[Case]:
    """Step 9: what its issuer has taken back."""
    another = makers.bundle(serial="1010000022", sequence=7)
    identity = makers.identity_of(TOKEN)
    lists = {
        "identity": makers.revocations(identities=sorted([bytes(16), identity, b"\xff" * 16])),
        "serial": makers.revocations(serials=[SERIAL, "1010000099"]),
        "lowest": makers.revocations(lowest={SERIAL: {"base": LowestOfUses(2, None, None)}}),
    }
    for name, document in lists.items():
        token = sign(document, VENDOR)
        about = f"taken back by {name}"
        bundle = file_of(token, TOKEN)
        yield GROUND.refuses("9", "bundle-revoked", name, about, bundle)
        state = (1, 1, {"demo": (1, 1, 1)})
        file = file_of(token, sign(another, VENDOR))
        about = f"another bundle, not taken back by {name}"
        yield GROUND.takes("9", f"not-{name}", about, file, another, state=state)
    at_lowest = sign(
        makers.revocations(lowest={SERIAL: {"base": LowestOfUses(1, 9, None), "add-on": LowestOfUses(9, None, None)}}),
        VENDOR,
    )
    yield GROUND.takes(
        "9",
        "at-lowest",
        "the lowest sequence that still counts, and another part",
        file_of(at_lowest, TOKEN),
        BUNDLE,
        state=(1, 1, {"demo": (1, 1, 1)}),
    )
    partners = sign(makers.revocations(issuer=PARTNER, serials=[SERIAL]), PARTNERS)
    yield GROUND.takes(
        "9",
        "another-issuers-list",
        "a partner's list says nothing of the vendor's bundles",
        file_of(partners, TOKEN),
        BUNDLE,
        state=(1, 1, {PARTNER: (1, 1, 1)}),
    )
    yield GROUND.refuses(
        "9",
        "revocations-missing",
        "list-gone",
        "a list was seen before and is not here (S1)",
        file_of(TOKEN),
        seen=shown_seen(demo=sign(makers.revocations(), VENDOR)),
    )


def installations() -> Iterator[Case]:
    """What an installation signs, by the key that the signature carries."""
    mine = makers.key("installation", frame.INSTALLATION)
    other = makers.key("other", frame.INSTALLATION)
    request = sign(makers.request(), mine)
    for document in (makers.request(), makers.receipt(), makers.statement()):
        name = type(document).__name__.lower()
        yield GROUND.takes("Verification", name, f"a {name}", file_of(sign(document, mine)), document)
    (signature,) = frame.read(request.frame).signatures

    def carrying(public: bytes) -> str:
        changed = (signature._replace(key=public),)
        data = frame.write(frame.Frame(changed, makers.payload_of(request)))
        return file_of(armor.Token("request", data))

    refuse = GROUND.refuses
    two = file_of(sign(makers.request(), mine, other))
    yield refuse("4", "signature-count", "two-installations", "two installations signed", two)
    about = "the vendor's key signs a request"
    yield refuse("4", "key-unknown", "by-the-vendor", about, by(VENDOR, makers.request()))
    about = "another installation's key put in"
    another = carrying(other.verifying_key.public)
    yield refuse("5", "signature-invalid", "key-swapped", about, another)
    for number, public in enumerate(rare_keys.LOW_ORDER):
        about = f"a key of low order: point {number}"
        yield refuse("4", "key-invalid", f"low-order-{number}", about, carrying(public))
    for number, public in enumerate(rare_keys.NON_CANONICAL):
        about = f"a key in a second spelling: {number}"
        yield refuse("4", "key-invalid", f"non-canonical-{number}", about, carrying(public))
    about = "a key on no point of the curve"
    yield refuse("4", "key-invalid", "no-point", about, carrying(rare_keys.NO_POINT))
