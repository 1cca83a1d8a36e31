"""Mutants of Verification: keys, signatures, content, audience, revocation."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, moved, mutants_of, swapped

_ONE: Final = '    need(len(signatures) == 1, "signature-count")\n    signer ='
_SIGNER: Final = "    signer = (signatures[0].scheme, signatures[0].key)\n"
_TRUST: Final = '    need(state.trust is not None, "trust-missing")\n'
_KNOWN: Final = '    need(signer in state.admitted, "key-unknown")\n'
_REVOKED: Final = '    need(admitted["state"] != 2, "key-revoked")\n'
_TYPE: Final = '    need(KINDS.index(kind) in types, "key-out-of-scope")\n'
_SIGNED: Final = "    check_all(token, signatures, state.keys, payload)\n"
_READ: Final = "    document = fields.read(kind, payload)\n    says = document.fields\n"
_ROWS: Final = '    admitted = state.admitted[signer]\n    types, issuers, *of_bundles = admitted["scope"]\n'
_AHEAD: Final = (
    '    ahead = now is not None and says["issued"] > now + BOUNDS["ISSUED_AHEAD_SECONDS"]\n'
    '    need(not ahead, "issued-ahead")\n'
    "    end ="
)
_END: Final = '    end = admitted["valid_to"]\n'
_FROM: Final = '    need(says["issued"] >= admitted["valid_from"], "key-out-of-window")\n'
_TO: Final = '    need(end is None or says["issued"] < end, "key-out-of-window")\n'
_ISSUER: Final = '    need(says["issuer"] in issuers, "key-out-of-scope")\n'
_BUNDLES: Final = '    if kind == "bundle":\n        need(may_grant(says, *of_bundles), "key-out-of-scope")\n'
_PRODUCT: Final = '    need(kind == "reset" or says["product"] == state.product, "wrong-product")\n'
_HELD: Final = "    return Held(token, payload, says, document.plain, signer)\n"


def _but(rule: str, condition: str) -> str:
    """Return a rule that is judged only on a condition."""
    return f"    if {condition}:\n" + "".join(f"    {line}\n" for line in rule.splitlines())


KEYS_AND_SIGNATURES: Final = mutants_of(
    "trust",
    changed("two-signatures-taken", "Verification 4.1", _ONE, "    signer ="),
    changed("count-after-key", "Verification 4.1", _ONE, "    signer =").with_change(
        _TYPE, _TYPE + _ONE.removesuffix("    signer =")
    ),
    changed(
        "any-signature-by-an-admitted-key",
        "Verification 4.1",
        _ONE + _SIGNER.removeprefix("    signer ="),
        "    signer = next(((s.scheme, s.key) for s in signatures if (s.scheme, s.key) in "
        "state.admitted), (0, b''))\n"
        "    signatures = [s for s in signatures if (s.scheme, s.key) == signer] or signatures\n",
    ),
    changed(
        "key-id-of-any-scheme",
        "Verification 4.3",
        _KNOWN,
        "    signer = next((one for one in state.admitted if one[1] == signer[1]), signer)\n"
        "    signatures = [signatures[0]._replace(scheme=signer[0])]\n" + _KNOWN,
    ),
    swapped(
        "key-before-trust",
        "Verification 4.2",
        _TRUST,
        _KNOWN,
        "no file is taken without a trust document in force (F1.4)",
    ),
    left_out("revoked-key-taken", "Verification 4.4", _REVOKED),
    changed("retired-key-refused", "Verification 4.4", _REVOKED, _REVOKED.replace("!= 2", "== 0")),
    changed("revoked-key-taken-for-bundles", "Verification 4.4", _REVOKED, _but(_REVOKED, 'kind != "bundle"')),
    changed("revoked-key-taken-for-catalogs", "Verification 4.4", _REVOKED, _but(_REVOKED, 'kind != "catalog"')),
    changed("revoked-key-taken-for-resets", "Verification 4.4", _REVOKED, _but(_REVOKED, 'kind != "reset"')),
    changed("revoked-key-taken-for-lists", "Verification 4.4", _REVOKED, _but(_REVOKED, 'kind != "revocations"')),
    changed(
        "retired-key-refused-for-lists",
        "Verification 4.4",
        _REVOKED,
        _REVOKED + '    need(admitted["state"] == 0 or kind != "revocations", "key-revoked")\n',
    ),
    changed(
        "retired-key-refused-for-catalogs",
        "Verification 4.4",
        _REVOKED,
        _REVOKED + '    need(admitted["state"] == 0 or kind != "catalog", "key-revoked")\n',
    ),
    swapped("type-before-revoked", "Verification 4.5", _REVOKED, _TYPE),
    left_out("type-out-of-scope-taken", "Verification 4.5", _TYPE),
    changed("type-not-judged-for-lists", "Verification 4.5", _TYPE, _but(_TYPE, 'kind != "revocations"')),
    changed("type-not-judged-for-catalogs", "Verification 4.5", _TYPE, _but(_TYPE, 'kind != "catalog"')),
    changed("type-not-judged-for-resets", "Verification 4.5", _TYPE, _but(_TYPE, 'kind != "reset"')),
    swapped("type-after-signature", "Verification 4.5", _TYPE, _SIGNED),
    changed("revoked-after-signature", "Verification 4.4", _REVOKED, "").with_change(_SIGNED, _SIGNED + _REVOKED),
    left_out("signature-not-verified", "Verification 5", _SIGNED),
    moved("decoded-before-signature", "Verification 5", _SIGNED, _READ),
    changed(
        "one-sound-signature-is-enough",
        "Verification 5",
        "    for signed in signatures:\n        message =",
        "    for signed in signatures[:1]:\n        message =",
    ),
)

CONTENT: Final = mutants_of(
    "trust",
    changed("ahead-not-judged", "Verification 7.1", "ahead = now is not None and says", "ahead = now is None and says"),
    changed(
        "ahead-not-judged-for-resets",
        "Verification 7.1",
        "ahead = now is not None and says",
        'ahead = now is not None and kind != "reset" and says',
    ),
    changed(
        "ahead-not-judged-for-bundles",
        "Verification 7.1",
        "ahead = now is not None and says",
        'ahead = now is not None and kind != "bundle" and says',
    ),
    changed("ahead-without-a-day", "Verification 7.1", _AHEAD, _AHEAD.replace(' + BOUNDS["ISSUED_AHEAD_SECONDS"]', "")),
    changed("ahead-after-window", "Verification 7.1", _AHEAD, "    end =").with_change(
        _TO, _TO + _AHEAD.removesuffix("    end =")
    ),
    changed("product-before-content", "Verification 8", _PRODUCT, "").with_change(_READ, _READ + _PRODUCT),
    left_out("window-begin-not-judged", "Verification 7.2", _FROM),
    left_out("window-end-not-judged", "Verification 7.2", _TO),
    changed("window-begins-a-second-later", "Verification 7.2", _FROM, _FROM.replace(">=", ">")),
    changed("window-ends-a-second-later", "Verification 7.2", _TO, _TO.replace("<", "<=")),
    changed("window-for-bundles-only", "Verification 7.2", _FROM + _TO, _but(_FROM + _TO, 'kind == "bundle"')),
    changed("window-not-for-bundles", "Verification 7.2", _FROM + _TO, _but(_FROM + _TO, 'kind != "bundle"')),
    changed("window-not-for-lists", "Verification 7.2", _FROM + _TO, _but(_FROM + _TO, 'kind != "revocations"')),
    changed("window-not-for-catalogs", "Verification 7.2", _FROM + _TO, _but(_FROM + _TO, 'kind != "catalog"')),
    changed("window-not-for-resets", "Verification 7.2", _FROM + _TO, _but(_FROM + _TO, 'kind != "reset"')),
    changed("window-of-active-keys-open", "Verification 7.2", _TO, _but(_TO, 'admitted["state"] == 1')),
    changed(
        "window-at-now",
        "Verification 7.2",
        _TO,
        '    need(end is None or now is None or now < end, "key-out-of-window")\n',
    ),
    swapped("issuer-before-window", "Verification 7.3", _TO, _ISSUER),
    left_out("issuer-out-of-scope-taken", "Verification 7.3", _ISSUER),
    changed("issuer-not-judged-for-lists", "Verification 7.3", _ISSUER, _but(_ISSUER, 'kind != "revocations"')),
    changed("issuer-not-judged-for-catalogs", "Verification 7.3", _ISSUER, _but(_ISSUER, 'kind != "catalog"')),
    changed("issuer-not-judged-for-resets", "Verification 7.3", _ISSUER, _but(_ISSUER, 'kind != "reset"')),
    changed("issuer-not-judged-for-bundles", "Verification 7.3", _ISSUER, _but(_ISSUER, 'kind != "bundle"')),
    left_out("scope-of-bundles-not-judged", "Verification 7.4", _BUNDLES),
    left_out("product-not-judged", "Verification 8", _PRODUCT),
    changed("product-not-judged-for-lists", "Verification 8", _PRODUCT, _but(_PRODUCT, 'kind != "revocations"')),
    changed("product-not-judged-for-catalogs", "Verification 8", _PRODUCT, _but(_PRODUCT, 'kind != "catalog"')),
    changed("product-not-judged-for-bundles", "Verification 8", _PRODUCT, _but(_PRODUCT, 'kind != "bundle"')),
)

_NO_USE: Final = 'bundle["use"] not in uses or '
_NO_PART: Final = '(parts is not None and bundle["part"] not in parts)'
_REPLACES: Final = '    if bundle["replaces"] and (longest, parts, most) != (None, None, None):\n        return False\n'
_LAST: Final = '    last = bundle["expiry"] if bundle["grace"] is None else bundle["grace"]\n'
_WITHIN: Final = 'last - bundle["issued"] // DAY <= days'

SCOPES: Final = mutants_of(
    "trust",
    left_out("use-not-judged", "Verification 7.4", _NO_USE),
    changed("part-not-judged", "Verification 7.5", _NO_PART, "False"),
    left_out("replaces-by-limited-key-taken", "Verification 7.6", _REPLACES),
    changed(
        "replaces-by-key-with-parts-taken", "Verification 7.6", "(longest, parts, most) !=", "(longest, None, most) !="
    ),
    changed(
        "replaces-by-key-with-most-taken",
        "Verification 7.6",
        "(longest, parts, most) !=",
        "(longest, parts, None) !=",
        "a scope with `most` has `parts` as well",
    ),
    changed(
        "replaces-by-key-with-term-taken", "Verification 7.6", "(longest, parts, most) !=", "(None, parts, most) !="
    ),
    changed(
        "replaces-by-any-key-refused",
        "Verification 7.6",
        'bundle["replaces"] and (longest, parts, most) != (None, None, None)',
        'bundle["replaces"]',
    ),
    changed(
        "most-for-users-alone",
        "Verification 7.7",
        '("system", "sites", "users") for n in bundle',
        '("users",) for n in bundle',
    ),
    changed(
        "most-not-for-system",
        "Verification 7.7",
        '("system", "sites", "users") for n in bundle',
        '("sites", "users") for n in bundle',
    ),
    changed(
        "most-not-for-sites",
        "Verification 7.7",
        '("system", "sites", "users") for n in bundle',
        '("system", "users") for n in bundle',
    ),
    changed("most-one-more", "Verification 7.7", "n <= most", "n <= most + 1"),
    changed("most-one-less", "Verification 7.7", "n <= most", "n < most"),
    changed(
        "most-of-all-together",
        "Verification 7.7",
        "not all(n and n <= most for n in counts)",
        "not all(counts) or sum(counts) > most",
    ),
    changed("most-lets-unrestricted", "Verification 7.7", "all(n and n <= most", "all(n is None or n <= most"),
    left_out("most-lets-settings", "Verification 7.7", 'bundle["settings"] or '),
    changed(
        "term-not-judged", "Verification 7.8", "return longest is None or _ends_within(bundle, longest)", "return True"
    ),
    changed("term-to-expiry", "Verification 7.8", _LAST, '    last = bundle["expiry"]\n'),
    changed(
        "term-from-starts",
        "Verification 7.8",
        'bundle["issued"] // DAY',
        '(bundle["starts"] or bundle["issued"] // DAY)',
    ),
    changed("term-one-more", "Verification 7.8", "// DAY <= days", "// DAY <= days + 1"),
    changed("term-one-less", "Verification 7.8", "// DAY <= days", "// DAY < days"),
    changed(
        "term-in-seconds",
        "Verification 7.8",
        _WITHIN,
        'last * DAY - bundle["issued"] <= days * DAY',
        "whole days are apart by no part of a day",
    ),
    changed(
        "term-of-perpetual-taken",
        "Verification 7.8",
        'ends = bundle["expiry"] is not None and',
        "if last is None:\n        return True\n    ends =",
    ),
    changed(
        "term-with-read-only-taken", "Verification 7.8", 'bundle["after_grace"] == 1', 'bundle["after_grace"] != 2'
    ),
    changed("term-with-advisory-taken", "Verification 7.8", 'bundle["after_grace"] == 1', 'bundle["after_grace"] != 0'),
    changed(
        "term-without-offline-hours",
        "Verification 7.8",
        'max(bundle["offline_hours"], bundle["borrow_hours"])',
        'bundle["borrow_hours"]',
    ),
    changed(
        "term-without-borrow-hours",
        "Verification 7.8",
        'max(bundle["offline_hours"], bundle["borrow_hours"])',
        'bundle["offline_hours"]',
    ),
    changed("limited-hours-one-more", "Verification 7.8", "hours <= 24 * days", "hours <= 24 * days + 1"),
    changed("limited-hours-one-less", "Verification 7.8", "hours <= 24 * days", "hours < 24 * days"),
    changed(
        "hours-of-both-together",
        "Verification 7.8",
        'max(bundle["offline_hours"], bundle["borrow_hours"])',
        'bundle["offline_hours"] + bundle["borrow_hours"]',
    ),
)

_MISSING: Final = (
    '    if seen is not None:\n        need(taken_back and taken_back.place[0] >= seen[0], "revocations-missing")\n'
)
_IDENTITY: Final = '        need(held.identity not in taken_back.says["identities"], "bundle-revoked")\n'
_SERIAL: Final = '        need(says["serial"] not in taken_back.says["serials"], "bundle-revoked")\n'
_LOWEST: Final = '        need(says["sequence"] >= (lowest[says["use"]] or 0), "bundle-revoked")\n'

REVOKED: Final = mutants_of(
    "trust",
    left_out("missing-list-passed", "Verification 9.1", _MISSING),
    changed(
        "lower-list-passed",
        "Verification 9.1",
        "taken_back and taken_back.place[0] >= seen[0]",
        "taken_back",
        "a list below the one that was seen is not in force",
    ),
    changed(
        "vendors-list-for-everybody",
        "Verification 9.1",
        'state.lists.get(says["issuer"])\n    seen = state.seen.get(("revocations", says["issuer"]))',
        'state.lists.get(state.root.held.says["issuer"])\n'
        '    seen = state.seen.get(("revocations", state.root.held.says["issuer"]))',
    ),
    changed(
        "list-required-of-everybody",
        "Verification 9.1",
        "    if seen is not None:\n        need(taken",
        "    if True:\n        seen = seen or ((0,), b'')\n        need(taken",
    ),
    left_out("identities-not-looked-up", "Verification 9.2", _IDENTITY),
    left_out("serials-not-looked-up", "Verification 9.2", _SERIAL),
    left_out("lowest-not-looked-up", "Verification 9.2", _LOWEST),
    changed("lowest-one-more", "Verification 9.2", _LOWEST, _LOWEST.replace(">=", ">")),
    changed("lowest-one-less", "Verification 9.2", _LOWEST, _LOWEST.replace(">= (", "+ 1 >= (")),
    changed("lowest-of-production-for-every-use", "Verification 9.2", 'lowest[says["use"]]', "lowest[0]"),
    changed("lowest-of-any-use", "Verification 9.2", '(lowest[says["use"]] or 0)', "max(n or 0 for n in lowest)"),
    changed(
        "lowest-of-every-part",
        "Verification 9.2",
        '.get(says["serial"], {}).get(says["part"], [None] * 3)',
        '.get(says["serial"], {"": [None] * 3})\n        lowest = next(iter(lowest.values()))',
    ),
    changed(
        "lowest-of-every-serial",
        "Verification 9.2",
        'taken_back.says["lowest"].get(says["serial"], {})',
        'next(iter(taken_back.says["lowest"].values()), {})',
    ),
)

_COUNT: Final = '    need(len(signatures) == 1, "signature-count")\n'
_SCHEME: Final = '    need(signatures[0].scheme == 3, "key-unknown")\n'
_KEY: Final = "    signer = key(3, signatures[0].key)\n"
_VERIFIES: Final = '    need(signer.verifies(message, signatures[0].signature), "signature-invalid")\n'
_DECODED: Final = "    document = fields.read(token.type, payload)\n"

INSTALLATIONS: Final = mutants_of(
    "files",
    left_out("installation-two-signatures-taken", "Verification 4", _COUNT),
    swapped("installation-count-after-scheme", "Verification 4", _COUNT, _SCHEME),
    changed("installation-count-after-key", "Verification 4", _COUNT + _SCHEME + _KEY, _SCHEME + _KEY + _COUNT),
    swapped("installation-scheme-after-key", "Verification 4", _SCHEME, _KEY),
    changed(
        "installation-scheme-is-a-count", "Verification 4", _SCHEME, _SCHEME.replace("key-unknown", "signature-count")
    ),
    changed(
        "installation-key-not-checked", "Verification 4", _KEY, "    signer = forms.Key(3, signatures[0].key)\n"
    ).with_change("import fields, given, trust\n", "import fields, forms, given, trust\n"),
    left_out("installation-signature-not-verified", "Verification 5", _VERIFIES),
    swapped("installation-decoded-before-signature", "Verification 5", _VERIFIES, _DECODED),
)
