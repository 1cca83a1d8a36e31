"""License files as bytes of a stranger: tokens, what is pasted, and payloads."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from licensekit.cli.inspect import show_findings
from licensekit.cli.views import documents as views
from licensekit.errors import FormatError
from licensekit.text.tokens import find_tokens
from licensekit.trust.findings import check
from licensekit.wire import armor, frame
from licensekit.wire.documents import CLASS_OF, decode, encode
from licensekit.wire.plain import plain
from tests import makers
from tests.fuzz import kit

TYPES: Final = armor.TYPES


def tokens(data: bytes) -> None:
    """Read a file strictly: each token has one spelling, and each frame as well."""
    found = armor.read(data)
    written = armor.write_file(found).encode()
    assert armor.read(written) == found
    assert sorted(armor.compact(data).split(b"lk1-")) == sorted(armor.compact(written).split(b"lk1-"))
    for token in found:
        assert frame.write(frame.read(token.frame)) == token.frame
    findings = check(found, None, makers.NOW)
    show_findings(findings, None)
    json.dumps([finding.plain() for finding in findings])


def tokens_seeds() -> Iterator[bytes]:
    """Yield whole files and damaged ones."""
    yield from kit.texts("tokens", "file")
    yield from kit.texts("file", "file")
    yield from kit.samples("*.lic")


def pasted(data: bytes) -> None:
    """Find tokens in any text: what is found is a file of tokens, in which the same is found again."""
    found = find_tokens(data)
    assert armor.read(found.data)
    assert find_tokens(found.data).data == found.data
    assert [remark.message for remark in found.left_out if not remark.message] == []


def pasted_seeds() -> Iterator[bytes]:
    """Yield mails, pages and texts with a token in them."""
    token = armor.write(makers.first_root())
    whole = makers.file_of(makers.first_root(), makers.first_trust())
    mail = "From: a@example.com\nMIME-Version: 1.0\nContent-Type: {}\nContent-Transfer-Encoding: {}\n\n{}\n"
    parts = 'multipart/mixed; boundary="b"'
    yield from (
        whole.encode("utf-16"),
        whole.encode("utf-16-be"),
        f"> {token[:80]}\n> {token[80:]}\nRegards".encode(),
        f"<html><body><p>{token}</p><a href='{token}'>x</a>&nbsp;</body>".encode(),
        mail.format("text/plain", "7bit", token).encode(),
        mail.format("text/plain", "quoted-printable", token.replace("=", "=3D")[:70] + "=\n" + token[70:]).encode(),
        mail.format(parts, "7bit", f"--b\nContent-Type: text/html\n\n<p>{token}\n--b--").encode(),
        mail.format("application/octet-stream", "base64", armor.encode(token.encode())).encode(),
        f"\u201c{token}\u201d\u200b\\n".encode(),
        f"{token[:-9]}\u2026\n{token}".encode("windows-1252"),
        b"SQLite format 3\x00",
        b"lkkey1.AQ",
        b'order = "4711"\n[licenses.user]\n',
    )
    yield from kit.texts("tokens", "file")


def documents(data: bytes) -> None:
    """Decode a payload of a type, which the first byte names: what decodes encodes to the same bytes."""
    kind, payload = TYPES[data[0] % len(TYPES)] if data else TYPES[0], data[1:]
    document = decode(CLASS_OF[kind], payload)
    assert encode(document) == payload
    json.dumps(plain(document))
    views.show(document)
    with suppress(FormatError):
        find_tokens(armor.write(makers.seal(kind, payload[:-1], makers.key("vendor"))).encode())


def documents_seeds() -> Iterator[bytes]:
    """Yield payloads of every type, sound and broken."""
    for name in TYPES:
        yield from kit.spread(bytes([TYPES.index(kind)]) + one for kind, one in kit.payloads() if kind == name)
