"""Inputs that have a structure: trees in MessagePack, which are changed as trees and made into tokens.

Hardly any bytes that are changed at random are a document, and none have a valid signature. So a target that is to
reach the code after these checks takes a tree: for one document its fields, for a file
`[[type, signer, document], ...]`, where a document is its fields, or any bytes in their place. Each is signed by a TEST
KEY, as honest writers sign.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any, Final

from msgspec import MsgspecError
from msgspec.msgpack import Decoder, Encoder

from licensekit.keys.signing import Signer
from licensekit.wire import armor
from tests import makers
from tests.fuzz.judging import NotMade

SIGNERS: Final[Sequence[Signer]] = (
    makers.key("vendor"),
    makers.key("root"),
    makers.installation_key(),
    makers.key("partner"),
    makers.installation_key("another"),
    makers.key("next root"),
)
"""Who signs, by the number in a tree."""
_encode: Final = Encoder(order="sorted").encode
_decode: Final = Decoder().decode
_TOKENS: Final = 12
_INWARD: Final = 0.97  # how often a change is inside of a list or a map that has anything in it


def tree_of(data: bytes) -> Any:
    """Return the tree that `data` is in MessagePack; raise `NotMade`."""
    try:
        return _decode(data)
    except (MsgspecError, UnicodeDecodeError, RecursionError, TypeError, OverflowError, ValueError) as error:
        raise NotMade from error


def bytes_of(tree: Any) -> bytes:
    """Return a tree in the one spelling of payloads; raise `NotMade`."""
    try:
        return _encode(tree)
    except (MsgspecError, RecursionError, TypeError, OverflowError, ValueError) as error:
        raise NotMade from error


def tokens_of(data: bytes) -> list[armor.Token]:
    """Return the tokens that a tree describes, signed; raise `NotMade`."""
    match tree_of(data):
        case [*described_tokens]:
            return [_token(one) for one in described_tokens[:_TOKENS]]
        case _:
            raise NotMade


def described(kind: str, document: bytes, signer: int = 0) -> list[Any]:
    """Return what `tokens_of` makes a token of: a payload, and the number of who signs; raise `NotMade`."""
    return [armor.TYPES.index(kind), signer, tree_of(document)]


def file_of(*described_tokens: list[Any]) -> bytes:
    """Return the input that `tokens_of` makes these tokens of."""
    return bytes_of(list(described_tokens))


def _token(one: Any) -> armor.Token:
    match one:
        case [int(kind), int(signer), document]:
            payload = document if isinstance(document, bytes) else bytes_of(document)
            return _sealed(armor.TYPES[kind % len(armor.TYPES)], payload, signer % len(SIGNERS))
        case _:
            raise NotMade


@lru_cache(maxsize=2000)
def _sealed(kind: str, payload: bytes, signer: int) -> armor.Token:
    return makers.seal(kind, payload, SIGNERS[signer])


Mutate = Callable[[bytes], bytes]
"""Changes bytes, as libFuzzer does."""
_NUMBERS: Final = (0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 2**31, 2**32 - 1, 2**32, 2**53, 2**63, 2**64 - 1, -1)
_TEXTS: Final = ("", "a", "a.b", "!", "base", "base-trial", "\u202e", "A", "e\u0301", "x" * 200, "x" * 2001, "*", "-")
_OTHERS: Final[tuple[Any, ...]] = (None, True, False, 1.5, b"", bytes(16), bytes(32), [], {})


def changed(data: bytes, prefix: int, seed: int, mutate: Mutate) -> bytes:
    """Return an input with its tree changed in one to three places; `prefix` bytes before it stay.

    An input that is not a tree is given to `mutate`, as are the texts and bytes in a tree.
    """
    chance = Random(seed)  # noqa: S311  # inputs, not secrets
    try:
        tree = tree_of(data[prefix:])
        for _ in range(chance.randint(1, 3)):
            tree = _changed(tree, chance, mutate)
        return data[:prefix] + bytes_of(tree)
    except NotMade:
        return mutate(data)


def _changed(tree: Any, chance: Random, mutate: Mutate) -> Any:
    """Return a tree with one place changed: nearer to the leaves as often as there are leaves."""
    is_inward = chance.random() < _INWARD
    match tree:
        case [_, *_] if is_inward:
            return _changed_list(list(tree), chance, mutate)
        case {} if is_inward:
            return _changed_map(dict(tree), chance, mutate)
        case _:
            return _changed_leaf(tree, chance, mutate)


def _changed_list(items: list[Any], chance: Random, mutate: Mutate) -> list[Any]:
    at = chance.randrange(len(items))
    match chance.randrange(10):
        case 0:
            return items[:at] + items[at + 1 :]
        case 1:
            return [*items[:at], items[at], *items[at:]]
        case 2:
            other = chance.randrange(len(items))
            items[at], items[other] = items[other], items[at]
            return items
        case _:
            return [*items[:at], _changed(items[at], chance, mutate), *items[at + 1 :]]


def _changed_map(entries: dict[Any, Any], chance: Random, mutate: Mutate) -> dict[Any, Any]:
    keys = list(entries)
    which = chance.randrange(6)
    if not keys or which == 0:
        added = _changed_key(chance.choice(keys) if keys else "", chance, mutate)
        return {**entries, added: chance.choice((1, None, ""))}
    key = chance.choice(keys)
    if which == 1:
        return {name: value for name, value in entries.items() if name != key}
    if which == 2:
        return {_changed_key(name, chance, mutate) if name == key else name: value for name, value in entries.items()}
    return {**entries, key: _changed(entries[key], chance, mutate)}


def _changed_key(key: Any, chance: Random, mutate: Mutate) -> Any:
    made = _changed_leaf(key, chance, mutate)
    return key if isinstance(made, list | dict) else made


def _changed_leaf(leaf: Any, chance: Random, mutate: Mutate) -> Any:
    if chance.randrange(12) == 0:
        return chance.choice((*_OTHERS, *_TEXTS, *_NUMBERS))
    match leaf:
        case bool():
            return not leaf
        case int():
            near = (leaf + 1, leaf - 1, leaf * 2, leaf // 2, leaf ^ (1 << chance.randrange(32)), -leaf)
            return max(-(2**63), min(chance.choice((*near, *_NUMBERS)), 2**64 - 1))
        case str():
            made = mutate(leaf.encode()).decode(errors="replace")
            return chance.choice((made, made, leaf + "-x", leaf[:-1], *_TEXTS[:2], chance.choice(_TEXTS)))
        case bytes():
            return mutate(leaf)
        case _:
            return chance.choice((*_OTHERS, *_NUMBERS, *_TEXTS))
