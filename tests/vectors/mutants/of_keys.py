"""Mutants of Schemes and Key files: which keys and signatures are taken."""

from types import ModuleType
from typing import Final

from tests.vectors.mutants import curve
from tests.vectors.mutants.mutant import Patch, changed, left_out, mutants_of, patched


def _ed25519(verifies: curve.Verifies) -> Patch:
    """Return a patch with another verification of Ed25519 in place of the library's."""

    def patch(forms: ModuleType) -> None:
        class Public:
            def __init__(self, public: bytes) -> None:
                self.public = public

            @classmethod
            def from_public_bytes(cls, public: bytes) -> "Public":
                return cls(public)

            def verify(self, signature: bytes, message: bytes) -> None:
                if len(signature) != 64 or not verifies(self.public, signature, message):
                    raise forms.InvalidSignature

        vars(forms)["Ed25519PublicKey"] = Public

    return patch


_ONES: Final = '    need(scheme in {1, 2, 3}, "key-invalid")\n'
_LENGTH: Final = '    need(len(public) == (32 + 1952 if scheme == 2 else 32), "key-invalid")\n'
_BELOW: Final = '    need(y < _P, "key-invalid")\n'
_POINT: Final = '    need(pow(square, (_P - 1) // 2, _P) in {0, 1}, "key-invalid")\n'
_LOW: Final = '    need(not _is_low_order(square, y), "key-invalid")\n'
_HYBRID: Final = "return self.scheme != 2 or verifies_mldsa(self.public[32:], message, signature[64:])"

SCHEMES: Final = mutants_of(
    "forms",
    patched("cofactored-by-bytes", "Schemes", _ed25519(curve.verifier(times_8=True))),
    patched("cofactored-by-points", "Schemes", _ed25519(curve.verifier(times_8=True, compares_points=True))),
    patched("r-in-any-form", "Schemes", _ed25519(curve.verifier(compares_points=True))),
    patched("s-reduced", "Schemes", _ed25519(curve.verifier(reduces_s=True))),
    patched("zip215", "Schemes", _ed25519(curve.verifier(times_8=True, compares_points=True, reads_any_form=True))),
    changed(
        "signatures-of-any-length", "Schemes", "verify(signature[half], message)", "verify(signature[:64], message)"
    ),
    changed("hybrid-by-ed25519-alone", "Schemes", _HYBRID, "return True"),
    changed(
        "hybrid-by-ml-dsa-alone",
        "Schemes",
        "        except InvalidSignature:\n            return False\n        return self",
        "        except InvalidSignature:\n"
        "            if self.scheme != 2:\n"
        "                return False\n"
        "        return self",
    ),
    changed(
        "hybrid-by-either",
        "Schemes",
        "        except InvalidSignature:\n            return False\n        return self",
        "        except InvalidSignature:\n"
        "            return self.scheme == 2 and verifies_mldsa(self.public[32:], message, "
        "signature[64:])\n"
        "        return True or self",
    ),
    changed("ml-dsa-over-the-payload", "Schemes", _HYBRID, _HYBRID.replace("message,", "message[42:],")),
    changed(
        "ml-dsa-with-a-context",
        "Schemes",
        ".verify(signature, message)\n    except",
        ".verify(signature, message, b'licensekit')\n    except",
    ),
    changed("key-id-without-scheme", "Schemes", "bytes([self.scheme]) + self.public", "self.public"),
    changed(
        "key-id-of-the-ed25519-half",
        "Schemes",
        "bytes([self.scheme]) + self.public",
        "bytes([self.scheme]) + self.public[:32]",
    ),
    changed("key-id-of-the-last-bytes", "Schemes", ".digest()[:8]", ".digest()[-8:]"),
    changed("no-hybrid-keys", "Schemes", _ONES, '    need(scheme != 2, "scheme-unavailable")\n' + _ONES),
    changed("key-scheme-not-judged", "Schemes", _ONES, ""),
    left_out("key-length-not-judged", "Schemes", _LENGTH),
    changed(
        "hybrid-key-of-32-bytes-taken",
        "Schemes",
        "(32 + 1952 if scheme == 2 else 32)",
        "(len(public) if scheme == 2 else 32)",
    ),
    changed(
        "hybrid-key-under-scheme-1-taken",
        "Schemes",
        "len(public) == (32 + 1952 if scheme == 2 else 32)",
        "len(public) in (32, 1984)",
    ),
    left_out("key-above-the-prime-taken", "Schemes", _BELOW),
    changed("key-at-the-prime-taken", "Schemes", _BELOW, _BELOW.replace("<", "<="), "it is 0 once more, of low order"),
    changed("highest-bit-part-of-y", "Schemes", '"little") % 2**255', '"little")'),
    left_out("key-off-the-curve-taken", "Schemes", _POINT),
    left_out("low-order-keys-taken", "Schemes", _LOW),
    changed("only-the-neutral-key-refused", "Schemes", "not _is_low_order(square, y)", "y != 1"),
    changed("keys-of-order-8-taken", "Schemes", "    for _ in range(3):\n", "    for _ in range(2):\n"),
    changed("keys-of-order-4-taken", "Schemes", "    for _ in range(3):\n", "    for _ in range(1):\n"),
    changed(
        "low-order-as-written-alone",
        "Schemes",
        "not _is_low_order(square, y)",
        "public[31] >= 128 or not _is_low_order(square, y)",
    ),
)

_SIZE: Final = '    need(len(text) <= BOUNDS["KEY_FILE_BYTES"], "too-large")\n'
_PREFIX: Final = "    need(text.startswith(prefix), _INVALID)\n"
_AGAIN: Final = '    need(base64.b64encode(data).rstrip(b"=") == body, _INVALID)\n'
_CHECK: Final = '    need(check == hashlib.sha256(b"lkpub1." + body).digest()[:4], _INVALID)\n'
_SCHEME: Final = "    need(scheme in _PUBLIC, _INVALID)\n"
_WORK: Final = '    need(BOUNDS["SCRYPT_LOG2_N_MIN"] <= log2_n <= BOUNDS["SCRYPT_LOG2_N_MAX"], _INVALID)\n'
_LEFT: Final = "    need(len(rest) == _PUBLIC[scheme] + _SECRET[scheme] + 16, _INVALID)\n"
_SOUND: Final = (
    "    try:\n        key(scheme, public)\n    except RefusedError:\n        raise RefusedError(_INVALID) from None\n"
)
_OWN: Final = "    need(_public_of(scheme, secret) == public, _INVALID)\n"
_NAME: Final = '    need(len(label) <= BOUNDS["NAME_LENGTH"] and is_text(label), _INVALID)\n'
_END: Final = "    need(end <= len(data), _INVALID)\n"
_DROPPED: Final = r'.translate(None, b"\x09\x0a\x0b\x0c\x0d\x20")'
_SCRYPT: Final = "n=2**log2_n, r=8, p=1"

KEY_FILES: Final = mutants_of(
    "key_files",
    left_out("key-file-size-not-judged", "Key files 1", _SIZE),
    changed("key-file-size-without-white-space", "Key files 1", _SIZE, "").with_change(_PREFIX, _SIZE + _PREFIX),
    changed("key-file-mark-kept", "Key files 1", r'.removeprefix(b"\xef\xbb\xbf")', ""),
    changed("key-file-white-space-kept", "Key files 1", _DROPPED, ""),
    changed(
        "key-file-any-white-space-dropped", "Key files 1", _DROPPED, _DROPPED + r'.translate(None, b"\x1c\x1d\x1e\x1f")'
    ),
    changed(
        "key-file-of-either-prefix",
        "Key files 2",
        _PREFIX,
        '    prefix = text[:7] if text[:7] in (b"lkkey1.", b"lkpub1.") else prefix\n' + _PREFIX,
    ),
    changed("key-file-stray-bits-taken", "Key files 2", _AGAIN, ""),
    changed(
        "key-file-padding-taken",
        "Key files 2",
        "    body = text.removeprefix(prefix)\n",
        '    body = text.removeprefix(prefix).rstrip(b"=")\n',
    ),
    changed(
        "key-file-url-alphabet-taken",
        "Key files 2",
        "    body = text.removeprefix(prefix)\n",
        '    body = text.removeprefix(prefix).replace(b"-", b"+").replace(b"_", b"/")\n',
    ),
    left_out("check-not-compared", "Key files 3", _CHECK),
    changed(
        "check-of-3-bytes",
        "Key files 3",
        'need(check == hashlib.sha256(b"lkpub1." + body).digest()[:4]',
        'need(check[:3] == hashlib.sha256(b"lkpub1." + body).digest()[:3]',
    ),
    changed(
        "check-after-label",
        "Key files 3",
        _CHECK + "    label, public = _label(body[1:])\n",
        "    label, public = _label(body[1:])\n" + _CHECK,
        "both are refused with one code",
    ),
    changed("check-after-key", "Key files 3", _CHECK, "").with_change(
        '    key(int.from_bytes(body[:1], "big"), public)\n',
        '    key(int.from_bytes(body[:1], "big"), public)\n' + _CHECK,
    ),
    changed(
        "unsound-public-text-is-a-bad-file",
        "Key files 7",
        '    key(int.from_bytes(body[:1], "big"), public)\n',
        "    try:\n"
        '        key(int.from_bytes(body[:1], "big"), public)\n'
        "    except RefusedError:\n"
        "        raise RefusedError(_INVALID) from None\n",
    ),
    changed("public-key-not-checked", "Key files 7", '    key(int.from_bytes(body[:1], "big"), public)\n', ""),
    changed(
        "secret-scheme-after-work", "Key files 4", _SCHEME + _WORK, _WORK + _SCHEME, "both are refused with one code"
    ),
    changed("log2-n-not-bounded-below", "Key files 4", 'BOUNDS["SCRYPT_LOG2_N_MIN"] <= log2_n', "log2_n"),
    changed(
        "log2-n-not-bounded-above", "Key files 4", ' <= BOUNDS["SCRYPT_LOG2_N_MAX"], _INVALID', ', "key-file-invalid"'
    ),
    left_out("label-beyond-the-end", "Key files 5", _END),
    left_out("label-of-any-text", "Key files 5", _NAME),
    changed("label-not-a-name", "Key files 5", " and is_text(label)", ""),
    changed("label-of-any-length", "Key files 5", 'len(label) <= BOUNDS["NAME_LENGTH"] and ', ""),
    changed("label-in-latin-1", "Key files 5", "data[2:end].decode()", 'data[2:end].decode("latin-1")'),
    changed("label-with-replacements", "Key files 5", "data[2:end].decode()", 'data[2:end].decode(errors="replace")'),
    changed("label-without-mark", "Key files 5", "data[2:end].decode()", 'data[2:end].decode("utf-8-sig")'),
    changed(
        "label-length-little-endian",
        "Key files 5",
        'int.from_bytes(data[:2], "big")',
        'int.from_bytes(data[:2], "little")',
    ),
    left_out("secret-length-not-judged", "Key files 6", _LEFT),
    changed("secret-key-not-checked", "Key files 7", _SOUND, ""),
    changed("unsound-secret-file-is-a-bad-key", "Key files 7", _SOUND, "    key(scheme, public)\n"),
    changed("opened-before-key-is-checked", "Key files 8", _SOUND, "").with_change(_OWN, _SOUND + _OWN),
    changed(
        "wrong-passphrase-is-a-bad-file",
        "Key files 8",
        'raise RefusedError("passphrase-wrong") from None',
        "raise RefusedError(_INVALID) from None",
    ),
    left_out("secret-of-another-key-taken", "Key files 9", _OWN),
    changed(
        "secret-of-another-key-is-a-passphrase", "Key files 9", _OWN, _OWN.replace("_INVALID", '"passphrase-wrong"')
    ),
    changed("passphrase-stripped", "Key files", "scrypt(passphrase,", "scrypt(passphrase.strip(),"),
    changed(
        "passphrase-normalized",
        "Key files",
        "scrypt(passphrase,",
        "scrypt(__import__('unicodedata').normalize('NFC', passphrase.decode()).encode(),",
    ),
    changed("sealed-without-associated-data", "Key files", 'b"lkkey1." + data[: -len(sealed)]', "None"),
    changed("sealed-with-prefix-left-out", "Key files", 'b"lkkey1." + data[: -len(sealed)]', "data[: -len(sealed)]"),
)

CHAINS: Final = mutants_of(
    "chains",
    changed("chain-begins-with-nothing", "Hash chain", "hashes = [bytes(32)]", 'hashes = [b""]'),
    changed("chain-of-entries-alone", "Hash chain", "hashlib.sha256(hashes[-1] + entry)", "hashlib.sha256(entry)"),
    changed("chain-entry-before-hash", "Hash chain", "hashes[-1] + entry", "entry + hashes[-1]"),
    changed("chain-broken-from-0", "Hash chain", "in enumerate(pairs, 1)", "in enumerate(pairs)"),
    changed(
        "chain-last-broken-alone",
        "Hash chain",
        "return next((number for number, (wanted, given) in enumerate(pairs, 1) if wanted != given), None)",
        "return max((number for number, (wanted, given) in enumerate(pairs, 1) if wanted != given), default=None)",
    ),
    changed(
        "chain-follows-what-is-written",
        "Hash chain",
        "    pairs = zip_longest(_hashes(entries)[1:], hashes)\n",
        "    before = [bytes(32), *hashes]\n"
        "    pairs = zip_longest([hashlib.sha256(before[i] + e).digest() for i, e in "
        "enumerate(entries) if i < len(before)], hashes)\n",
        "up to the first break, what is written is what is worked out",
    ),
    changed(
        "chain-with-hashes-missing",
        "Hash chain",
        "zip_longest(_hashes(entries)[1:], hashes)",
        "zip(_hashes(entries)[1:], hashes)",
        "the question has as many hashes as entries",
    ),
    changed(
        "ledger-absent-is-empty",
        "Hash chain",
        '_NOT_THERE: Final = b"\\xff\\xff\\xff\\xff"',
        "_NOT_THERE: Final = bytes(4)",
    ),
    changed("ledger-lengths-of-2-bytes", "Hash chain", 'to_bytes(4, "big")', 'to_bytes(2, "big")'),
    changed("ledger-lengths-little-endian", "Hash chain", 'to_bytes(4, "big")', 'to_bytes(4, "little")'),
    changed("audit-names-unsorted", "Hash chain", "sort_keys=True, ", ""),
    changed("audit-with-white-space", "Hash chain", 'separators=(",", ":"), ', ""),
    changed("audit-escaped-to-ascii", "Hash chain", ", ensure_ascii=False", ""),
)
