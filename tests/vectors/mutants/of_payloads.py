"""Mutants of Payloads and Extensions: leniencies of MessagePack, and what is found first."""

from typing import Final

from tests.vectors.mutants.mutant import Mutant, changed, left_out, mutants_of

_BEHIND: Final = '    need(reader.at == len(data), "payload-invalid")\n'
_DECODE: Final = "return self.take(self.size(first - 0xD9, (32, 2**8, 2**16))).decode()"
_SHORT: Final = "return self.take(first & 31).decode()"
_NEVER: Final = '        need(first not in _NEVER, "payload-invalid")\n'
_NAME: Final = '            need(isinstance(name, str), "payload-invalid")\n'
_ORDER: Final = "            self.is_canonical &= last is None or last < encoded\n"


def _both_texts(name: str, rule: str, reading: str) -> Mutant:
    """Return a mutant that reads short and long texts in another way."""
    return changed(name, rule, _SHORT, f"return {reading.format('self.take(first & 31)')}").with_change(
        _DECODE, f"return {reading.format('self.take(self.size(first - 0xD9, (32, 2**8, 2**16)))')}"
    )


MESSAGE_PACK: Final = mutants_of(
    "forms",
    left_out("bytes-behind-the-end-taken", "Verification 6", _BEHIND),
    changed(
        "zero-bytes-behind-the-end-taken",
        "Verification 6",
        _BEHIND,
        '    need(not data[reader.at :].strip(b"\\0"), "payload-invalid")\n',
    ),
    _both_texts("marks-of-texts-stripped", "Payloads", '{}.removeprefix(b"\\xef\\xbb\\xbf").decode()'),
    _both_texts("bad-utf-8-replaced", "Payloads", '{}.decode(errors="replace")'),
    _both_texts("bad-utf-8-ignored", "Payloads", '{}.decode(errors="ignore")'),
    _both_texts("surrogates-taken", "Payloads", '{}.decode(errors="surrogatepass")'),
    _both_texts("overlong-slash-taken", "Payloads", '{}.replace(b"\\xc0\\xaf", b"/").decode()'),
    _both_texts("overlong-zero-taken", "Payloads", '{}.replace(b"\\xc0\\x80", b"").decode()'),
    _both_texts("texts-in-latin-1", "Payloads", '{}.decode("latin-1")'),
    _both_texts("texts-normalized", "Payloads", "__import__('unicodedata').normalize('NFC', {}.decode())"),
    changed(
        "float-16-as-number",
        "Payloads",
        _NEVER,
        '        if first == 0xCB:\n            return int(struct.unpack(">d", self.take(8))[0])\n' + _NEVER,
    ),
    changed(
        "float-32-as-number",
        "Payloads",
        _NEVER,
        '        if first == 0xCA:\n            return int(struct.unpack(">f", self.take(4))[0])\n' + _NEVER,
    ),
    changed(
        "timestamp-as-seconds",
        "Payloads",
        _NEVER,
        '        if first == 0xD6:\n            return int.from_bytes(self.take(5)[1:], "big")\n' + _NEVER,
    ),
    changed(
        "ext-as-bytes", "Payloads", _NEVER, "        if first == 0xD8:\n            return self.take(17)[1:]\n" + _NEVER
    ),
    changed("reserved-as-nothing", "Payloads", _NEVER, "        if first == 0xC1:\n            return None\n" + _NEVER),
    changed(
        "bytes-for-text",
        "Payloads",
        "return self.take(self.size(first - 0xC4, (0, 2**8, 2**16)))",
        "found = self.take(self.size(first - 0xC4, (0, 2**8, 2**16)))\n"
        "            return found if len(found) in (16, 32) or len(found) >= 1984 else "
        "found.decode()",
    ),
    changed("depth-not-bounded", "Payloads", '        need(depth < 8, "payload-invalid")\n', ""),
    changed(
        "long-numbers-taken",
        "Payloads",
        "return self.size(first - 0xCC, (2**7, 2**8, 2**16, 2**32))",
        "return self.size(first - 0xCC, (0, 0, 0, 0))",
    ),
    changed("long-number-of-1-byte-taken", "Payloads", "(2**7, 2**8, 2**16, 2**32))", "(0, 2**8, 2**16, 2**32))"),
    changed("long-number-of-2-bytes-taken", "Payloads", "(2**7, 2**8, 2**16, 2**32))", "(2**7, 0, 2**16, 2**32))"),
    changed("long-number-of-4-bytes-taken", "Payloads", "(2**7, 2**8, 2**16, 2**32))", "(2**7, 2**8, 0, 2**32))"),
    changed("long-number-of-8-bytes-taken", "Payloads", "(2**7, 2**8, 2**16, 2**32))", "(2**7, 2**8, 2**16, 0))"),
    changed(
        "signed-spelling-of-numbers-taken",
        "Payloads",
        "        self.is_canonical &= number < (-32, -(2**7), -(2**15), -(2**31))[width]\n",
        "        self.is_canonical &= number >= 0 or number < (-32, -(2**7), -(2**15), -(2**31))[width]\n",
    ),
    changed(
        "long-negative-of-1-byte-taken",
        "Payloads",
        "(-32, -(2**7), -(2**15), -(2**31))",
        "(0, -(2**7), -(2**15), -(2**31))",
    ),
    changed(
        "long-negative-of-2-bytes-taken",
        "Payloads",
        "(-32, -(2**7), -(2**15), -(2**31))",
        "(-32, 0, -(2**15), -(2**31))",
    ),
    changed(
        "long-negative-of-4-bytes-taken",
        "Payloads",
        "(-32, -(2**7), -(2**15), -(2**31))",
        "(-32, -(2**7), 0, -(2**31))",
    ),
    changed(
        "long-negative-of-8-bytes-taken",
        "Payloads",
        "(-32, -(2**7), -(2**15), -(2**31))",
        "(-32, -(2**7), -(2**15), 0)",
    ),
    changed(
        "numbers-of-64-bits-lose-digits",
        "Payloads",
        '        number = int.from_bytes(self.take(2**width), "big")\n',
        '        number = int.from_bytes(self.take(2**width), "big")\n'
        "        number = int(float(number)) if width == 3 else number\n",
        "digits are lost above 2^53 alone, and every bound is below",
    ),
    changed(
        "numbers-of-64-bits-wrap",
        "Payloads",
        '        number = int.from_bytes(self.take(2**width), "big")\n',
        '        number = int.from_bytes(self.take(2**width), "big") % 2**63\n',
    ),
    changed(
        "numbers-of-32-bits-are-signed",
        "Payloads",
        '        number = int.from_bytes(self.take(2**width), "big")\n',
        '        number = int.from_bytes(self.take(2**width), "big")\n'
        "        number -= 2**32 if width == 2 and number >= 2**31 else 0\n",
    ),
    changed("long-texts-of-1-byte-taken", "Payloads", "(32, 2**8, 2**16)", "(0, 2**8, 2**16)"),
    changed("long-texts-of-2-bytes-taken", "Payloads", "(32, 2**8, 2**16)", "(32, 0, 2**16)"),
    changed("long-texts-of-4-bytes-taken", "Payloads", "(32, 2**8, 2**16)", "(32, 2**8, 0)"),
    changed("long-bytes-of-2-taken", "Payloads", "(0, 2**8, 2**16)", "(0, 0, 2**16)"),
    changed("long-bytes-of-4-taken", "Payloads", "(0, 2**8, 2**16)", "(0, 2**8, 0)"),
    changed(
        "long-lists-of-2-bytes-taken",
        "Payloads",
        "self.list(self.size(first - 0xDB, (0, 16, 2**16)), depth)",
        "self.list(self.size(first - 0xDB, (0, 0, 2**16)), depth)",
    ),
    changed(
        "long-lists-of-4-bytes-taken",
        "Payloads",
        "self.list(self.size(first - 0xDB, (0, 16, 2**16)), depth)",
        "self.list(self.size(first - 0xDB, (0, 16, 0)), depth)",
    ),
    changed(
        "long-maps-of-2-bytes-taken",
        "Payloads",
        "self.map(self.size(first - 0xDD, (0, 16, 2**16)), depth)",
        "self.map(self.size(first - 0xDD, (0, 0, 2**16)), depth)",
    ),
    changed(
        "long-maps-of-4-bytes-taken",
        "Payloads",
        "self.map(self.size(first - 0xDD, (0, 16, 2**16)), depth)",
        "self.map(self.size(first - 0xDD, (0, 16, 0)), depth)",
    ),
    left_out("keys-in-any-order-taken", "Payloads", _ORDER),
    changed("repeated-keys-taken", "Payloads", _ORDER, _ORDER.replace("last < encoded", "last <= encoded")),
    changed(
        "descending-keys-alone-refused",
        "Payloads",
        _ORDER,
        "            self.is_canonical &= name not in dict(entries)\n",
    ),
    changed(
        "keys-by-utf-16",
        "Payloads",
        "            encoded = name.encode()\n",
        '            encoded = name.encode("utf-16-be")\n',
    ),
    changed(
        "keys-by-length",
        "Payloads",
        _ORDER,
        "            self.is_canonical &= last is None or (len(last), last) < (len(encoded), encoded)\n",
    ),
    changed(
        "keys-descend-is-no-document",
        "Payloads",
        _ORDER,
        '            need(last is None or last < encoded, "payload-invalid")\n',
    ),
    changed("first-of-repeated-keys", "Payloads", "return Map(entries)", "return Map(entries[::-1])"),
    changed("repeated-keys-counted-once", "Payloads", "return Map(entries)", "return Map(dict(entries).items())"),
    changed("keys-of-any-kind", "Payloads", _NAME, "            name = name if isinstance(name, str) else str(name)\n"),
    changed(
        "other-kind-of-key-not-canonical",
        "Payloads",
        _NAME,
        '            need(isinstance(name, str), "not-canonical")\n',
    ),
)
