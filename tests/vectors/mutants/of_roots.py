"""Mutants of Roots: the pinned root, and those that follow it."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

_DECODED: Final = '    document = fields.read("root", payload)\n'
_OWN: Final = '    own = load_keys(document.fields["keys"])\n'
_MINE: Final = "    mine = [s for s in signatures if (s.scheme, s.key) in own]\n"
_STRANGERS: Final = '    need(document.fields["version"] > 1 or len(mine) == len(signatures), "key-unknown")\n'
_ENOUGH: Final = '    need(len(mine) >= document.fields["threshold"], "threshold-not-met")\n'
_VERIFY: Final = "    check_all(token, mine, own, payload)\n"
_COLLISION: Final = '    need(len({one.reference[1] for one in loaded}) == len(loaded), "key-id-collision")\n'

PINNED: Final = mutants_of(
    "trust",
    changed(
        "pin-of-the-first-root-alone",
        "R1",
        'if token.type == "root":\n            signatures, payload = divide',
        'if token is tokens[0] and token.type == "root":\n            signatures, payload = divide',
    ),
    changed("pin-of-any-root", "R1", 'if digest("root", payload) == wanted:', "if True:"),
    changed(
        "pin-of-half-a-digest",
        "R1",
        'if digest("root", payload) == wanted:',
        'if digest("root", payload)[:16] == wanted[:16]:',
        "another root with half of its digest cannot be made",
    ),
    left_out("pinned-keys-of-one-id-taken", "R1.2", _COLLISION),
    changed(
        "keys-of-one-id-by-scheme",
        "R1.2",
        "{one.reference[1] for one",
        "{one.reference for one",
        "two keys of different schemes with one id would have to be searched for",
    ),
    changed(
        "pinned-keys-checked-last",
        "R1.2",
        _OWN,
        "    own = {(e[0], hashlib.sha256(bytes([e[0]]) + e[1]).digest()[:8]): Key(e[0], e[1]) "
        'for e in document.fields["keys"]}\n',
    ).with_change(_VERIFY, _VERIFY + _OWN),
    left_out("pinned-root-1-by-strangers-too", "R1.3", _STRANGERS),
    changed("pinned-root-by-own-keys-alone", "R1.3", 'document.fields["version"] > 1 or len(mine)', "len(mine)"),
    swapped("pinned-strangers-after-threshold", "R1.3", _STRANGERS, _ENOUGH),
    left_out("pinned-threshold-not-judged", "R1.4", _ENOUGH),
    changed(
        "pinned-threshold-one-less",
        "R1.4",
        'len(mine) >= document.fields["threshold"]',
        'len(mine) + 1 >= document.fields["threshold"]',
    ),
    changed(
        "pinned-threshold-one-more",
        "R1.4",
        'len(mine) >= document.fields["threshold"]',
        'len(mine) > document.fields["threshold"]',
    ),
    changed(
        "pinned-threshold-by-strangers",
        "R1.4",
        'len(mine) >= document.fields["threshold"]',
        'len(signatures) >= document.fields["threshold"]',
    ),
    left_out("pinned-signatures-not-verified", "R1.5", _VERIFY),
    changed(
        "pinned-threshold-verified-alone",
        "R1.5",
        _VERIFY,
        '    check_all(token, mine[: document.fields["threshold"]], own, payload)\n',
    ),
    swapped("pinned-verified-before-threshold", "R1.5", _ENOUGH, _VERIFY),
    changed(
        "pinned-with-old-signatures-judged",
        "R1.3",
        _VERIFY,
        '    need(all((s.scheme, s.key) in own for s in signatures), "signature-invalid")\n' + _VERIFY,
    ),
)

_KNOWN: Final = "    if any(known.held.payload == payload for known in state.chain):\n        return state\n"
_VOUCHER: Final = (
    "    voucher = next((k for k in reversed(state.chain) if _has_threshold(k, signatures)), None)\n"
    "    if voucher is None:\n"
    '        raise UnvouchedError("threshold-not-met")\n'
)
_VOUCHED: Final = (
    "    vouching = [s for s in signatures if (s.scheme, s.key) in voucher.keys]\n"
    "    check_all(token, vouching, voucher.keys, payload)\n"
)
_READ: Final = '    document = fields.read("root", payload)\n    says = document.fields\n    held ='
_PRODUCT: Final = (
    '    for name in ("product", "issuer"):\n        need(says[name] == state.root.held.says[name], "wrong-product")\n'
)
_BELOW: Final = '    if says["version"] < state.chain[0].version:\n        return state\n'
_IN_CHAIN: Final = '    need(says["version"] > state.root.version, "fork")\n'
_SEEN: Final = '    need(not forks(held, state.seen.get(held.order)), "fork")\n    need(says'
_GAP: Final = '    need(says["version"] == state.root.version + 1, "root-gap")\n'
_NEWEST: Final = '    need(voucher is state.root, "threshold-not-met")\n'
_LOADED: Final = '    own = load_keys(says["keys"])\n    known = {**voucher.keys, **own}\n'
_STRANGER: Final = '    need(all((s.scheme, s.key) in known for s in signatures), "key-unknown")\n'
_OWN_THRESHOLD: Final = (
    '    new = KnownRoot(held, own)\n    need(_has_threshold(new, signatures), "threshold-not-met")\n'
)
_ALL: Final = "    check_all(token, signatures, known, payload)\n"
_STATE: Final = "chain=(*state.chain, new), trust=None, admitted={}, keys={})"

LATER: Final = mutants_of(
    "trust",
    left_out("known-root-judged-again", "R2.1", _KNOWN),
    swapped("known-root-after-voucher", "R2.1", _KNOWN, _VOUCHER + _VOUCHED),
    changed(
        "known-root-by-version",
        "R2.1",
        "known.held.payload == payload",
        'known.version == fields.read("root", payload).fields["version"]',
    ),
    changed("root-vouched-by-any-older", "R2.9", _NEWEST, ""),
    changed(
        "root-vouched-by-the-pinned",
        "R2",
        "for k in reversed(state.chain) if _has_threshold(k, signatures)), None)",
        "for k in state.chain if _has_threshold(k, signatures)), None)",
    ),
    changed(
        "root-vouched-by-the-newest-alone",
        "R2.2",
        "for k in reversed(state.chain) if _has_threshold(k, signatures)), None)",
        "for k in [state.root] if _has_threshold(k, signatures)), None)",
    ),
    changed(
        "root-unvouched-is-unknown-key",
        "R2.2",
        '    if voucher is None:\n        raise UnvouchedError("threshold-not-met")\n',
        '    if voucher is None:\n        raise UnvouchedError("key-unknown")\n',
    ),
    changed(
        "vouchers-signatures-not-verified-first", "R2.3", "    check_all(token, vouching, voucher.keys, payload)\n", ""
    ),
    changed(
        "all-signatures-verified-first",
        "R2.3",
        _READ,
        "    check_all(token, [s for s in signatures if any((s.scheme, s.key) in k.keys for k "
        "in state.chain)], {n: k for r in state.chain for n, k in r.keys.items()}, payload)\n" + _READ,
    ),
    changed(
        "vouched-by-one-sound-signature",
        "R2.3",
        "    vouching = [s for s in signatures if (s.scheme, s.key) in voucher.keys]\n",
        "    vouching = [s for s in signatures if (s.scheme, s.key) in voucher.keys][: voucher.threshold]\n",
    ),
    changed("root-decoded-before-signatures", "R2.4", _VOUCHED, '    fields.read("root", payload)\n' + _VOUCHED),
    left_out("root-of-another-product-taken", "R2.5", _PRODUCT),
    changed("root-of-another-issuer-taken", "R2.5", 'for name in ("product", "issuer"):', 'for name in ("product",):'),
    changed(
        "root-of-another-named-product-taken", "R2.5", 'for name in ("product", "issuer"):', 'for name in ("issuer",):'
    ),
    swapped("root-below-pin-before-product", "R2.5", _PRODUCT, _BELOW),
    changed("root-product-after-fork", "R2.5", _PRODUCT, "").with_change(_GAP, _PRODUCT + _GAP),
    changed("root-product-after-gap", "R2.5", _PRODUCT, "").with_change(_GAP, _GAP + _PRODUCT),
    left_out("root-below-pin-is-a-fork", "R2.6", _BELOW),
    changed(
        "root-at-pin-passed-over",
        "R2.6",
        'says["version"] < state.chain[0].version',
        'says["version"] <= state.chain[0].version',
    ),
    changed(
        "root-fork-passed-over",
        "R2.7",
        _IN_CHAIN,
        '    if says["version"] <= state.root.version:\n        return state\n',
    ),
    changed("root-as-high-is-no-fork", "R2.7", _IN_CHAIN, _IN_CHAIN.replace(">", ">=")),
    changed("root-in-chain-is-a-gap", "R2.7", _IN_CHAIN, ""),
    changed(
        "root-fork-of-the-newest-alone",
        "R2.7",
        _IN_CHAIN,
        '    if says["version"] < state.root.version:\n        return state\n' + _IN_CHAIN,
    ),
    changed("root-fork-with-seen-not-judged", "R2.7", _SEEN, "    need(says"),
    swapped("root-gap-before-fork-with-seen", "R2.8", _SEEN.removesuffix("    need(says"), _GAP),
    left_out("root-gap-taken", "R2.8", _GAP),
    changed("root-gap-of-one-taken", "R2.8", "== state.root.version + 1", "<= state.root.version + 2"),
    swapped("root-voucher-before-gap", "R2.9", _GAP, _NEWEST),
    swapped("root-keys-before-voucher", "R2.10", _NEWEST, _LOADED),
    left_out("root-with-strangers-taken", "R2.11", _STRANGER),
    swapped("root-threshold-before-strangers", "R2.11", _STRANGER, _OWN_THRESHOLD),
    changed(
        "root-by-keys-of-older-roots",
        "R2.11",
        "known = {**voucher.keys, **own}",
        "known = {**{n: k for r in state.chain for n, k in r.keys.items()}, **own}",
    ),
    changed(
        "root-without-its-own-threshold",
        "R2.12",
        '    need(_has_threshold(new, signatures), "threshold-not-met")\n',
        "",
    ),
    changed(
        "root-with-its-own-signature-alone",
        "R2.12",
        "need(_has_threshold(new, signatures)",
        "need(any((s.scheme, s.key) in own for s in signatures)",
    ),
    swapped("root-verified-before-threshold", "R2.13", _OWN_THRESHOLD, _ALL),
    left_out("root-own-signatures-not-verified", "R2.13", _ALL),
    changed(
        "threshold-by-signatures-not-keys",
        "R2.2",
        "return sum((s.scheme, s.key) in root.keys for s in signatures) >= root.threshold",
        "return len(signatures) >= root.threshold and any((s.scheme, s.key) in root.keys for s in signatures)",
    ),
    changed(
        "threshold-by-id-of-any-scheme",
        "R2.2",
        "sum((s.scheme, s.key) in root.keys for s in signatures)",
        "sum(any(s.key == one for _, one in root.keys) for s in signatures)",
    ),
    changed(
        "threshold-of-one",
        "R2.2",
        "in root.keys for s in signatures) >= root.threshold",
        "in root.keys for s in signatures) >= 1",
    ),
    changed(
        "threshold-one-more",
        "R2.2",
        "in root.keys for s in signatures) >= root.threshold",
        "in root.keys for s in signatures) > root.threshold",
    ),
    changed("trust-stays-with-a-new-root", "R3", _STATE, "chain=(*state.chain, new))"),
    changed("lists-go-with-a-new-root", "R3", _STATE, _STATE.replace("keys={}", "keys={}, lists={}")),
    changed("catalogs-go-with-a-new-root", "R3", _STATE, _STATE.replace("keys={}", "keys={}, catalogs={}")),
    changed("floors-go-with-a-new-root", "R3", _STATE, _STATE.replace("keys={}", "keys={}, seen={}")),
    changed("chain-of-the-newest-alone", "R2", _STATE, _STATE.replace("(*state.chain, new)", "(new,)")),
)
