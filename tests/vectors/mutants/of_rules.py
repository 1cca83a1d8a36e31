"""Mutants of the rules between the fields of a document."""

from dataclasses import replace
from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of

_NO_LIMITS: Final = '    if limits != [None] * 3 and scope["types"] != [2]:\n        return False\n'

_DATES: Final = '("starts", "warning", "expiry", "grace")'

_FACTS: Final = "1 <= needed <= len(facts) if facts else needed == 0"

_NEW: Final = "            new = gives[waiting.pop()] - reached\n"

_RULES: Final = mutants_of(
    "rules",
    changed(
        "root-threshold-above-its-keys",
        "Root",
        'root["threshold"] <= len(root["keys"]) and _distinct(root)',
        "_distinct(root)",
    ),
    changed(
        "root-threshold-of-all-refused",
        "Root",
        'root["threshold"] <= len(root["keys"])',
        'root["threshold"] < len(root["keys"]) + (len(root["keys"]) == 1)',
    ),
    changed("root-key-twice", "Root", " and _distinct(root),", ","),
    changed("trust-key-twice", "Trust document", '    "trust": _distinct,\n', ""),
    changed("half-of-hybrid-twice", "Root", "(public[:32], public[32:]) if half", "(public,)"),
    changed("ed25519-half-twice", "Root", "(public[:32], public[32:]) if half", "(public[32:] or public,)"),
    changed("ml-dsa-half-twice", "Root", "(public[:32], public[32:]) if half", "(public[:32],)"),
    changed(
        "key-twice-by-id",
        "Root",
        'publics = [key[1] for key in document["keys"]]',
        'publics = [bytes([key[0]]) + key[1] for key in document["keys"]]',
    ),
    left_out("limits-for-other-types", "Trust document", _NO_LIMITS),
    changed("limits-beside-bundles", "Trust document", 'scope["types"] != [2]', '2 not in scope["types"]'),
    changed(
        "term-for-other-types", "Trust document", '("longest_term", "parts", "most")', '("parts", "most")'
    ).with_change("[None] * 3 and scope", "[None] * 2 and scope"),
    changed(
        "parts-for-other-types", "Trust document", '("longest_term", "parts", "most")', '("longest_term", "most")'
    ).with_change("[None] * 3 and scope", "[None] * 2 and scope"),
    changed(
        "most-for-other-types",
        "Trust document",
        '("longest_term", "parts", "most")',
        '("longest_term", "parts")',
        "a scope with `most` has `parts` as well",
    ).with_change("[None] * 3 and scope", "[None] * 2 and scope"),
    changed(
        "most-without-parts",
        "Trust document",
        '(scope["parts"] is not None and len(scope["issuers"]) == 1)',
        'len(scope["issuers"]) == 1',
    ),
    changed(
        "most-for-two-issuers",
        "Trust document",
        '(scope["parts"] is not None and len(scope["issuers"]) == 1)',
        'scope["parts"] is not None',
    ),
    changed("lowest-of-nothing", "Revocations", "any(lowest.values())", "True"),
    changed("lowest-of-production-needed", "Revocations", "any(lowest.values())", 'lowest["production"]'),
    changed("per-without-quantity", "Catalog", 'one["per"] is None or one["quantity"] is not None', "True"),
    changed("per-0-without-quantity", "Catalog", 'one["per"] is None or', 'not one["per"] or'),
    changed("per-with-empty-quantity-refused", "Catalog", 'one["quantity"] is not None', 'bool(one["quantity"])'),
    changed(
        "bounds-of-texts",
        "Catalog",
        '(is_number or not (bounded or setting["combine"]))',
        '(is_number or not setting["combine"])',
    ),
    changed(
        "lowest-of-texts", "Catalog", "bounded = (lowest, highest) != (None, None)", "bounded = highest is not None"
    ),
    changed(
        "highest-of-texts", "Catalog", "bounded = (lowest, highest) != (None, None)", "bounded = lowest is not None"
    ),
    changed(
        "sums-of-texts", "Catalog", '(is_number or not (bounded or setting["combine"]))', "(is_number or not bounded)"
    ),
    changed("most-of-booleans", "Catalog", 'setting["combine"]))', 'setting["combine"] == 1))'),
    changed("choices-of-numbers", "Catalog", '(kind == 0 or not setting["choices"])', "True"),
    changed("choices-of-booleans", "Catalog", "(kind == 0 or not", "(kind != 1 or not"),
    changed("lowest-above-highest", "Catalog", "lowest <= highest)", "True)"),
    changed("lowest-at-highest-refused", "Catalog", "or lowest <= highest)", "or lowest < highest)"),
    changed(
        "default-not-judged", "Catalog", '(setting["default"] is None or fits(setting, setting["default"]))', "True"
    ),
    changed(
        "default-of-another-kind",
        "Catalog",
        'type(value) is (str, int, bool)[setting["type"]]',
        'isinstance(value, (str, int, bool)[setting["type"]])',
    ),
    changed("default-below-lowest", "Catalog", "(lowest is None or lowest <= value)", "True"),
    changed("default-above-highest", "Catalog", "(highest is None or value <= highest)", "True"),
    changed("default-at-lowest-refused", "Catalog", "lowest <= value)", "lowest < value)"),
    changed("default-at-highest-refused", "Catalog", "value <= highest)", "value < highest)"),
    changed("default-beyond-choices", "Catalog", '(not setting["choices"] or value in setting["choices"])', "True"),
    changed("closure-not-bounded", "Catalog", '        if pairs > BOUNDS["CLOSURE"]:\n            return False\n', ""),
    changed(
        "closure-without-successors", "Catalog", "{*entry[_INCLUDES], entry[_REPLACED_BY]} &", "{*entry[_INCLUDES]} &"
    ),
    changed(
        "closure-of-successors-alone",
        "Catalog",
        "{*entry[_INCLUDES], entry[_REPLACED_BY]} &",
        "{entry[_REPLACED_BY]} &",
    ),
    changed("closure-of-direct-alone", "Catalog", "            waiting += new\n", ""),
    changed("closure-counts-itself", "Catalog", "len(reached - {code})", "len(reached | {code})"),
    changed("closure-counts-circles", "Catalog", "len(reached - {code})", "len(reached)"),
    changed(
        "closure-counts-unknown-codes",
        "Catalog",
        "pairs += len(reached - {code})",
        "pairs += len(reached - {code}) + sum(len({*catalog['licenses'][c][_INCLUDES]} - "
        "gives.keys()) for c in {code})",
    ),
    changed("window-ends-before-it-begins", "Trust document", "end is None or end >= key", "True or end >= key"),
    changed("window-of-nothing-refused", "Trust document", 'end >= key["valid_from"]', 'end > key["valid_from"]'),
    changed("retired-without-end", "Trust document", ' and (key["state"] != 1 or end is not None)', ""),
    changed("revoked-without-end-refused", "Trust document", '(key["state"] != 1 or end', '(key["state"] == 0 or end'),
    changed("dates-descend", "Bundle", "there == sorted(there) and ", ""),
    changed("dates-of-one-day-refused", "Bundle", "there == sorted(there)", "there == sorted(set(there))"),
    changed("starts-after-expiry", "Bundle", _DATES, '("warning", "warning", "expiry", "grace")'),
    changed(
        "grace-before-expiry",
        "Bundle",
        "there = [day for day in dates if day is not None]",
        "there = [day for day in dates[:3] if day is not None]",
    ),
    changed(
        "neighbours-alone-compared",
        "Bundle",
        "there == sorted(there)",
        "all(None in (a, b) or a <= b for a, b in zip(dates, dates[1:]))",
    ),
    changed("warning-without-expiry", "Bundle", "(dates[1], dates[3]) != (None, None)", "dates[3] is not None"),
    changed("grace-without-expiry", "Bundle", "(dates[1], dates[3]) != (None, None)", "dates[1] is not None"),
    changed("replaces-itself", "Bundle", 'bundle["serial"] not in replaces and ', ""),
    changed("replaces-by-other-parts", "Bundle", '(not replaces or bundle["part"] == "base")', "True"),
    changed("needed-of-no-facts", "Bundle", _FACTS, "1 <= needed <= len(facts) if facts else True"),
    changed("needed-of-0", "Bundle", _FACTS, _FACTS.replace("1 <=", "0 <=")),
    changed("needed-above-facts", "Bundle", _FACTS, "1 <= needed if facts else needed == 0"),
    changed(
        "needed-of-all-refused", "Bundle", _FACTS, "1 <= needed <= max(1, len(facts) - 1) if facts else needed == 0"
    ),
    changed(
        "binding-of-nothing",
        "Bundle",
        'return fits and (bool(facts) or binding["installation"] is not None)',
        "return fits",
    ),
    changed(
        "binding-without-key-refused",
        "Bundle",
        '(bool(facts) or binding["installation"] is not None)',
        'binding["installation"] is not None',
    ),
)
RULES: Final = [replace(mutant, shown_by="Documents") for mutant in _RULES]
