"""The hash chain of ledger and audit log (`docs/format.md`, "Hash chain")."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from licensekit.chain import GENESIS, first_break, link

entries = st.lists(st.binary(max_size=8), min_size=1, max_size=8)


def chained(items: list[bytes]) -> list[tuple[bytes, bytes]]:
    chain: list[tuple[bytes, bytes]] = []
    head = GENESIS
    for item in items:
        head = link(head, item)
        chain.append((item, head))
    return chain


def test_a_link_is_the_hash_of_the_one_before_and_the_entry() -> None:
    assert link(GENESIS, b"entry") == sha256(bytes(32) + b"entry").digest()


@given(st.lists(st.binary(max_size=8), max_size=8))
def test_a_chain_that_nobody_touched_is_whole(items: list[bytes]) -> None:
    assert first_break(chained(items)) is None


@given(entries, st.data())
def test_an_altered_entry_shows_where_it_stands(items: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    chain = chained(items)
    chain[at] = (chain[at][0] + b"!", chain[at][1])
    assert first_break(chain) == at


@given(entries.filter(lambda items: len(items) > 1), st.data())
def test_a_removed_entry_shows_where_it_stood(items: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 2))
    chain = chained(items)
    del chain[at]
    assert first_break(chain) == at


@given(entries, st.binary(max_size=8), st.data())
def test_an_inserted_entry_shows(items: list[bytes], extra: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    chain = chained(items)
    head = chain[at - 1][1] if at else GENESIS
    chain.insert(at, (extra, link(head, extra)))
    assert first_break(chain) == at + 1
