"""`docs/format.md` says what the code does: bounds, fields, rules, sections and the example."""

import re
from enum import IntEnum
from hashlib import sha256
from inspect import getsource
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import licensekit
from licensekit import limits
from licensekit.errors import FormatError, LicenseError, TrustError
from licensekit.issuer.ledger.entries import LedgerEntry
from licensekit.keys import keyfile
from licensekit.trust import order, pack, roots, state, verify
from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import (
    CLASS_OF,
    AdmittedKey,
    Binding,
    Document,
    Edition,
    License,
    LoginRule,
    LowestOfUses,
    RootKey,
    Scope,
    Setting,
    Usage,
    Use,
    fields,
)
from licensekit.wire.documents.fields import text_fault
from licensekit.wire.plain import word
from tests import makers, rare_keys
from tests.docs.tables import code_blocks, headings, section, tables, text_of
from tests.makers import ISSUED

TEXT = text_of("format.md")
SOURCES = sorted(Path(licensekit.__file__).parent.rglob("*.py"))


def test_the_bounds_are_those_of_the_code() -> None:
    written = {name.strip("`"): int(value) for table in tables(section(TEXT, "Bounds")) for name, value, _ in table}
    assert written == {name: value for name, value in vars(limits).items() if name.isupper()}


NESTED: dict[str, tuple[str, type[Document]]] = {
    "Root key": ("Root", RootKey),
    "Admitted key": ("Trust document", AdmittedKey),
    "Scope": ("Trust document", Scope),
    "License": ("Catalog", License),
    "Login rule": ("Catalog", LoginRule),
    "Setting": ("Catalog", Setting),
    "Lowest": ("Revocations", LowestOfUses),
    "Edition": ("Catalog", Edition),
    "Binding": ("Bundle", Binding),
    "Usage": ("Statement", Usage),
}
DOCUMENTS = {"Trust document" if name == "trust" else name.capitalize(): cls for name, cls in CLASS_OF.items()}

WORDS: list[tuple[Any, set[str]]] = [
    (fields.Code, {"code"}),
    (fields.QualifiedCode, {"qualified code"}),
    (fields.Serial, {"serial"}),
    (fields.Name, {"name"}),
    (fields.Text, {"text"}),
    (fields.Version, {"version", "count"}),
    (fields.Seconds, {"seconds"}),
    (fields.Days, {"days"}),
    (fields.Hours, {"hours"}),
    (fields.Identity, {"16 bytes"}),
    (fields.Digest, {"32 bytes"}),
    (fields.Extensions, {"map (above)"}),
    (bool, {"boolean"}),
]


def table_of(name: str) -> list[list[str]]:
    """Return the table of a document, or of one inside another."""
    outer, _ = NESTED.get(name, (name, None))
    text = section(TEXT, outer)
    if name in NESTED:
        text = text[text.index(f"\n{name}:\n") :]
    return tables(text)[0]


@pytest.mark.parametrize(("name", "cls"), [*DOCUMENTS.items(), *((name, cls) for name, (_, cls) in NESTED.items())])
def test_the_fields_of_a_document_are_those_of_the_code(name: str, cls: type[Document]) -> None:
    """Names and order exactly; types where one word says them, else list, map or number."""
    rows = table_of(name)
    assert [row[0] for row in rows] == list(cls.__struct_fields__)
    hints = get_type_hints(cls, include_extras=True)
    for field, written, meaning in rows:
        optional = type(None) in get_args(hints[field])
        plain = written.removesuffix(" or nothing").removesuffix(", or nothing")
        assert optional == (plain != written), field
        if plain == "value":
            assert hints[field] == fields.Value | None, field
            continue
        inner = next((part for part in get_args(hints[field]) if part is not type(None)), None)
        hint = inner if optional else hints[field]
        check_type(hint, plain, meaning, field)


def check_type(hint: Any, written: str, meaning: str, field: str) -> None:
    """Compare a type with its words, and the members of a closed list with their numbers."""
    for known, words in WORDS:
        if hint == known:
            assert written in words, field
            return
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        assert written.startswith("number 0 "), field
        for member in hint:
            assert re.search(rf"\b{int(member)} {word(member)}\b", meaning), (field, member)
        return
    assert written.startswith(("list of", "map of", "number", "bytes of", "document (below)")), field


def test_the_lists_of_numbers_in_scopes_and_access_are_named() -> None:
    scope = {row[0]: row[2] for row in table_of("Scope")}
    assert scope["types"] == "0 revocations, 1 catalog, 2 bundle, 3 reset"
    access = {row[0]: row[2] for row in table_of("Login rule")}
    assert access["users"].endswith("0 associate, 1 external, 2 system, 3 anonymous")


def test_the_refused_code_points_are_those_of_the_code() -> None:
    refused: set[int] = set()
    for row in next(t for t in tables(section(TEXT, "Fields")) if t[0][0].startswith("U+")):
        first, *last = (int(point, 16) for point in re.findall(r"U\+([0-9A-F]{4,6})", row[0]))
        refused |= set(range(first, (last or [first])[0] + 1))
    assert refused == {
        point for point in range(0x110000) if (fault := text_fault(chr(point))) and fault.reason == "control"
    }


def test_the_sizes_of_keys_and_signatures_are_those_of_the_code() -> None:
    sizes = {row[0]: row[2] for row in tables(section(TEXT, "Frames"))[0]}
    assert sizes["1"].startswith(str(frame.ED25519_SIGNATURE_BYTES))
    hybrid = frame.ED25519_SIGNATURE_BYTES + frame.MLDSA65_SIGNATURE_BYTES
    assert sizes["2"].startswith(f"{hybrid} ")
    assert f"{frame.MLDSA65_KEY_BYTES} bytes ML-DSA-65" in section(TEXT, "Schemes")


def test_the_points_of_low_order_that_are_shown_are_those_that_are_refused() -> None:
    shown = re.findall(r"^ +([0-9a-f]{64})$", section(TEXT, "Schemes"), re.MULTILINE)
    refused = {key[:31] + bytes([key[31] & 0x7F]) for key in rare_keys.LOW_ORDER}
    assert len(shown) == 5
    assert {bytes.fromhex(key) for key in shown} == refused


def test_every_rule_of_trust_is_in_both() -> None:
    """Each is named where it is judged, and the code names no other."""
    code = "".join(getsource(module) for module in (roots, order, state, verify, pack))
    rules = re.findall(r"^\*\*([A-Z]\d)\.", section(TEXT, "Trust"), re.MULTILINE)
    assert len(rules) == len(set(rules))
    assert set(rules) == set(re.findall(r"\b[RTOLCFS]\d\b", code))


def test_every_step_is_numbered() -> None:
    assert [row[0] for row in tables(section(TEXT, "Verification"))[0]] == list("123456789")


def all_codes(root: type[LicenseError]) -> set[str]:
    return {root.code}.union(*(all_codes(child) for child in root.__subclasses__()))


def test_every_code_that_is_named_exists() -> None:
    """Codes are named in parentheses after a rule, and in the tables of codes and steps."""
    named = set(re.findall(r"\(`([a-z-]+)`[),; ]", TEXT))
    named |= {row[0].strip("`") for row in tables(section(TEXT, "Conventions"))[0]}
    for row in tables(section(TEXT, "Verification"))[0]:
        named |= set(re.findall(r"`([a-z-]+)`", row[2]))
    assert named
    assert named <= all_codes(LicenseError)


NOT_OF_THE_FORMAT = {"format", "trust", "nothing-to-sign"}
"""Branches, and what a caller asks of a file beyond its format."""


def test_every_code_of_form_and_trust_has_its_rule() -> None:
    codes = all_codes(FormatError) | all_codes(TrustError)
    assert {code for code in codes if f"`{code}`" not in TEXT} <= NOT_OF_THE_FORMAT


def test_every_section_that_the_code_cites_is_there() -> None:
    cited: set[str] = set()
    for source in SOURCES:
        flat = re.sub(r"\s+#?\s*", " ", source.read_text("utf-8"))
        cited |= set(re.findall(r"`docs/format\.md`, (?:section )?\"([^\"]+)\"", flat))
    assert len(cited) > 10
    assert cited <= set(headings(TEXT))


def test_every_link_within_the_text_leads_somewhere() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in headings(TEXT)}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_the_worked_example_is_what_the_code_makes() -> None:
    seed = sha256(b"licensekit TEST KEY vendor 1").hexdigest()
    key = makers.key("vendor")
    bundle = makers.bundle(
        company="Blåbær AS",
        use=Use.TRIAL,
        starts=None,
        warning=None,
        expiry=20848,
        grace=None,
        sites={},
        users={"user": 25},
    )
    token = sign(bundle, key)
    keys, whole, signed, text = code_blocks(section(TEXT, "A worked example"))
    assert [line.split()[-1] for line in keys.splitlines()] == [
        seed,
        key.verifying_key.public.hex(),
        key.verifying_key.key_id.hex(),
    ]
    assert in_hex(whole) == token.frame.hex()
    message = frame.message("bundle", frame.ED25519, key.verifying_key.key_id, makers.payload_of(token))
    assert in_hex(signed) + makers.payload_of(token).hex() == message.hex()
    assert text.replace("\n", "") == armor.write(token)
    example = section(TEXT, "A worked example")
    assert makers.identity_of(token).hex() in example
    assert f"The frame, {len(token.frame)} bytes" in example


def test_the_key_files_that_are_shown_open() -> None:
    secret, public, _ = code_blocks(section(TEXT, "Key files"))
    key = keyfile.open_(secret, b"test")
    assert key.reveal_secret() == bytes(range(32))
    assert keyfile.parse_public(public) == keyfile.peek(secret) == (key.verifying_key, "Test")


def test_the_values_of_a_ledger_entry_are_those_of_the_text() -> None:
    entry = LedgerEntry(
        number=1,
        action="init",
        at=ISSUED,
        who="anna",
        token=armor.Token("root", b"a frame"),
        order_number=None,
        order="an order",
        request=bytes(range(16)),
        note="",
        hash=bytes(32),
    )
    values = {
        "number": b"1",
        "action": b"init",
        "time": str(ISSUED).encode(),
        "who": b"anna",
        "document type": b"root",
        "frame": b"a frame",
        "order number": None,
        "order": b"an order",
        "request": bytes(range(16)),
        "note": b"",
    }
    rows = tables(section(TEXT, "Hash chain"))[0]
    assert [row[0] for row in rows] == list(values)
    spelled = [b"\xff" * 4 if value is None else len(value).to_bytes(4, "big") + value for value in values.values()]
    assert entry.content() == b"".join(spelled)
    shown = re.search(r"begin `([0-9a-f ]+)`", section(TEXT, "Hash chain"))
    assert shown is not None
    assert entry.content().hex().startswith(shown[1].replace(" ", ""))


def test_the_longest_body_is_that_of_the_longest_frame() -> None:
    longest = armor.encode(bytes(limits.FRAME_BYTES))
    assert f"more than {len(longest)} characters" in section(TEXT, "Tokens")


def in_hex(block: str) -> str:
    return "".join(line.partition("|")[0].strip() for line in block.splitlines())
