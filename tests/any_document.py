"""Hypothesis strategies that give documents of every type, from all over what the format allows."""

import unicodedata
from collections.abc import Sequence

from hypothesis import strategies as st

from licensekit import limits
from licensekit.wire.documents import (
    AdmittedKey,
    AfterGrace,
    AnyDocument,
    Binding,
    Bundle,
    Catalog,
    Combine,
    Edition,
    KeyState,
    Kind,
    License,
    LoginRule,
    LowestOfUses,
    MeterPeriod,
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
from licensekit.wire.documents.fields import text_fault

codes = st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,6}[a-z0-9])?\Z")
qualified = codes | st.builds("{}.{}".format, codes, codes)
serials = st.from_regex(r"\A[A-Za-z0-9](?:[A-Za-z0-9-]{0,10}[A-Za-z0-9])?\Z")
texts = (
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: text_fault(text) is None)
)
seconds = st.integers(0, limits.SECONDS)
days = st.integers(0, limits.DAYS)
versions = st.integers(1, limits.VERSION)
hours = st.integers(0, limits.HOURS)
identities = st.binary(min_size=16, max_size=16)
digests = st.binary(min_size=32, max_size=32)
values = texts | st.integers(-limits.VALUE, limits.VALUE) | st.booleans()
extensions = st.dictionaries(texts.filter(lambda name: not name.startswith("!")), values, max_size=3)
counts = st.dictionaries(codes, st.none() | st.integers(1, limits.COUNT), max_size=4)
settings = st.dictionaries(codes, values, max_size=3)


def _ordered(items: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(items, min_size=least, max_size=4, unique=True).map(sorted)


@st.composite
def bindings(draw: st.DrawFn) -> Binding:
    """Return a binding to a key, to facts, or to both."""
    facts = draw(st.dictionaries(codes, identities, max_size=3))
    installation = draw(digests if not facts else st.none() | digests)
    needed = draw(st.integers(1, len(facts))) if facts else 0
    return Binding(installation, needed, facts)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Return a bundle whose dates are in order."""
    serial = draw(serials)
    dates = sorted(draw(st.lists(days, min_size=4, max_size=4)))
    starts, warning, expiry, grace = (draw(st.none() | st.just(day)) for day in dates)
    if expiry is None:
        warning = grace = None
    return Bundle(
        *draw(st.tuples(codes, codes)),
        serial,
        part := draw(st.just("base") | codes),
        draw(versions),
        draw(_ordered(serials.filter(lambda other: other != serial))) if part == "base" else [],
        draw(texts),
        draw(st.sampled_from(Use)),
        draw(seconds),
        starts,
        warning,
        expiry,
        grace,
        *draw(st.tuples(st.none() | days, st.none() | days)),
        *draw(st.tuples(counts, counts, counts)),
        draw(settings),
        draw(st.none() | bindings()),
        draw(st.sampled_from(AfterGrace)),
        *draw(st.tuples(hours, hours)),
        draw(extensions),
    )


licenses = st.builds(
    License,
    st.sampled_from(Kind),
    texts,
    texts,
    st.booleans(),
    st.booleans(),
    st.none() | qualified,
    _ordered(codes),
    _ordered(qualified),
    st.sampled_from(SeatKind),
    st.booleans(),
    st.just("GB"),
    st.none() | st.sampled_from(MeterPeriod),
    st.none() | codes,
    st.dictionaries(codes, texts, max_size=2),
)
numbers = st.integers(-limits.VALUE, limits.VALUE)


@st.composite
def number_settings(draw: st.DrawFn) -> Setting:
    """Return a setting of numbers whose default fits."""
    least, value, most = sorted(draw(st.lists(numbers, min_size=3, max_size=3)))
    return Setting(
        SettingType.NUMBER,
        draw(texts),
        draw(st.none() | st.just(least)),
        draw(st.none() | st.just(most)),
        [],
        draw(st.none() | st.just(value)),
        draw(st.sampled_from(Combine)),
    )


@st.composite
def text_settings(draw: st.DrawFn) -> Setting:
    """Return a setting of texts whose default fits."""
    choices = draw(_ordered(texts))
    default = draw(st.none() | (st.sampled_from(choices) if choices else texts))
    return Setting(SettingType.TEXT, draw(texts), None, None, choices, default, Combine.LATEST)


boolean_settings = st.builds(
    Setting,
    st.just(SettingType.BOOLEAN),
    texts,
    st.none(),
    st.none(),
    st.just(list[str]()),
    st.none() | st.booleans(),
    st.just(Combine.LATEST),
)
sold_settings = number_settings() | text_settings() | boolean_settings


user_kinds = st.sets(st.sampled_from(UserKind), min_size=1).map(sorted)
accesses = st.builds(LoginRule, _ordered(qualified, 1), user_kinds)
editions = st.builds(Edition, texts, counts, counts, counts, settings)
catalogs = st.builds(
    Catalog,
    codes,
    codes,
    versions,
    versions,
    versions,
    seconds,
    st.dictionaries(codes, texts, max_size=2),
    st.dictionaries(codes, texts, max_size=2),
    st.dictionaries(codes, licenses, max_size=3),
    st.dictionaries(codes, sold_settings, max_size=2),
    st.dictionaries(codes, accesses, max_size=2),
    st.dictionaries(codes, editions, max_size=2),
    extensions,
)

keys = st.builds(RootKey, st.sampled_from([1, 2]), st.binary(min_size=32, max_size=64))


def halves(key: RootKey | AdmittedKey) -> tuple[bytes, ...]:
    """Return the public keys that a key is made of."""
    return tuple(half for half in (key.public[:32], key.public[32:]) if half)


def are_distinct(named: Sequence[RootKey | AdmittedKey]) -> bool:
    """Return whether no public key occurs twice."""
    every = [half for key in named for half in halves(key)]
    return len(set(every)) == len(every)


@st.composite
def roots(draw: st.DrawFn) -> Root:
    """Return a root whose threshold its keys can reach."""
    named = draw(st.lists(keys, min_size=1, max_size=4).filter(are_distinct))
    threshold = draw(st.integers(1, len(named)))
    return Root(draw(codes), draw(codes), draw(versions), threshold, named, draw(extensions))


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Return a scope; one with limits has bundles alone."""
    uses = draw(st.sets(st.sampled_from(Use)).map(sorted))
    if draw(st.booleans()):
        types = draw(st.sets(st.sampled_from(SignedType), min_size=1).map(sorted))
        return Scope(types, draw(_ordered(codes, 1)), uses, None, None, None)
    longest = draw(st.none() | st.integers(1, limits.TERM_DAYS))
    parts = draw(st.none() | _ordered(codes, 1))
    most = None if parts is None else draw(st.none() | st.integers(1, limits.COUNT))
    issuers = draw(_ordered(codes, 1))
    named = issuers if most is None else issuers[:1]
    return Scope([SignedType.BUNDLE], named, uses, longest, parts, most)


@st.composite
def admitted_keys(draw: st.DrawFn) -> AdmittedKey:
    """Return an admitted key whose window ends after it begins."""
    state = draw(st.sampled_from(KeyState))
    begin, end = sorted(draw(st.tuples(seconds, seconds)))
    closed = state is KeyState.RETIRED or draw(st.booleans())
    key = draw(keys)
    return AdmittedKey(key.scheme, key.public, draw(texts), state, begin, end if closed else None, draw(scopes()))


trusts = st.builds(
    Trust,
    codes,
    versions,
    versions,
    seconds,
    st.none() | seconds,
    st.lists(admitted_keys(), max_size=3).filter(are_distinct),
    extensions,
)
lowest = st.tuples(*[st.none() | versions] * len(Use)).filter(any).map(lambda each: LowestOfUses(*each))
revocation_lists = st.builds(
    Revocations,
    codes,
    codes,
    versions,
    versions,
    versions,
    seconds,
    st.none() | seconds,
    st.lists(identities, max_size=3, unique=True).map(sorted),
    _ordered(serials),
    st.dictionaries(serials, st.dictionaries(codes, lowest, min_size=1, max_size=2), max_size=2),
    extensions,
)
resets = st.builds(Reset, codes, digests, st.sampled_from(ResetWhat), identities, seconds, extensions)
requests = st.builds(
    Request,
    codes,
    st.none() | serials,
    identities,
    seconds,
    st.dictionaries(codes, identities, max_size=3),
    digests,
    st.dictionaries(texts, texts, max_size=3),
    extensions,
)
receipts = st.builds(Receipt, identities, st.none() | identities, seconds, digests, extensions)
usages = st.builds(Usage, st.integers(0, limits.COUNT), st.none() | st.integers(0, limits.COUNT))
statements = st.builds(
    Statement,
    serials,
    seconds,
    st.dictionaries(qualified, usages, max_size=3),
    digests,
    st.lists(texts, max_size=3),
    extensions,
)

BY_TYPE: dict[str, st.SearchStrategy[AnyDocument]] = {
    "root": roots(),
    "trust": trusts,
    "revocations": revocation_lists,
    "catalog": catalogs,
    "bundle": bundles(),
    "reset": resets,
    "request": requests,
    "receipt": receipts,
    "statement": statements,
}
"""Token type to a strategy for its documents."""
