"""Mutants of Order, Trust documents, Lists and Catalogs: what is taken, and what stays in force."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

_SAME: Final = "    if present is not None and present.payload == held.payload:\n        return False\n"
_SEEN: Final = "    seen = state.seen.get(held.order)\n"
_AHEAD: Final = (
    "    if now is not None and held.place != seen:\n"
    '        ahead = held.says["issued"] > now + BOUNDS["ISSUED_AHEAD_SECONDS"]\n'
    '        need(not ahead, "issued-ahead")\n'
)
_FORK: Final = (
    "    fork = forks(held, seen) or forks(held, None if present is None else present.place)\n"
    '    need(not fork, "fork")\n'
    "    return True\n"
)
_LOWER: Final = '    need(seen is None or held.place[0] >= seen[0], "rollback")\n'

ORDER: Final = mutants_of(
    "trust",
    changed("trust-by-version-alone", "O1", '"trust": ("root_version", "version")', '"trust": ("version",)'),
    changed("lists-by-number-alone", "O1", '("root_version", "trust_version", "number")', '("number",)'),
    changed(
        "lists-without-trust-version", "O1", '("root_version", "trust_version", "number")', '("root_version", "number")'
    ),
    changed(
        "lists-without-root-version", "O1", '("root_version", "trust_version", "number")', '("trust_version", "number")'
    ),
    changed(
        "catalogs-by-version-alone",
        "O1",
        '"catalog": ("root_version", "trust_version", "version")',
        '"catalog": ("version",)',
    ),
    changed(
        "catalogs-without-trust-version",
        "O1",
        '"catalog": ("root_version", "trust_version", "version")',
        '"catalog": ("root_version", "version")',
    ),
    changed(
        "catalogs-without-root-version",
        "O1",
        '"catalog": ("root_version", "trust_version", "version")',
        '"catalog": ("trust_version", "version")',
    ),
    changed("one-order-for-all-issuers", "O1", '"" if kind in {"root", "trust"} else self.says["issuer"]', '""'),
    changed(
        "identity-of-the-whole-frame",
        "O1",
        "digest(self.token.type, self.payload)[:16]",
        "digest(self.token.type, self.token.frame)[:16]",
    ),
    changed(
        "identity-without-type",
        "Identities",
        "digest(self.token.type, self.payload)[:16]",
        "hashlib.sha256(self.payload).digest()[:16]",
    ),
    left_out("same-document-judged-again", "O1.1", _SAME),
    changed("same-document-by-frame", "O1.1", "present.payload == held.payload", "present.token == held.token"),
    changed("same-document-after-ahead", "O1.1", _SAME + _SEEN + _AHEAD, _SEEN + _AHEAD + _SAME),
    left_out("order-ahead-not-judged", "O1.2", _AHEAD),
    changed("ahead-asked-of-what-was-seen", "O1.2", "now is not None and held.place != seen", "now is not None"),
    changed(
        "ahead-of-seen-by-version-alone", "O1.2", "held.place != seen:", "(seen is None or held.place[0] != seen[0]):"
    ),
    changed(
        "ahead-is-at-now",
        "O1.2",
        '        ahead = held.says["issued"] > now + BOUNDS["ISSUED_AHEAD_SECONDS"]\n        need',
        '        ahead = held.says["issued"] > now\n        need',
    ),
    changed(
        "order-ahead-not-asked-of-lists",
        "O1.2",
        "held.place != seen:",
        'held.place != seen and held.token.type != "revocations":',
    ),
    changed(
        "order-ahead-not-asked-of-catalogs",
        "O1.2",
        "held.place != seen:",
        'held.place != seen and held.token.type != "catalog":',
    ),
    changed(
        "order-ahead-not-asked-of-trust",
        "O1.2",
        "held.place != seen:",
        'held.place != seen and held.token.type != "trust":',
    ),
    swapped("fork-before-ahead", "O1.2", _AHEAD, _FORK.removesuffix("    return True\n")),
    changed("fork-with-seen-not-judged", "O1.3", "forks(held, seen) or forks", "forks"),
    changed("fork-with-present-not-judged", "O1.3", " or forks(held, None if present is None else present.place)", ""),
    changed("fork-not-judged", "O1.3", '    need(not fork, "fork")\n    return True\n', "    return True\n"),
    changed("fork-is-not-news", "O1.3", '    need(not fork, "fork")\n    return True\n', "    return not fork\n"),
    changed("fork-by-version-alone", "O1.3", " and held.place[1] != seen[1]", ""),
    left_out("rollback-taken", "O1.4", _LOWER),
    changed("rollback-at-the-same-version", "O1.4", _LOWER, _LOWER.replace(">=", ">")),
    changed(
        "rollback-passed-over",
        "O1.4",
        "    require_not_lower(state, held)\n    keys",
        "    if state.seen.get(held.order) and held.place[0] < state.seen[held.order][0]:\n"
        "        return state\n"
        "    keys",
    ),
    changed(
        "seen-is-the-last",
        "O1",
        "    if before is not None and before[0] >= held.place[0]:\n        return state\n",
        "",
    ),
    changed("seen-is-the-first", "O1", "if before is not None and before[0] >= held.place[0]", "if before is not None"),
)

_STRANGER: Final = '    if not having:\n        raise UnvouchedError("key-unknown")\n'
_BY: Final = "    by = next((k for k in having if _has_threshold(k, signatures)), having[0])\n"
_VERIFY: Final = "    check_all(token, signatures, by.keys, payload)\n"
_ENOUGH: Final = '    if not _has_threshold(by, signatures):\n        raise UnvouchedError("threshold-not-met")\n'
_NEWEST: Final = '    need(by is state.root, "root-not-newest")\n'
_READ: Final = '    document = fields.read("trust", payload)\n'
_PRODUCT: Final = '    need(says["product"] == state.product, "wrong-product")\n'
_LOW: Final = '    need(says["root_version"] >= state.root.version, "root-not-newest")\n'
_HIGH: Final = '    need(says["root_version"] == state.root.version, "root-gap")\n'
_KEYS: Final = '    keys = load_keys(held.says["keys"])\n'

TRUST: Final = mutants_of(
    "trust",
    changed(
        "trust-by-some-known-keys",
        "T1.1",
        "if signers <= set(k.keys)]",
        "if signers & set(k.keys)]\n"
        "    signatures = [s for s in signatures if having and (s.scheme, s.key) in "
        "having[0].keys]",
    ),
    changed(
        "trust-by-the-newest-root-alone",
        "T1.4",
        "having = [k for k in reversed(state.chain) if",
        "having = [k for k in [state.root] if",
    ),
    changed(
        "trust-by-the-oldest-that-has-the-keys",
        "T1",
        "having = [k for k in reversed(state.chain) if",
        "having = [k for k in state.chain if",
    ),
    changed("trust-by-the-newest-that-has-the-keys", "T1", _BY, "    by = having[0]\n"),
    changed(
        "trust-stranger-is-no-threshold",
        "T1.1",
        'raise UnvouchedError("key-unknown")',
        'raise UnvouchedError("threshold-not-met")',
    ),
    left_out("trust-signatures-not-verified", "T1.2", _VERIFY),
    changed(
        "trust-threshold-verified-alone",
        "T1.2",
        _VERIFY,
        "    check_all(token, signatures[: by.threshold], by.keys, payload)\n",
    ),
    swapped("trust-threshold-before-signatures", "T1.2", _VERIFY, _ENOUGH),
    left_out("trust-threshold-not-judged", "T1.3", _ENOUGH),
    left_out("trust-of-an-older-root-taken", "T1.4", _NEWEST),
    swapped("trust-decoded-before-its-root", "T1.4", _NEWEST, _READ),
    swapped("trust-newest-before-threshold", "T1.3", _ENOUGH, _NEWEST),
    left_out("trust-of-another-product-taken", "T1.6", _PRODUCT),
    changed("trust-product-after-root-version", "T1.6", _PRODUCT + _LOW + _HIGH, _LOW + _HIGH + _PRODUCT),
    left_out("trust-lower-root-is-a-gap", "T1.7", _LOW),
    left_out("trust-of-a-later-root-taken", "T1.7", _HIGH),
    changed("trust-root-version-not-judged", "T1.7", _LOW + _HIGH, ""),
    changed("trust-later-root-not-newest", "T1.7", _HIGH, _HIGH.replace("root-gap", "root-not-newest")),
    changed(
        "trust-keys-of-one-id-taken",
        "T2.1",
        _KEYS,
        '    keys = {k.reference: k for k in (key(e[0], e[1]) for e in held.says["keys"])}\n',
    ),
    changed(
        "trust-keys-not-checked",
        "T2.1",
        _KEYS,
        '    keys = {k.reference: k for k in (Key(e[0], e[1]) for e in held.says["keys"])}\n',
    ),
    changed(
        "trust-keys-before-order",
        "T2.1",
        "    if not is_news(state, held, state.trust, now):\n        return state\n    require_not_lower(state, held)\n"
        + _KEYS,
        _KEYS + "    if not is_news(state, held, state.trust, now):\n"
        "        return state\n"
        "    require_not_lower(state, held)\n",
    ),
    changed(
        "trust-keys-when-judged",
        "T2.1",
        "    return Held(token, payload, says, document.plain)\n\n\ndef take_trust",
        '    load_keys(says["keys"])\n    return Held(token, payload, says, document.plain)\n\n\ndef take_trust',
    ),
)
