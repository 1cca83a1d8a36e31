"""Bytes of the worst shapes that readers meet, of any size, by what they are given to."""

from collections.abc import Callable, Mapping
from typing import Final

from licensekit.wire import armor

Shape = Callable[[int], bytes]
"""Returns bytes of about this size."""


def repeated(unit: bytes, before: bytes = b"", after: bytes = b"") -> Shape:
    """Return the shape of many equal pieces."""
    return lambda size: before + unit * ((size - len(before) - len(after)) // len(unit) + 1) + after


def numbered(unit: str, before: bytes = b"", after: bytes = b"") -> Shape:
    """Return the shape of many pieces that differ by a number, where `unit` has `#`."""

    def make(size: int) -> bytes:
        count = size // len(unit.encode().replace(b"#", b"1234")) + 1
        return before + "".join([unit.replace("#", str(number)) for number in range(count)]).encode() + after

    return make


_ACCENTS: Final = "\u0301\u0323".encode()  # in another order than the normal form has them
_SIGNED: Final = b"\x01\x01" + bytes(72)
_SMALL: Final = armor.write(armor.Token("bundle", _SIGNED + b"\x90")).encode()
_MAIL: Final = b"From: a\nContent-Type: text/plain\n"
_PARTS: Final = b"From: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n"

PASTED: Final[Mapping[str, Shape]] = {
    "one token": repeated(b"A", b"lk1-bundle."),
    "tokens without contents": repeated(b"lk1-bundle.AAAA\n"),
    "beginnings of tokens": repeated(b"lk1-a."),
    "nothing but dashes": repeated(b"lk1-"),
    "copies": repeated(_SMALL + b" x "),
    "damaged copies": numbered("lk1-bundle.A#A "),
    "copies cut off": lambda size: numbered("lk1-bundle.AQE# ")(size) + _SMALL,
    "payloads nested": repeated(b"lk1-bundle." + armor.encode(_SIGNED + b"\x91" * 3000).encode() + b" x "),
    "tags that do not end": repeated(b"<a "),
    "tags": repeated(b"<a>"),
    "attributes": repeated(b"a=b ", b"<a ", b">"),
    "attributes with tokens": repeated(b"a=lk1- ", b"<a ", b">"),
    "comments that do not end": repeated(b"<!--"),
    "dashes in a comment": repeated(b"--!", b"<!--"),
    "declarations": repeated(b"<!["),
    "ends of tags in a script": repeated(b"</", b"<script>"),
    "references": repeated(b"&#", b"<a>"),
    "one long reference": repeated(b"1", b"<a>&#", b";"),
    "quoted printable": repeated(b"= \t", b"=20"),
    "spaces at the end of a line": repeated(b" ", b"=20", b"x"),
    "headers": repeated(b"X: a\n", _MAIL),
    "a header in many lines": repeated(b" a\n", _MAIL),
    "parameters of a header": repeated(b"; a=b", b"From: a\nContent-Type: multipart/mixed"),
    "parts": repeated(b"\n--y", _PARTS),
    "carriage returns in a part": repeated(b"\r", _PARTS),
    "beginnings of headers": repeated(b"\ncontent-t", b"a:\n"),
    "dashes of a header": repeated(b"a-"),
    "lines of spaces": repeated(b"\n \t"),
    "words of a key": repeated(b"A ", b"-----BEGIN "),
    "quotes": repeated("\u201c".encode()),
    "zeros": bytes,
    "UTF-16": repeated("a ".encode("utf-16-le"), b"\xff\xfe"),
}

_HEAD: Final = b'product = "a"\n[issuer]\ncode = "a"\nname = "A"\n'
_USER: Final = 'kind = "user"\nname = "N"\n'
TOML: Final[Mapping[str, Shape]] = {
    "lines": repeated(b"\n"),
    "unknown keys": numbered("k# = 1\n"),
    "odd keys": numbered('"k #" = 1\n'),
    "long keys": numbered('"' + "\u0100" * 2000 + '#" = 1\n'),
    "keys of many parts": repeated(b"a.", b"", b"a = 1"),
    "many keys of some parts": numbered("a#.b.c.d.e.f = 1\n"),
    "tables": numbered("[t#]\n"),
    "arrays of tables": repeated(b"[[a]]\n"),
    "brackets": repeated(b"[", b"x = "),
    "inline tables": repeated(b"{a=", b"x = "),
    "an array": repeated(b"1,", b"x = [", b"]"),
    "a text": repeated(b"\\n", b'x = "', b'"'),
    "a text that does not end": repeated(b'"" ', b'x = """'),
    "digits": repeated(b"1", b"x = "),
    "digits with underscores": repeated(b"1_", b"x = ", b"1"),
    "what is no UTF-8, at the end": repeated(b"#\n", b"", b"\xff"),
    "accents": repeated(_ACCENTS, b'company = "a', b'"\n'),
    "accents of a license": repeated(_ACCENTS, _HEAD + b'[licenses.a]\nkind = "user"\nname = "', b'"\n'),
    "groups of digits": repeated(b"111,", b'company = "x"\ndays = "', b'"\n'),
    "a date": repeated(b"1.", b'company = "x"\nexpiry = "', b'"\n'),
    "serials": repeated(b"1 ", b'company = "x"\nreplaces = "', b'"\n'),
    "licenses": numbered(f"[licenses.l#]\n{_USER}", _HEAD),
    "licenses with unknown keys": numbered('[licenses.l#]\nkinds = "user"\nnames = "N"\nincluds = 1\n', _HEAD),
    "licenses of no kind": numbered('[licenses.l#]\nkind = "usr"\nname = "N"\nincludes = ["x", "y"]\n', _HEAD),
    "licenses that require what is not there": numbered(f'[licenses.l#]\n{_USER}requires = ["l#x", "k#"]\n', _HEAD),
    "licenses that include the next ones": numbered(f'[licenses.l#]\n{_USER}includes = ["l#1"]\n', _HEAD),
    "codes of one rule": numbered('"q#",', _HEAD + b"[access.web]\nall = [", b"]\n"),
    "editions of what is not there": numbered('[editions.e#]\nname = "x"\nusers = {a# = 1, b = 2}\n', _HEAD),
    "one edition": numbered("users.u# = 1\n", _HEAD + b'[editions.e]\nname = "x"\n'),
    "choices": numbered('"c#",', _HEAD + b'[settings.s]\ntype = "text"\nname = "x"\nchoices = [', b"]\n"),
}

TABLE: Final[Mapping[str, Shape]] = {
    "tiny rows": repeated(b"a\n", b"id\n"),
    "empty rows": repeated(b",\n", b"id,name\n"),
    "rows": numbered("u#\n", b"id\n"),
    "rows with faults": numbered("u#,x,maybe\n", b"id,name,kind\n"),
    "rows with too many cells": numbered("u#,x,y,z\n", b"id,name\n"),
    "columns": lambda size: b"id" + b"," * (size // 2) + b"\n" + b"u\n" * (size // 4),
    "unknown columns": numbered("c#,"),
    "one column, many times": repeated(b"id,"),
    "cells": repeated(b"a,", b"id,name\n"),
    "one long cell": repeated(b"a\n", b'id,name\nu,"', b'"\n'),
    "a cell that does not end": repeated(b"a\n", b'id,name\nu,"'),
    "quotes in a cell": repeated(b'""', b'id,name\nu,"', b'"\n'),
    "quotes in the first row": repeated(b',"'),
    "quoted quotes in the first row": repeated(b'""",'),
    "lines before the headings": repeated(b"sep=;\n"),
    "rows of delimiters": repeated(b",;\n", b"", b"id\n"),
    "one long line": repeated(b"a"),
    "groups": numbered("g#|", b"id\tgroups\nu\t", b"\n"),
    "quoted groups": repeated(b'"" ', b'id\tgroups\nu\t"', b'"\n'),
    "groups of spaces": repeated(b" ", b"id\tgroups\nu\tx", b"y\n"),
    "distinguished names": repeated(b"|cn=a", b"id\tgroups\nu\tcn=a", b"\n"),
    "backslashes": repeated(b"\\", b"id\tgroups\nu\tcn=a", b"\n"),
    "licenses": numbered("l# ", b"id\tlicenses\nu\t", b"\n"),
    "apostrophes": repeated(b"'", b"id\tname\nu\t", b"=\n"),
    "accents": repeated(_ACCENTS, b"id\na", b"\n"),
    "accents of a heading": repeated(_ACCENTS, b"id,a", b"\n"),
    "marks": repeated("\u200bx\n".encode(), b"id\n"),
    "UTF-16": repeated("u\n".encode("utf-16-le"), b"\xff\xfe" + "id\n".encode("utf-16-le")),
    "what is no UTF-8, at the end": repeated(b"a\n", b"id\n", b"\xff\n"),
}
_TERMS: Final = '{"order": "#", "company": "A", "users": {'
JSON: Final[Mapping[str, Shape]] = {
    "orders": numbered(_TERMS + '"standard": 1}}\n'),
    "orders of what is not there": numbered(_TERMS + '"a#": 1}}\n'),
    "empty lines": repeated(b"\n"),
    "brackets": repeated(b"["),
    "escapes": repeated(b"\\u0041", b'{"company": "', b'"}'),
    "a key, many times": repeated(b'"a": 1,', b"{", b'"b": 1}'),
    "digits": repeated(b"1"),
    "one long line": repeated(b"a"),
    "accents": repeated(_ACCENTS, b'{"company": "a', b'"}'),
}
KEY: Final[Mapping[str, Shape]] = {
    "a key file": repeated(b"A", b"lkkey1."),
    "a public key": repeated(b"A", b"lkpub1."),
    "white space": repeated(b" ", b"lkkey1."),
    "PEM": repeated(b"A", b"-----BEGIN PRIVATE KEY-----\n", b"\n-----END PRIVATE KEY-----\n"),
    "beginnings of PEM": repeated(b"-----BEGIN PRIVATE KEY-----\n"),
    "OpenSSH": repeated(b"A", b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"\n-----END OPENSSH PRIVATE KEY-----\n"),
    "DER": repeated(b"\x30\x80"),
}
OBSERVED: Final[Mapping[str, Shape]] = {
    "rows": repeated(b"[1,2],", b"[null, [", b"[]]]"),
    "brackets": repeated(b"["),
    "digits": repeated(b"1"),
}
