"""What comes behind a signature: files that a TEST KEY has signed, whatever they say."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256

from licensekit.cli.inspect import show_findings
from licensekit.entitlements import evaluate
from licensekit.errors import LicenseError
from licensekit.installation import Installation
from licensekit.issuer.exchange.customers import read_sent
from licensekit.issuer.exchange.requests import read_request
from licensekit.issuer.keys import ceremony
from licensekit.issuer.output.product_module import product_module
from licensekit.state.home import open_in_memory
from licensekit.trust.findings import check
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack, pin_in_pack
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Document, encode
from tests import homes, makers
from tests.crm import SOLD, crm_catalog
from tests.fuzz import kit
from tests.fuzz.judging import NotMade, require_shown
from tests.fuzz.structure import described, file_of, tokens_of

_ACTIVATED_OF = 8  # one proposal in this many is carried out as well, which costs a new installation


@cache
def trust_store() -> TrustStore:
    """Return whom targets believe: the vendor of the tests, whose catalog has every kind of license."""
    return open_pack(homes.pack(crm_catalog()), homes.PIN)


def bundles(data: bytes) -> None:
    """Verify bundles and what comes beside them, and evaluate what they grant."""
    tokens = tokens_of(data)
    show_findings(check(tokens, trust_store(), makers.NOW), trust_store())
    store = extend_trust_store(trust_store(), tokens, makers.NOW)
    verified = [verify_bundle(token, store.trust, makers.NOW) for token in tokens if token.type == "bundle"]
    granted = evaluate(store, verified, makers.NOW, released=makers.ISSUED_DAY)
    for moment in {granted.valid_until, *(one.document.starts for one in verified)} - {None}:
        evaluate(store, verified, moment or 0)


def bundles_seeds() -> Iterator[bytes]:
    """Yield a bundle of each payload of the kit, and what is sold of every kind."""
    sold = described("bundle", encode(makers.bundle(**SOLD)))
    catalog, trial = described("catalog", encode(crm_catalog())), described("bundle", encode(makers.trial()))
    yield file_of(sold)
    yield file_of(catalog, sold, trial)
    yield file_of(described("bundle", encode(makers.bundle(sequence=2, replaces=["1010000022"]))), sold)
    yield from _of_kit({"bundle"})


def trust(data: bytes) -> None:
    """Open a pack under the pin of its own root, and under ours; make what an application ships of it."""
    tokens = tokens_of(data)
    written = armor.write_file(tokens)
    for token in tokens:
        check([token], trust_store(), makers.NOW)
    with suppress(LicenseError):
        extend_trust_store(trust_store(), tokens, makers.NOW)
    with suppress(LicenseError):
        begun = ceremony.read(written.encode())
        assert ceremony.read(begun.data).tokens == begun.tokens
    store = open_pack(written, pin_in_pack(written))
    assert open_pack(armor.write_file(store.tokens), pin_in_pack(written)).tokens == store.tokens
    compile(product_module(written), "product.py", "exec")


def trust_seeds() -> Iterator[bytes]:
    """Yield packs, whole and in part, and the trust documents of the kit."""
    root, first = makers.first_root(), makers.first_trust()
    whole = [_described(root, 1), _described(first, 1), described("catalog", encode(crm_catalog()))]
    lists = described("revocations", encode(makers.revocations()))
    second = makers.root(makers.key("next root"), version=2)
    yield file_of(*whole)
    yield file_of(*whole, lists)
    yield file_of(whole[0], described("root", encode(second), 5), whole[1])
    yield file_of(whole[0], described("trust", encode(makers.trust(makers.admitted(makers.key("partner")))), 1))
    yield from _of_kit({"root", "trust", "revocations", "catalog"}, whole[0], whole[1])


def activation(data: bytes) -> None:
    """Propose to activate a file, and of one in eight do it."""
    text = armor.write_file(tokens_of(data))
    proposal = _installation().propose_activate(text)
    json.dumps(proposal.as_json())
    assert all(one.message for one in (*proposal.warnings, *proposal.consequences))
    for reason in proposal.preview.reasons:
        require_shown(reason)
    if sha256(data).digest()[0] % _ACTIVATED_OF == 0:
        installation = _installation.__wrapped__()
        with installation:
            installation.activate(text)
            assert not installation.propose_activate(text).changes


def activation_seeds() -> Iterator[bytes]:
    """Yield renewals, add-ons, less than is in use, resets, and documents of every type."""
    later = makers.bundle(sequence=2, **SOLD)
    less = makers.bundle(sequence=3, **{**SOLD, "users": {"sales": 1}})
    part = makers.bundle(part="extra", users={"travel": 5})
    for document in (later, less, part, makers.trial(), makers.bundle(serial="1010000022", replaces=[makers.SERIAL])):
        yield file_of(described("bundle", encode(document)))
    yield file_of(*(described("bundle", encode(one)) for one in (later, part)))
    yield file_of(described("reset", encode(makers.reset())))
    yield from _of_kit({"bundle", "reset", "catalog", "revocations"})


def exchange(data: bytes) -> None:
    """Take requests, receipts and statements that any installation has signed."""
    tokens = tokens_of(data)
    written = armor.write_file(tokens)
    show_findings(check(tokens, trust_store(), makers.NOW), trust_store())
    with suppress(LicenseError):
        assert read_request(written, makers.PRODUCT).document.product == makers.PRODUCT
    assert read_sent(written)


def exchange_seeds() -> Iterator[bytes]:
    """Yield exchange files of each type, and those of the kit."""
    made: list[tuple[str, Document]] = [
        ("request", makers.request()),
        ("receipt", makers.receipt()),
        ("statement", makers.statement()),
    ]
    for kind, document in made:
        yield file_of(described(kind, encode(document), 2))
    receipt, statement = encode(makers.receipt()), encode(makers.statement())
    yield file_of(described("receipt", receipt, 2), described("statement", statement, 4))
    yield from _of_kit({"request", "receipt", "statement"}, signer=2)


@cache
def _installation() -> Installation:
    """Return an installation in memory in which people hold licenses; nobody changes it."""
    opened = homes.opened(open_in_memory(), pack=homes.pack(crm_catalog()))
    installation = Installation(opened)
    installation.activate(homes.file(makers.bundle(**SOLD)))
    for user in ("anna", "bob"):
        installation.users.add(user)
        installation.users.assign(user, "sales")
    return installation


def _described(token: armor.Token, signer: int) -> list[object]:
    return described(token.type, makers.payload_of(token), signer)


def _of_kit(types: set[str], *before: list[object], signer: int = 0) -> Iterator[bytes]:
    return kit.spread(_files_of_kit(types, before, signer))


def _files_of_kit(types: set[str], before: Sequence[list[object]], signer: int) -> Iterator[bytes]:
    for kind, payload in kit.payloads():
        with suppress(NotMade):  # bytes that are not MessagePack have no tree
            if kind in types:
                yield file_of(*before, described(kind, payload, 1 if kind in {"root", "trust"} else signer))
