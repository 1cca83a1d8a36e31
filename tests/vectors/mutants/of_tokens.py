"""Mutants of tokens: text to frames."""

from typing import Final

from tests.vectors.mutants.mutant import Mutant, changed, left_out, moved, mutants_of, swapped, with_more

_SIZE: Final = '    need(len(data) <= BOUNDS["FILE_BYTES"], "too-large")\n'
_MARK: Final = r'    data = data.removeprefix(b"\xef\xbb\xbf")' + "\n"
_DROPPED: Final = r'    data = data.translate(None, b"\x09\x0a\x0b\x0c\x0d\x20")' + "\n"
_BEGINS: Final = '    need(data.startswith(b"lk1-"), "armor-invalid")\n'
_CUT: Final = '    pieces = data.split(b"lk1-")[1:]\n'
_COUNTED: Final = '    need(len(pieces) <= BOUNDS["TOKENS_PER_FILE"], "too-large")\n'
_READ: Final = "    return sorted(map(_token, pieces), key=lambda token: TYPES.index(token.type))\n"
_DOT: Final = '    need(b"." in piece, "armor-invalid")\n'
_TYPE: Final = '    need(kind in TYPES, "unexpected-type")\n'
_LENGTH: Final = '    need(len(body) <= -(-BOUNDS["FRAME_BYTES"] * 4 // 3), "too-large")\n'
_AGAIN: Final = '    need(base64.b64encode(frame).rstrip(b"=") == body, "armor-invalid")\n'
_FIRST_TYPES: Final = '("root", "trust", "revocations", "catalog", "bundle", "reset")'
_LAST_TYPES: Final = '("request", "receipt", "statement")'


def _dropping(*values: str) -> str:
    """Return a step that drops other bytes than those of ASCII white space."""
    return '    data = data.translate(None, b"' + "".join(rf"\x{value}" for value in values) + '")\n'


_OF_FILES: Final = (
    left_out("file-size-not-judged", "Tokens 1", _SIZE),
    moved("file-size-without-white-space", "Tokens 1", _SIZE, _DROPPED),
    left_out("mark-kept", "Tokens 2", _MARK),
    changed("every-mark-dropped", "Tokens 2", _MARK, r'    data = data.replace(b"\xef\xbb\xbf", b"")' + "\n"),
    with_more("two-marks-dropped", "Tokens 2", _MARK, _MARK),
    swapped("mark-behind-white-space-dropped", "Tokens 2", _MARK, _DROPPED),
    left_out("white-space-kept", "Tokens 2", _DROPPED),
    changed("white-space-around-alone", "Tokens 2", _DROPPED, "    data = data.strip()\n"),
    changed("tab-kept", "Tokens 2", _DROPPED, _dropping("0a", "0b", "0c", "0d", "20")),
    changed("vertical-tab-kept", "Tokens 2", _DROPPED, _dropping("09", "0a", "0c", "0d", "20")),
    changed("form-feed-kept", "Tokens 2", _DROPPED, _dropping("09", "0a", "0b", "0d", "20")),
    changed("carriage-return-kept", "Tokens 2", _DROPPED, _dropping("09", "0a", "0b", "0c", "20")),
    with_more("information-separators-dropped", "Tokens 2", _DROPPED, _dropping("1c", "1d", "1e", "1f")),
    with_more("zero-bytes-dropped", "Tokens 2", _DROPPED, _dropping("00")),
    with_more("no-break-spaces-dropped", "Tokens 2", _DROPPED, r'    data = data.replace(b"\xc2\xa0", b"")' + "\n"),
    with_more("next-lines-dropped", "Tokens 2", _DROPPED, r'    data = data.replace(b"\xc2\x85", b"")' + "\n"),
    left_out("text-in-front-skipped", "Tokens 3", _BEGINS),
    with_more("prefix-in-capitals-taken", "Tokens 3", _DROPPED, '    data = data.replace(b"LK1-", b"lk1-")\n'),
    left_out("pieces-not-counted", "Tokens 4", _COUNTED),
    changed("pieces-counted-last", "Tokens 4", _COUNTED, "    list(map(_token, pieces))\n" + _COUNTED),
    with_more(
        "types-of-all-judged-first",
        "Tokens 5",
        _COUNTED,
        '    need(all(p.split(b".")[0].decode("latin-1") in TYPES for p in pieces if b"." in p), "unexpected-type")\n',
    ),
    with_more(
        "lengths-of-all-judged-first",
        "Tokens 5",
        _COUNTED,
        '    need(all(len(p.partition(b".")[2]) <= 1398102 for p in pieces), "too-large")\n',
    ),
    changed("tokens-in-order-of-the-file", "Tokens 6", _READ, "    return list(map(_token, pieces))\n"),
    changed(
        "tokens-of-a-type-turned-around", "Tokens 6", "map(_token, pieces), key", "[*map(_token, pieces)][::-1], key"
    ),
    changed("tokens-by-name-of-type", "Tokens 6", "TYPES.index(token.type)", "token.type"),
    changed("resets-before-bundles", "Tokens 6", '"bundle", "reset")', '"reset", "bundle")'),
    changed("receipts-before-requests", "Tokens 6", _LAST_TYPES, '("receipt", "request", "statement")'),
    changed("statements-before-receipts", "Tokens 6", _LAST_TYPES, '("request", "statement", "receipt")'),
    changed("no-statements", "Readers 11", _LAST_TYPES, '("request", "receipt")'),
    changed("no-resets", "Readers 11", _FIRST_TYPES, '("root", "trust", "revocations", "catalog", "bundle")'),
)

_BODY: Final = "    try:\n        frame ="


def _of_body(name: str, change: str) -> Mutant:
    """Return a mutant that changes a body before it is decoded."""
    return changed(name, "Tokens 5.4", _BODY, f"    body = {change}\n{_BODY}")


_OF_TOKENS: Final = (
    changed("last-dot-ends-the-type", "Tokens 5.1", "piece.partition", "piece.rpartition"),
    changed("no-dot-is-an-unknown-type", "Tokens 5.1", _DOT, _DOT.replace("armor-invalid", "unexpected-type")),
    left_out("no-dot-is-no-body", "Tokens 5.1", _DOT),
    changed("type-in-any-case", "Tokens 5.2", 'name.decode("latin-1")', 'name.decode("latin-1").lower()'),
    changed("unknown-type-is-no-armor", "Tokens 5.2", _TYPE, _TYPE.replace("unexpected-type", "armor-invalid")),
    left_out("body-length-not-judged", "Tokens 5.3", _LENGTH),
    changed("body-length-one-more", "Tokens 5.3", "* 4 // 3)", "* 4 // 3) + 1"),
    changed("body-length-one-less", "Tokens 5.3", "* 4 // 3)", "* 4 // 3) - 1"),
    swapped("body-length-before-type", "Tokens 5.2", _TYPE, _LENGTH),
    moved("body-length-after-characters", "Tokens 5.3", _LENGTH, _AGAIN),
    changed(
        "stray-bits-taken",
        "Tokens 5.4",
        '.rstrip(b"=") == body, "armor-invalid"',
        '.rstrip(b"=") == body or body, "armor-invalid"',
    ),
    _of_body("padding-taken", 'body.rstrip(b"=")'),
    _of_body("whole-padding-taken", 'body.rstrip(b"=") if len(body) % 4 == 0 else body'),
    _of_body("url-alphabet-taken", r'body.replace(b"_", b"/").replace(b"-", b"+")'),
    _of_body("unknown-characters-skipped", 'bytes(c for c in body if c in b"+/=" or chr(c).isalnum() and c < 128)'),
    _of_body("bytes-above-ascii-skipped", "bytes(c for c in body if c < 128)"),
    _of_body("lone-last-character-dropped", "body[:-1] if len(body) % 4 == 1 else body"),
    changed("empty-body-no-armor", "Tokens 5.5", _BODY, '    need(body, "armor-invalid")\n' + _BODY),
)

TOKENS: Final = mutants_of("forms", *_OF_FILES, *_OF_TOKENS)
