"""Cases of form: tokens, frames, payloads, fields (steps 1 to 3 and 6)."""

from collections.abc import Iterator
from dataclasses import replace

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, Document
from tests import makers
from tests.spellings import BUNDLE as SPELLED
from tests.spellings import NO_PAYLOADS, OTHER_SPELLINGS, PAYLOAD
from tests.vectors.vector import GROUND, TRUST, VENDOR, Case, file_of

BUNDLE: Bundle = makers.bundle()
TOKEN = sign(BUNDLE, VENDOR)
TEXT = armor.write(TOKEN)
LONGEST_BODY = 1_398_102
"""Characters that spell a frame of 1 MiB."""


def tokens() -> Iterator[Case]:
    """Steps 1 and 2: text to tokens."""
    take, refuse = GROUND.takes, GROUND.refuses
    lines = [TEXT[at : at + 64] for at in range(0, len(TEXT), 64)]
    yield take("2", "plain", "one token and a line feed", TEXT + "\n", BUNDLE)
    yield take("2", "no-line-end", "a file without a line end", TEXT, BUNDLE)
    yield take("2", "wrapped", "wrapped at 64 characters with CR LF", "\r\n".join(lines), BUNDLE)
    yield take("2", "spread", "a space behind every character", " ".join(TEXT), BUNDLE)
    yield take("2", "all-white-space", "the six bytes of white space", "\t\n\v\f\r " + TEXT, BUNDLE)
    yield take("2", "byte-order-mark", "a leading mark is dropped", "\ufeff" + TEXT, BUNDLE)
    yield take(
        "2",
        "run-together",
        "two tokens with nothing between, in another order than they are read",
        TEXT + armor.write(TRUST),
        BUNDLE,
    )
    wrong = {
        "empty": ("nothing at all", ""),
        "white-space-only": ("nothing but white space", " \r\n"),
        "text-in-front": ("text before the first token", "License: " + TEXT),
        "text-behind": ("text behind the last token", TEXT + ";"),
        "upper-case-prefix": ("the prefix is lower case", "LK1-" + TEXT[4:]),
        "version-2": ("another version", "lk2-" + TEXT[4:]),
        "prefix-alone": ("nothing behind the prefix", "lk1-"),
        "no-dot": ("a type and no body", "lk1-bundle"),
        "second-dot": ("a dot in the body", TEXT + "."),
        "padded": ("one character of padding", "lk1-bundle.AAA="),
        "padded-twice": ("two characters of padding", "lk1-bundle.AA=="),
        "length-1-modulo-4": ("one character too many", "lk1-bundle.AAAAA"),
        "stray-bits-2": ("bits behind the only byte", "lk1-bundle.AB"),
        "stray-bits-3": ("bits behind the second byte", "lk1-bundle.AAB"),
        "url-safe": ("the URL-safe alphabet", "lk1-bundle.AA-_"),
        "no-break-space": ("U+00A0 is not white space here", TEXT + "\u00a0"),
        "mark-in-the-middle": ("only a leading mark is dropped", TEXT + "\ufeff"),
        "mark-behind-white-space": ("a mark that white space leads", " \ufeff" + TEXT),
        "two-marks": ("only one mark is dropped", "\ufeff\ufeff" + TEXT),
        "damaged-before-unknown": (
            "of two faults that of the first token: stray bits, then an unknown type",
            "lk1-bundle.AB\nlk1-license.AA\n",
        ),
    }
    for name, (about, file) in wrong.items():
        yield refuse("2", "armor-invalid", name, about, file)
    utf_16 = TEXT.encode("utf-16-le")
    yield refuse("2", "armor-invalid", "utf-16", "UTF-16 is not a text of tokens", utf_16)
    not_utf_8 = TEXT.encode() + b"\xff"
    yield refuse("2", "armor-invalid", "not-utf-8", "a byte that is not UTF-8", not_utf_8)
    for name, kind in {"type-unknown": "license", "type-case": "Bundle", "type-empty": ""}.items():
        file = f"lk1-{kind}.AAAA"
        yield refuse("2", "unexpected-type", name, f"no type is called `{kind}`", file)
    about = "of two faults that of the first token: an unknown type, then stray bits"
    file = "lk1-license.AA\nlk1-bundle.AB\n"
    yield refuse("2", "unexpected-type", "unknown-before-damaged", about, file)
    yield from _too_large()


def _too_large() -> Iterator[Case]:
    room = 4 * 1024 * 1024 - len(TEXT)
    wrong = {
        "file-too-large": ("a byte more than 4 MiB", TEXT, (" ", room + 1)),
        "too-many-tokens": ("257 tokens", "", ("lk1-bundle.AAAA", 257)),
        "token-too-long": ("a character more than spell the longest frame", "lk1-bundle.", ("A", LONGEST_BODY + 1)),
    }
    for name, (about, file, repeat) in wrong.items():
        yield GROUND.refuses("1", "too-large", name, about, file, repeat=repeat)
    about = "of two faults that of the first token: stray bits, then a token that is too long"
    file, repeat = "lk1-bundle.AB\nlk1-bundle.", ("A", LONGEST_BODY + 1)
    yield GROUND.refuses("2", "armor-invalid", "damaged-before-too-long", about, file, repeat=repeat)
    yield GROUND.takes("1", "file-of-4-mib", "just 4 MiB", TEXT, BUNDLE, repeat=(" ", room))


def identities() -> Iterator[Case]:
    """R1: white space around a pin is dropped, and nothing else."""
    pin, file = GROUND.root, file_of(TOKEN)
    ground = replace(GROUND, root=f"\t\v\f {pin}\r\n")
    about = "the six bytes of white space around it are dropped"
    yield ground.takes("R1", "white-space-around", about, file, BUNDLE)
    wrong = {
        "no-break-space-around": f"{pin}\u00a0",
        "file-separator-around": f"{pin}\x1c",
        "byte-order-mark-in-front": f"\ufeff{pin}",
        "line-feed-within": f"{pin[:20]}\n{pin[20:]}",
    }
    for name, written in wrong.items():
        about = f"a pin: {name.replace('-', ' ')}"
        ground = replace(GROUND, root=written)
        yield ground.refuses("R1", "root-pin-invalid", name, about, file)


def frames() -> Iterator[Case]:
    """Step 3: frames to signatures and payload."""
    (signature,) = frame.read(TOKEN.frame).signatures
    one = TOKEN.frame[1:]
    payload = makers.payload_of(TOKEN)
    head = one[: len(one) - len(payload)]
    wrong = {
        "no-signature": ("count 0", b"\x00" + payload),
        "empty": ("no byte at all", b""),
        "count-alone": ("nothing behind the count", b"\x01"),
        "scheme-0": ("scheme 0 is not known", b"\x01\x00" + one[1:]),
        "scheme-4": ("scheme 4 is not known", b"\x01\x04" + one[1:]),
        "cut-in-key-id": ("ends within the key id", TOKEN.frame[:6]),
        "cut-in-signature": ("ends within the signature", TOKEN.frame[:40]),
        "no-payload": ("ends with the signature", b"\x01" + head),
        "count-too-high": ("two signatures promised, one there", b"\x02" + head + b"\x01"),
        "scheme-2-too-short": ("scheme 2 with the signature of scheme 1", b"\x01\x02" + one[1:]),
    }
    for name, (about, data) in wrong.items():
        file = file_of(armor.Token("bundle", data))
        yield GROUND.refuses("3", "frame-invalid", name, about, file)
    many = bytes([17]) + head * 17 + payload
    file = file_of(armor.Token("bundle", many))
    yield GROUND.refuses("3", "too-large", "too-many-signatures", "17 signatures", file)
    twice = frame.write(frame.Frame((signature, signature), payload))
    file = file_of(armor.Token("bundle", twice))
    about = "one key signed twice"
    yield GROUND.refuses("3", "signature-count", "signed-twice", about, file)
    again = b"\x02" + signature.key + bytes(3373)
    file = file_of(armor.Token("bundle", b"\x02" + head + again + payload))
    about = "one key reference under two schemes"
    yield GROUND.refuses("3", "signature-count", "reference-twice", about, file)
    file = file_of(armor.Token("bundle", b"\x02" + head * 2))
    about = "of two faults the first: it ends with a signature, and one key signed twice"
    yield GROUND.refuses("3", "frame-invalid", "cut-short-and-signed-twice", about, file)
    yield GROUND.refuses(
        "3",
        "frame-invalid",
        "longest-frame",
        "count 0, in a token as long as any may be",
        "lk1-bundle.",
        repeat=("A", LONGEST_BODY),
    )


def payloads() -> Iterator[Case]:
    """Step 6: payloads to documents, each under a good signature."""
    yield GROUND.takes("6", "plain", "the payload that the others spoil", signed(PAYLOAD), SPELLED)
    for name, payload in OTHER_SPELLINGS.items():
        about = f"valid, but not in its only spelling: {name}"
        yield GROUND.refuses("6", "not-canonical", slug(name), about, signed(payload))
    for name, payload in NO_PAYLOADS.items():
        if payload:  # without a payload there is no frame
            about = f"no bundle: {name}"
            yield GROUND.refuses("6", "payload-invalid", slug(name), about, signed(payload))
    for name, (code, about, file) in TWO_FAULTS.items():
        yield GROUND.refuses("6", code, name, f"of two faults the first: {about}", file)


def signed(payload: bytes, kind: str = "bundle") -> str:
    """Return a file of any payload, signed by the vendor."""
    return file_of(makers.seal(kind, payload, VENDOR))


def slug(name: str) -> str:
    """Return the name of a case."""
    return name.lower().replace(" ", "-")


def altered(document: Document, old: bytes, new: bytes) -> str:
    """Return a file of what no writer makes: the payload with its one `old` replaced."""
    payload = makers.payload_of(sign(document, VENDOR))
    assert payload.count(old) == 1, old
    return signed(payload.replace(old, new))


TWO_FAULTS = {
    "no-code-and-keys-unsorted": (
        "payload-invalid",
        "a license code in upper case, and map keys unsorted",
        signed(PAYLOAD.replace(b"\xa1a\x02\xa1b\x03", b"\xa1b\x03\xa1A\x02")),
    ),
    "entries-claimed": (
        "payload-invalid",
        "an entry more than the bound by the header, and one key twice",
        altered(
            makers.bundle(extensions={f"e{number:02}": 1 for number in range(50)}),
            b"\xde\x00\x32\xa3e00\x01",
            b"\xde\x00\x33" + b"\xa3e00\x01" * 2,
        ),
    ),
    "other-spelling-and-to-be-understood": (
        "not-canonical",
        "a longer form, and an extension that must be understood",
        altered(makers.bundle(extensions={"~acme": 1}), b"\xa5~acme", b"\xd9\x05!acme"),
    ),
}


def fields() -> Iterator[Case]:
    """Step 6: what a field may hold."""
    take, refuse = GROUND.takes, GROUND.refuses
    names = {
        "latin": "Åse Ødegård & Sønner",
        "japanese": "東京株式会社",
        "emoji": "👩‍💻 Ltd",
        "persian": "شرکت می\u200cخواهم",  # noqa: RUF001  # Persian is meant
        "200-code-points": "👩" * 200,
    }
    for name, company in names.items():
        document = makers.bundle(company=company)
        about = f"a company name beyond ASCII: {name}"
        yield take("6", f"company-{name}", about, file_of(sign(document, VENDOR)), document)
    yield from _markup()
    largest = makers.bundle(
        sequence=2**32 - 1,
        issued=makers.NOW,
        system={"a" * 64: 2**32 - 1},
        settings={"most": 2**53 - 1, "least": -(2**53 - 1), "on": True},
        offline_hours=87_840,
        extensions={"acme.note": "§", "acme.level": -1},
    )
    about = "numbers at their bounds, and extensions that nobody knows"
    yield take("6", "bounds", about, file_of(sign(largest, VENDOR)), largest)
    for name, (about, extensions) in EXTENSIONS.items():
        document = makers.bundle(extensions=extensions)
        yield take("6", name, about, file_of(sign(document, VENDOR)), document)
    for point, what in REFUSED_CHARACTERS.items():
        file = altered(makers.bundle(company="a~b"), b"\xa3a~b", _text(f"a{point}b"))
        name = f"character-{ord(point):04x}"
        yield refuse("6", "payload-invalid", name, f"{what} in the company", file, musts=("readers-9",))
    for name, company in {"mark-in-front": "\ufeffa", "mark-alone": "\ufeff"}.items():
        file = altered(makers.bundle(company="a~b"), b"\xa3a~b", _text(company))
        about = f"a decoder that drops byte order marks misses it: {name.replace('-', ' ')}"
        yield refuse("6", "payload-invalid", name, about, file)
    decomposed = altered(makers.bundle(company="a~b"), b"\xa3a~b", _text("A\u030a"))
    about = "a text that is not in NFC"
    yield refuse("6", "payload-invalid", "not-nfc", about, decomposed)
    for name, (about, valid, old, new) in WRONG_FIELDS.items():
        yield refuse("6", "payload-invalid", name, about, altered(valid, old, new))
    newer = altered(makers.bundle(extensions={"~acme": 1}), b"~acme", b"!acme")
    about = "an extension that must be understood"
    yield refuse("6", "newer-reader-needed", "extension-to-be-understood", about, newer)


def _markup() -> Iterator[Case]:
    """Texts are data: what some other program would run or follow is given back as it is."""
    for name, company in MARKUP.items():
        document = makers.bundle(company=company)
        about = f"a company name that another program would run: {name}"
        file = file_of(sign(document, VENDOR))
        yield GROUND.takes("6", f"company-of-{name}", about, file, document, musts=("readers-9",))


MARKUP = {
    "html": "<script>alert(1)</script>&amp;",
    "shell": "$(reboot) `id` ; %PATH%",
    "templates": "{{7*7}} ${7*7} %s {0}",
    "addresses": "https://example.com/../../etc/passwd",
    "sql": "' OR '1'='1' --",
}


def _text(text: str) -> bytes:
    data = text.encode()
    return bytes([0xA0 + len(data)]) + data


REFUSED_CHARACTERS = {
    "\x00": "zero",
    "\n": "a line feed",
    "\x1b": "escape",
    "\x7f": "delete",
    "\x9b": "a C1 control",
    "\u061c": "the Arabic letter mark",
    "\u200f": "the right-to-left mark",
    "\u2028": "a line separator",
    "\u202e": "a right-to-left override",
    "\u2067": "a right-to-left isolate",
    "\ufeff": "a byte order mark",
    "\ufffb": "an interlinear annotation",
}

EXTENSIONS: dict[str, tuple[str, dict[str, str | int | bool]]] = {
    "extension-names-at-their-bounds": ("names of 0 and of 200 code points", {"": 1, "🔑" * 200: 2}),
    "extension-names-of-digits": ("they ascend as texts, not as numbers", {"10": 1, "9": 2}),
    "extension-names-by-utf-8": ("by UTF-16 they descend", {"\uff5e": 1, "\U00010000": 2}),
    "extension-names-of-objects": (
        "names that objects have of their own in some languages",
        {"__proto__": 1, "constructor": "x", "toString": True},
    ),
    "extension-values-of-other-forms": (
        "defined names whose values count as absent",
        {"ledger": False, "pickup": "0F" * 16, "request": 5},
    ),
    "extension-of-another-document": ("`follows` means nothing on a bundle", {"follows": ""}),
}

WRONG_FIELDS: dict[str, tuple[str, Document, bytes, bytes]] = {
    "code-upper-case": ("a part in upper case", makers.bundle(), b"\xa4base", b"\xa4Base"),
    "code-dash-first": ("a part that begins with `-`", makers.bundle(), b"\xa4base", b"\xa4-ase"),
    "code-dash-last": ("a part that ends with `-`", makers.bundle(), b"\xa4base", b"\xa4bas-"),
    "code-line-feed": ("a line feed within a part", makers.bundle(), b"\xa4base", b"\xa4b\nse"),
    "code-dot": ("a dot within a part", makers.bundle(), b"\xa4base", b"\xa4b.se"),
    "code-empty": ("a part without a character", makers.bundle(), b"\xa4base", b"\xa0"),
    "map-key-no-code": ("a license code in upper case", makers.bundle(), b"\xa6server", b"\xa6Server"),
    "serial-dash-last": ("a serial that ends with `-`", makers.bundle(), b"\xaa1010000014", b"\xaa101000001-"),
    "code-too-long": ("a part of 65 characters", makers.bundle(), b"\xa4base", b"\xd9\x41" + b"a" * 65),
    "serial-too-long": ("a serial of 33 characters", makers.bundle(), b"\xaa1010000014", b"\xd9\x21" + b"1" * 33),
    "name-too-long": (
        "a company of 201 code points",
        makers.bundle(company="a~b"),
        b"\xa3a~b",
        b"\xd9\xc9" + b"a" * 201,
    ),
    "extension-name-too-long": (
        "an extension whose name has 201 code points",
        makers.bundle(extensions={"a~b": 1}),
        b"\xa3a~b",
        b"\xd9\xc9" + b"a" * 201,
    ),
    "extension-value-nothing": (
        "nothing as the value of an extension",
        makers.bundle(extensions={"a~b": 1}),
        b"\xa3a~b\x01",
        b"\xa3a~b\xc0",
    ),
    "serial-empty": ("a serial of nothing", makers.bundle(), b"\xaa1010000014", b"\xa0"),
    "count-zero": ("a count of 0", makers.bundle(), b"\xa6server\x01", b"\xa6server\x00"),
    "count-too-high": (
        "a count of 2^32",
        makers.bundle(),
        b"\xa6server\x01",
        b"\xa6server\xcf\x00\x00\x00\x01\x00\x00\x00\x00",
    ),
    "use-unknown": ("a use that there is not", makers.bundle(company="a~b"), b"\xa3a~b\x00", b"\xa3a~b\x03"),
    "value-too-high": (
        "2^53 as a value",
        makers.bundle(settings={"a": 2**53 - 1}),
        b"\xcf\x00\x1f" + b"\xff" * 6,
        b"\xcf\x00\x20" + bytes(6),
    ),
    "value-nothing": ("nothing as a value", makers.bundle(settings={"a": True}), b"\x81\xa1a\xc3", b"\x81\xa1a\xc0"),
    "replaces-itself": (
        "a bundle that replaces its own serial",
        makers.bundle(replaces=["1010000022"]),
        b"\xaa1010000022",
        b"\xaa1010000014",
    ),
    "expiry-before-start": (
        "starts 2027-01-01, expires 1970-01-01",
        makers.bundle(warning=None, grace=None),
        b"\xc0\xcd\x52\xc0",
        b"\xc0\x00",
    ),
    "grace-without-expiry": (
        "a grace and no expiry",
        makers.bundle(starts=None, warning=None, grace=makers.ISSUED_DAY + 396),
        b"\xcd\x52\xc0",
        b"\xc0",
    ),
}
