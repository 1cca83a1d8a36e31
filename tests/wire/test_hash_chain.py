"""The hash chain of ledger and audit log (`docs/format.md`, "Hash chain")."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.wire.chain import GENESIS, Link, link, unbroken

entries = st.lists(st.binary(max_size=8), min_size=1, max_size=8)


class Damage(Exception):
    """Why and where a chain is broken."""


def chained(items: list[bytes]) -> list[Link]:
    chain: list[Link] = []
    head = GENESIS
    for number, item in enumerate(items, start=1):
        head = link(head, item)
        chain.append(Link(number, item, head))
    return chain


def damage(chain: list[Link]) -> tuple[object, ...] | None:
    """Return why and where a chain is broken; everything before that is yielded."""
    seen: list[Link] = []
    try:
        seen.extend(unbroken(chain, Link._make, Damage))
    except Damage as error:
        assert seen == chain[: len(seen)]
        return error.args
    assert seen == chain
    return None


def test_a_link_is_the_hash_of_the_one_before_and_the_entry() -> None:
    assert link(GENESIS, b"entry") == sha256(bytes(32) + b"entry").digest()


@given(st.lists(st.binary(max_size=8), max_size=8))
def test_a_chain_that_nobody_touched_is_whole(items: list[bytes]) -> None:
    assert damage(chained(items)) is None


@pytest.mark.attack("log-edited")
@given(entries, st.data())
def test_an_altered_entry_shows_where_it_stands(items: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    chain = chained(items)
    chain[at] = chain[at]._replace(entry=chain[at].entry + b"!")
    assert damage(chain) == ("altered", at + 1)


@pytest.mark.attack("log-edited")
@given(entries.filter(lambda items: len(items) > 1), st.data())
def test_a_removed_entry_shows_where_it_stood(items: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 2))
    chain = chained(items)
    del chain[at]
    assert damage(chain) == ("missing", at + 1)
    chain[at:] = [one._replace(number=one.number - 1) for one in chain[at:]]
    assert damage(chain) == ("altered", at + 1)


@pytest.mark.attack("log-edited")
@given(entries, st.binary(max_size=8), st.data())
def test_an_inserted_entry_shows(items: list[bytes], extra: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    chain = chained(items)
    head = chain[at - 1].hash if at else GENESIS
    chain.insert(at, Link(at + 1, extra, link(head, extra)))
    assert damage(chain) == ("missing", at + 2)
    chain[at + 1 :] = [one._replace(number=one.number + 1) for one in chain[at + 1 :]]
    assert damage(chain) == ("altered", at + 2)
