"""Mutants of frames, pins and messages."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, moved, mutants_of, with_more

_TYPE: Final = '    need(token.type == kind, "unexpected-type")\n'
_LONG: Final = '    need(len(frame) <= BOUNDS["FRAME_BYTES"], "too-large")\n'
_EMPTY: Final = '    need(frame[:1] not in {b"", b"\\x00"}, "frame-invalid")\n'
_COUNT: Final = '    need(frame[0] <= BOUNDS["SIGNATURES"], "too-large")\n'
_AT: Final = '        need(at < len(frame) and frame[at] in _SIZES, "frame-invalid")\n'
_PAYLOAD: Final = '    need(at < len(frame), "frame-invalid")\n'
_TWICE: Final = '    need(len({s.key for s in signatures}) == len(signatures), "signature-count")\n'
_SIZES: Final = "_SIZES: Final = {1: (8, 64), 2: (8, 3373), 3: (32, 64)}"
_ONE: Final = "        signatures.append(Signed("

FRAMES: Final = mutants_of(
    "forms",
    left_out(
        "type-not-compared",
        "Verification 3",
        _TYPE,
        "every caller asks for the type of its token, except for the pinned root",
    ),
    left_out("frame-size-not-judged", "Frames 1", _LONG),
    moved("frame-size-judged-last", "Frames 1", _LONG, _TWICE),
    changed("frame-count-of-0-taken", "Frames 2", '{b"", b"\\x00"}', '{b""}'),
    changed("empty-frame-no-armor", "Frames 2", _EMPTY, '    need(frame, "armor-invalid")\n' + _EMPTY),
    left_out("frame-count-not-bounded", "Frames 2", _COUNT),
    changed("frame-count-17-no-frame", "Frames 2", _COUNT, _COUNT.replace("too-large", "frame-invalid")),
    moved("frame-count-judged-last", "Frames 2", _COUNT, _TWICE),
    changed("installations-scheme-in-no-frame", "Frames 3", _SIZES, _SIZES.replace(", 3: (32, 64)", "")),
    changed("installations-by-key-id", "Frames 3", _SIZES, _SIZES.replace("32", "8")),
    changed("scheme-0-taken", "Frames 3", _SIZES, _SIZES.replace("{1", "{0: (8, 64), 1")),
    changed("scheme-4-taken", "Frames 3", _SIZES, _SIZES.replace("{1", "{4: (8, 64), 1")),
    changed("scheme-255-taken", "Frames 3", _SIZES, _SIZES.replace("{1", "{255: (8, 64), 1")),
    changed(
        "unknown-scheme-is-a-key",
        "Frames 3",
        _AT,
        '        need(frame[at : at + 1], "frame-invalid")\n        need(frame[at] in _SIZES, "key-unknown")\n',
    ),
    changed("empty-payload-taken", "Frames 3", _PAYLOAD, _PAYLOAD.replace("<", "<=")),
    left_out("frame-cut-short-taken", "Frames 3", _PAYLOAD),
    left_out("key-twice-taken", "Frames 4", _TWICE),
    changed("key-twice-by-other-schemes", "Frames 4", "{s.key for", "{(s.scheme, s.key) for"),
    changed("key-twice-with-other-signatures", "Frames 4", "{s.key for", "{s for"),
    changed(
        "key-twice-found-before-division",
        "Frames 4",
        _ONE,
        '        need(frame[at + 1 : middle] not in {s.key for s in signatures}, "signature-count")\n' + _ONE,
    ),
    moved("key-twice-found-before-payload", "Frames 4", _PAYLOAD, _TWICE),
    changed("key-twice-is-no-frame", "Frames 4", _TWICE, _TWICE.replace("signature-count", "frame-invalid")),
    changed("type-not-signed", "Frames", '+ kind.encode() + b"\\0"', '+ b"bundle\\0"'),
    changed("scheme-not-signed", "Frames", "bytes([scheme]) + reference + payload", 'b"\\1" + reference + payload'),
    changed("key-not-signed", "Frames", "bytes([scheme]) + reference + payload", "bytes([scheme]) + payload"),
    changed("other-format-signed", "Frames", 'b"licensekit/lk1\\0"', 'b"licensekit/lk2\\0"'),
)

_TEXT: Final = r'    text = pin.strip(b"\t\n\v\f\r ").decode("latin-1")' + "\n"

PINS: Final = mutants_of(
    "trust",
    changed("pin-white-space-kept", "Identities", _TEXT, '    text = pin.decode("latin-1")\n'),
    changed("pin-any-white-space-dropped", "Identities", _TEXT, '    text = pin.decode("utf-8", "replace").strip()\n'),
    changed("pin-vertical-tab-kept", "Identities", _TEXT, _TEXT.replace(r"\v", "")),
    changed("pin-form-feed-kept", "Identities", _TEXT, _TEXT.replace(r"\f", "")),
    changed("pin-tab-kept", "Identities", _TEXT, _TEXT.replace(r"\t", "")),
    changed("pin-carriage-return-kept", "Identities", _TEXT, _TEXT.replace(r"\r", "")),
    changed("pin-white-space-in-front-alone", "Identities", "pin.strip(", "pin.lstrip("),
    changed("pin-white-space-behind-alone", "Identities", "pin.strip(", "pin.rstrip("),
    with_more("pin-white-space-within-dropped", "Identities", _TEXT, '    text = "".join(text.split(" "))\n'),
    changed("pin-mark-dropped", "Identities", _TEXT, r'    pin = pin.removeprefix(b"\xef\xbb\xbf")' + "\n" + _TEXT),
    with_more("pin-in-capitals-taken", "Identities", _TEXT, "    text = text.lower()\n"),
    with_more("pin-body-in-capitals-taken", "Identities", _TEXT, "    text = text[:8] + text[8:].lower()\n"),
    with_more("pin-padding-taken", "Identities", _TEXT, '    text = text.rstrip("=")\n'),
    with_more(
        "pin-without-prefix-taken", "Identities", _TEXT, '    text = "lkroot1-" + text.removeprefix("lkroot1-")\n'
    ),
    with_more(
        "pin-digits-for-letters",
        "Identities",
        _TEXT,
        '    text = text[:8] + text[8:].replace("0", "o").replace("1", "l")\n',
    ),
    changed("pin-stray-bits-taken", "Identities", "need(text == again and len", "need(len"),
    changed("pin-of-any-length", "Identities", "text == again and len(wanted) == 32", "text == again"),
    changed("pin-short-taken", "Identities", "len(wanted) == 32", "len(wanted) <= 32"),
    changed("pin-long-taken", "Identities", "len(wanted) == 32", "len(wanted) >= 32"),
    changed("digest-without-type", "Identities", 'kind.encode() + b"\\0" + payload', "payload"),
    changed("digest-without-zero", "Identities", 'kind.encode() + b"\\0" + payload', "kind.encode() + payload"),
)
