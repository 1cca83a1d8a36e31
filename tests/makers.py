"""Builders that tests share: keys from fixed labels, and one valid document of each type.

The keys are TEST KEYS: everybody can make them from their labels. Each document builder gives a valid document; keyword
arguments replace its fields.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from msgspec import structs

from licensekit.keys.signing import SECRET_BYTES, Signer, SigningKey
from licensekit.trust import signed
from licensekit.trust.order import Seen
from licensekit.trust.pack import TrustStore, add_documents, at_floor
from licensekit.trust.roots import pin_of
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState, extend, judge_trust, start, take_revocations, take_trust, verify_numbered
from licensekit.wire import armor, frame
from licensekit.wire.documents import (
    AdmittedKey,
    AfterGrace,
    Bundle,
    Catalog,
    Combine,
    Document,
    KeyState,
    Kind,
    License,
    LoginRule,
    Receipt,
    Request,
    Reset,
    ResetWhat,
    Revocations,
    Root,
    RootKey,
    Scope,
    SeatKind,
    Setting,
    SettingType,
    SignedType,
    Statement,
    Trust,
    Usage,
    Use,
    UserKind,
)

D = TypeVar("D", bound=Document)

PRODUCT = "demo-crm"
ISSUER = "demo"
PARTNER = "partner"
SERIAL = "1010000014"
ISSUED = 1_798_761_600
"""2027-01-01T00:00:00Z, when every builder's document is issued."""
ISSUED_DAY = 20_819
NOW = ISSUED + 3600
YEAR_SECONDS = 366 * 86_400


@cache
def key(label: str, scheme: int = frame.ED25519) -> SigningKey:
    """Return the TEST KEY of `label`; the same every time, on every machine."""
    halves = (sha256(f"licensekit TEST KEY {label} {n}".encode()).digest() for n in (1, 2))
    return SigningKey.from_secret(scheme, b"".join(halves)[: SECRET_BYTES[scheme]])


def installation_key(name: str = "installation") -> SigningKey:
    """Return an installation's key."""
    return key(name, frame.INSTALLATION)


def installation_id(name: str = "installation") -> bytes:
    """Return how bindings and the ledger name an installation: by the hash of its key."""
    return sha256(installation_key(name).verifying_key.public).digest()


def changed(document: D, **changes: Any) -> D:
    """Return `document` with some fields replaced."""
    return structs.replace(document, **changes)


def root(*keys: SigningKey, **changes: Any) -> Root:
    """Return root 1 with `keys`, of which one must sign."""
    named = [RootKey(k.verifying_key.scheme, k.verifying_key.public) for k in keys]
    return changed(Root(PRODUCT, ISSUER, 1, 1, named, {}), **changes)


def scope(**changes: Any) -> Scope:
    """Return the scope of the vendor's own key: everything, without a limit."""
    return changed(Scope(list(SignedType), [ISSUER], list(Use), None, None, None), **changes)


def limited(**changes: Any) -> Scope:
    """Return the scope of a key that signs bundles alone, with the limits that are given."""
    return scope(**({"types": [SignedType.BUNDLE]} | changes))


def admitted(signing_key: SigningKey, name: str = "vendor", **changes: Any) -> AdmittedKey:
    """Return an active key in an open window around `ISSUED`, with the scope of `scope()`."""
    public = signing_key.verifying_key
    window = (ISSUED - YEAR_SECONDS, ISSUED + YEAR_SECONDS)
    whole = AdmittedKey(public.scheme, public.public, name, KeyState.ACTIVE, *window, scope())
    return changed(whole, **changes)


def trust(*keys: AdmittedKey, **changes: Any) -> Trust:
    """Return trust document 1 under root 1."""
    return changed(Trust(PRODUCT, 1, 1, ISSUED, None, list(keys), {}), **changes)


def revocations(**changes: Any) -> Revocations:
    """Return the vendor's list 1 under trust document 1, which takes nothing back."""
    return changed(Revocations(ISSUER, PRODUCT, 1, 1, 1, ISSUED, None, [], [], {}, {}), **changes)


def bundle(**changes: Any) -> Bundle:
    """Return a production bundle of one year with one license of each kind."""
    return changed(
        Bundle(
            issuer=ISSUER,
            product=PRODUCT,
            serial=SERIAL,
            part="base",
            sequence=1,
            replaces=[],
            company="Nordlys Kraft AS",
            use=Use.PRODUCTION,
            issued=ISSUED,
            starts=ISSUED_DAY,
            warning=ISSUED_DAY + 335,
            expiry=ISSUED_DAY + 365,
            grace=ISSUED_DAY + 395,
            maintenance=None,
            next_check=None,
            system={"server": 1},
            sites={"satellite": 2},
            users={"sales-pro": 50, "user": None},
            settings={},
            binding=None,
            after_grace=AfterGrace.READ_ONLY,
            offline_hours=24,
            borrow_hours=0,
            extensions={},
        ),
        **changes,
    )


def trial(**changes: Any) -> Bundle:
    """Return a trial of sixty days that blocks at its end: what a key with such a term may sign."""
    dates = {"starts": None, "warning": None, "expiry": ISSUED_DAY + 60, "grace": None}
    ends = {"use": Use.TRIAL, "after_grace": AfterGrace.BLOCK}
    return bundle(**(ends | dates | changes))


def license_entry(kind: Kind = Kind.USER, name: str = "User", **changes: Any) -> License:
    """Return a license that includes, requires and completes nothing."""
    plain = License(
        kind,
        name,
        "",
        plan=False,
        hidden=False,
        full_with=None,
        includes=[],
        requires=[],
        seats=SeatKind.NAMED,
        limits_sites=False,
        quantity=None,
        per=None,
        replaced_by=None,
        names={},
    )
    return changed(plain, **changes)


def setting(kind: SettingType = SettingType.TEXT, name: str = "A setting", **changes: Any) -> Setting:
    """Return a setting of any value of its type, without a default."""
    return changed(Setting(kind, name, None, None, [], None, Combine.LATEST), **changes)


def catalog(**changes: Any) -> Catalog:
    """Return the vendor's catalog 1, which knows what `bundle()` sells."""
    licenses = {
        "server": license_entry(Kind.SYSTEM, "Server"),
        "satellite": license_entry(Kind.SITE, "Satellite"),
        "sales-pro": license_entry(Kind.USER, "Sales User", plan=True, includes=["user"]),
        "user": license_entry(Kind.USER, "User"),
    }
    access = {"web": LoginRule(["server", "user"], [UserKind.ASSOCIATE])}
    names = {"issuer": "Demo", "product": "Demo CRM"}
    return changed(Catalog(ISSUER, PRODUCT, 1, 1, 1, ISSUED, names, {}, licenses, {}, access, {}, {}), **changes)


def reset(**changes: Any) -> Reset:
    """Return a reset of the clock for the TEST KEY `installation`."""
    public = key("installation", frame.INSTALLATION).verifying_key.public
    digest = sha256(public).digest()
    return changed(Reset(ISSUER, digest, ResetWhat.CLOCK, bytes(16), ISSUED, {}), **changes)


def request(**changes: Any) -> Request:
    """Return a request with one fact."""
    facts = {"machine-id": bytes(16)}
    summary = {"Host": "crm-01"}
    return changed(Request(PRODUCT, SERIAL, bytes(16), ISSUED, facts, bytes(32), summary, {}), **changes)


def receipt(**changes: Any) -> Receipt:
    """Return the receipt of a returned bundle."""
    return changed(Receipt(bytes(16), None, ISSUED, bytes(32), {}), **changes)


def statement(**changes: Any) -> Statement:
    """Return a usage statement."""
    usage = {"sales-pro": Usage(3, 50), "user": Usage(7, None)}
    return changed(Statement(SERIAL, ISSUED, usage, bytes(32), [], {}), **changes)


def payload_of(token: armor.Token) -> bytes:
    """Return the payload of a token."""
    return frame.read(token.frame).payload


def identity_of(token: armor.Token) -> bytes:
    """Return the identity of the document in a token."""
    return signed.identity_of(token.type, payload_of(token))


def pin(token: armor.Token) -> str:
    """Return the pin of the root in a token."""
    return pin_of(payload_of(token))


def file_of(*tokens: armor.Token) -> str:
    """Return a file of tokens, one a line."""
    return "".join(armor.write(token) + "\n" for token in tokens)


def state_of(*tokens: armor.Token, now: int = NOW) -> TrustState:
    """Return what a file establishes whose first token is the pinned root."""
    return extend(start(tokens, pin(tokens[0])), tokens, now)


def first_root() -> armor.Token:
    """Return the vendor's first root, signed by the TEST KEY `root`."""
    return sign(root(key("root")), key("root"))


def first_trust() -> armor.Token:
    """Return trust document 1 under `first_root`, which admits the TEST KEY `vendor`."""
    return sign(trust(admitted(key("vendor"))), key("root"))


def sealed(token: armor.Token, *signers: Signer) -> armor.Token:
    """Return the payload of `token` signed by `signers` alone."""
    return seal(token.type, payload_of(token), *signers)


def seal(kind: str, payload: bytes, *signers: Signer) -> armor.Token:
    """Sign any bytes as a document of `kind`: what no honest writer would make."""
    signatures = tuple(
        frame.Signature(
            signer.verifying_key.scheme,
            signer.verifying_key.reference,
            signer.sign(frame.message(kind, signer.verifying_key.scheme, signer.verifying_key.reference, payload)),
        )
        for signer in signers
    )
    return armor.Token(kind, frame.write(frame.Frame(signatures, payload)))


def forged(token: armor.Token, which: int = 0) -> armor.Token:
    """Return `token` with one bit of one of its signatures changed."""
    opened = frame.read(token.frame)
    signatures = list(opened.signatures)
    wrong = bytearray(signatures[which].signature)
    wrong[0] ^= 1
    signatures[which] = signatures[which]._replace(signature=bytes(wrong))
    return armor.Token(token.type, frame.write(opened._replace(signatures=tuple(signatures))))


def spliced(token: armor.Token, other: armor.Token) -> armor.Token:
    """Return the payload of `token` under the signatures of `other`."""
    signatures = frame.read(other.frame).signatures
    return armor.Token(token.type, frame.write(frame.Frame(signatures, payload_of(token))))


def relabeled(token: armor.Token, kind: str) -> armor.Token:
    """Return `token` as if it were a document of `kind`."""
    return armor.Token(kind, token.frame)


def extended(store: TrustStore, tokens: Iterable[armor.Token], seen: Seen, now: int = NOW) -> TrustStore:
    """Extend the trust store of an installation that has seen documents before."""
    return at_floor(add_documents(store, tokens, now, seen), seen)


def update_trust(state: TrustState, token: armor.Token, now: int | None) -> TrustState:
    """Add a trust document; raises as `judge_trust` and `take_trust` do."""
    return take_trust(state, judge_trust(state, token), now)


def update_revocations(state: TrustState, token: armor.Token, now: int | None) -> TrustState:
    """Add a revocation list; raises as `verify_numbered` and `take_revocations` do."""
    return take_revocations(state, verify_numbered(state, token, Revocations), now)
