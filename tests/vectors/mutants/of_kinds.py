"""Mutants of Fields: what each kind of value may be; and of the rules between fields."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

_LENGTH: Final = "need(isinstance(value, str) and len(value) <= longest"
_IS_TEXT: Final = 'return not bad and unicodedata.is_normalized("NFC", value)'
_CODE: Final = '_CODE: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"'
_SERIAL: Final = 'r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"'
_MATCH: Final = "need(re.fullmatch(pattern, value)"
_WHOLE: Final = "need(type(value) is int and least <= value <= most"
_OCTETS: Final = "need(isinstance(value, bytes) and least <= len(value) <= most"
_KEYS: Final = "keys = [one.encode() if isinstance(one, str) else one for one in found]"

KINDS: Final = mutants_of(
    "kinds",
    changed(
        "lengths-in-utf-16",
        "Fields",
        _LENGTH,
        'need(isinstance(value, str) and len(value.encode("utf-16-be")) // 2 <= longest',
    ),
    changed("lengths-in-utf-8", "Fields", _LENGTH, "need(isinstance(value, str) and len(value.encode()) <= longest"),
    changed("nfkc-for-nfc", "Fields", '"NFC"', '"NFKC"'),
    changed("nfd-for-nfc", "Fields", '"NFC"', '"NFD"'),
    changed("normalization-not-judged", "Fields", _IS_TEXT, "return not bad"),
    changed("code-points-not-judged", "Fields", _IS_TEXT, 'return unicodedata.is_normalized("NFC", value)'),
    changed(
        "format-characters-refused",
        "Fields",
        "bad = any(",
        'bad = any(unicodedata.category(c) == "Cf" for c in value) or any(',
    ),
    changed(
        "unassigned-refused",
        "Fields",
        "bad = any(",
        'bad = any(unicodedata.category(c) == "Cn" for c in value) or any(',
    ),
    changed(
        "private-use-refused",
        "Fields",
        "bad = any(",
        'bad = any(unicodedata.category(c) == "Co" for c in value) or any(',
    ),
    changed("spaces-around-refused", "Fields", "bad = any(", "bad = value != value.strip() or any("),
    changed("code-with-line-feed-taken", "Fields", _MATCH, "need(re.match(pattern + '$', value)"),
    changed("code-in-capitals-taken", "Fields", _CODE, _CODE.replace("a-z", "a-zA-Z")),
    changed("code-with-dash-in-front-taken", "Fields", _CODE, '_CODE: Final = r"[a-z0-9-]*[a-z0-9]"'),
    changed("code-with-dash-behind-taken", "Fields", _CODE, '_CODE: Final = r"[a-z0-9][a-z0-9-]*"'),
    changed("code-with-underscore-taken", "Fields", _CODE, _CODE.replace("a-z0-9-", "a-z0-9_-")),
    changed("code-with-two-dashes-refused", "Fields", _CODE, '_CODE: Final = r"[a-z0-9]+(-[a-z0-9]+)*"'),
    changed("code-of-one-character-refused", "Fields", _CODE, '_CODE: Final = r"[a-z0-9][a-z0-9-]*[a-z0-9]"'),
    changed("code-with-digit-in-front-refused", "Fields", _CODE, '_CODE: Final = r"[a-z]([a-z0-9-]*[a-z0-9])?"'),
    changed("empty-code-taken", "Fields", _CODE, '_CODE: Final = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?)?"'),
    changed("code-of-any-digits", "Fields", _CODE, _CODE.replace("0-9", r"\d")),
    changed("serial-in-capitals-alone", "Fields", _SERIAL, _SERIAL.replace("A-Za-z", "A-Z")),
    changed("serial-with-dash-in-front-taken", "Fields", _SERIAL, 'r"[A-Za-z0-9-]*[A-Za-z0-9]"'),
    changed("serial-with-dash-behind-taken", "Fields", _SERIAL, 'r"[A-Za-z0-9][A-Za-z0-9-]*"'),
    changed("serial-with-point-taken", "Fields", _SERIAL, 'r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"'),
    changed("empty-serial-taken", "Fields", _SERIAL, 'r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)?"'),
    changed("serial-of-one-character-refused", "Fields", _SERIAL, 'r"[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]"'),
    changed("qualified-code-bare-refused", "Fields", r"({_CODE}\.)?(?=", r"({_CODE}\.)(?="),
    changed("qualified-code-of-three-taken", "Fields", r"({_CODE}\.)?(?=", r"({_CODE}\.)*(?="),
    changed("qualified-code-with-issuer-refused", "Fields", r"({_CODE}\.)?(?=", r"(?="),
    changed(
        "qualified-code-empty-issuer-taken", "Fields", r"(?=[^.]{{1,64}}(\.|$))({_CODE}\.)?(?=", r"(({_CODE})?\.)?(?="
    ),
    changed("qualified-code-long-issuer-taken", "Fields", r"(?=[^.]{{1,64}}(\.|$))", ""),
    changed("qualified-code-long-code-taken", "Fields", r"(?=[^.]{{1,64}}$)", ""),
    changed("booleans-are-numbers", "Fields", _WHOLE, "need(isinstance(value, int) and least <= value <= most"),
    changed(
        "numbers-are-booleans",
        "Fields",
        'need(isinstance(value, bool), "payload-invalid")',
        'need(value in (0, 1), "payload-invalid")',
    ),
    changed(
        "nothing-is-false",
        "Fields",
        'need(isinstance(value, bool), "payload-invalid")',
        'need(value is None or isinstance(value, bool), "payload-invalid")',
    ),
    changed("numbers-not-bounded-below", "Fields", _WHOLE, "need(type(value) is int and value <= most"),
    changed("numbers-not-bounded-above", "Fields", _WHOLE, "need(type(value) is int and least <= value"),
    changed("number-at-the-top-refused", "Fields", _WHOLE, _WHOLE.replace("value <= most", "value < most")),
    changed("bytes-of-any-length", "Fields", _OCTETS, "need(isinstance(value, bytes)"),
    changed("bytes-short-taken", "Fields", _OCTETS, "need(isinstance(value, bytes) and len(value) <= most"),
    changed("bytes-long-taken", "Fields", _OCTETS, "need(isinstance(value, bytes) and least <= len(value)"),
    changed("count-of-0-taken", "Fields", '"count": number(1,', '"count": number(0,'),
    changed("count-of-1-refused", "Fields", '"count": number(1,', '"count": number(2,'),
    changed("version-of-0-taken", "Fields", '"version": number(1,', '"version": number(0,'),
    changed("version-of-1-refused", "Fields", '"version": number(1,', '"version": number(2,'),
    changed("hours-of-0-refused", "Fields", '"hours": number(0,', '"hours": number(1,'),
    changed(
        "value-of-boolean-refused",
        "Fields",
        "    if isinstance(value, bool):\n        return value\n    return (SIMPLE",
        '    need(not isinstance(value, bool), "payload-invalid")\n    return (SIMPLE',
    ),
    changed("value-negative-refused", "Fields", "number(-_VALUE, _VALUE)", "number(0, _VALUE)"),
    changed(
        "value-of-nothing-taken",
        "Fields",
        "    if isinstance(value, bool):\n        return value\n    return (SIMPLE",
        "    if value is None or isinstance(value, bool):\n        return value\n    return (SIMPLE",
    ),
    changed(
        "value-of-bytes-taken",
        "Fields",
        "    if isinstance(value, bool):\n        return value\n    return (SIMPLE",
        "    if isinstance(value, bytes):\n"
        "        return value.hex()\n"
        "    if isinstance(value, bool):\n"
        "        return value\n"
        "    return (SIMPLE",
    ),
    changed(
        "value-of-any-text",
        "Fields",
        'SIMPLE["text"] if isinstance(value, str)',
        "Kind(_same) if isinstance(value, str)",
    ),
    changed(
        "value-as-long-as-a-name",
        "Fields",
        'SIMPLE["text"] if isinstance(value, str)',
        'SIMPLE["name"] if isinstance(value, str)',
    ),
    changed("negative-seconds-taken", "Fields", 'number(0, BOUNDS["SECONDS"])', 'number(-1, BOUNDS["SECONDS"])'),
    changed("second-0-refused", "Fields", 'number(0, BOUNDS["SECONDS"])', 'number(1, BOUNDS["SECONDS"])'),
    changed("negative-days-taken", "Fields", 'number(0, BOUNDS["DAYS"])', 'number(-1, BOUNDS["DAYS"])'),
    changed("day-0-refused", "Fields", 'number(0, BOUNDS["DAYS"])', 'number(1, BOUNDS["DAYS"])'),
    changed("sets-in-any-order", "Payloads", "need(not ascending or all(a < b", "need(True or all(a < b"),
    changed(
        "sets-with-repetitions",
        "Payloads",
        "all(a < b for a, b in pairwise(keys))",
        "all(a <= b for a, b in pairwise(keys))",
    ),
    changed(
        "sets-unordered-without-repetitions",
        "Payloads",
        "all(a < b for a, b in pairwise(keys))",
        "len(set(keys)) == len(keys)",
    ),
    changed("sets-by-utf-16", "Payloads", _KEYS, _KEYS.replace("one.encode()", 'one.encode("utf-16-be")')),
    changed(
        "sets-by-length",
        "Payloads",
        _KEYS,
        "keys = [(len(one), one) if isinstance(one, str) else one for one in found]",
    ),
    changed(
        "sets-descending-is-another-spelling",
        "Payloads",
        'need(not ascending or all(a < b for a, b in pairwise(keys)), "payload-invalid")',
        'need(not ascending or all(a < b for a, b in pairwise(keys)), "not-canonical")',
    ),
    changed("names-of-maps-not-judged", "Fields", "{name.show(key): item.show(one)", "{key: item.show(one)"),
    changed(
        "map-for-list-taken",
        "Payloads",
        'need(isinstance(value, list), "payload-invalid")',
        "value = [one for pair in value.items() for one in pair] if isinstance(value, Map) else "
        "value\n"
        '    need(isinstance(value, list), "payload-invalid")',
    ),
    changed(
        "empty-list-for-map-taken",
        "Payloads",
        'need(isinstance(value, Map), "payload-invalid")\n        entries',
        "value = Map() if value == [] else value\n"
        '        need(isinstance(value, Map), "payload-invalid")\n'
        "        entries",
    ),
    changed(
        "times-without-zone-shown",
        "Plain data",
        'return f"{_EPOCH + timedelta(seconds=value):%Y-%m-%dT%H:%M:%SZ}"',
        'return f"{_EPOCH + timedelta(seconds=value):%Y-%m-%dT%H:%M:%S}"',
    ),
    changed("numbers-shown-for-words", "Plain data", "return words.get(value, value)", "return value"),
    changed("bytes-shown-in-capitals", "Plain data", "return value.hex()", "return value.hex().upper()"),
    changed(
        "dates-shown-as-times",
        "Plain data",
        'return f"{_EPOCH + timedelta(days=value):%Y-%m-%d}"',
        'return f"{_EPOCH + timedelta(days=value):%Y-%m-%dT%H:%M:%SZ}"',
    ),
)
