"""From TOML to a sound catalog, or all of its faults together."""

import unicodedata
from contextlib import suppress
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.errors import CatalogInvalid
from licensekit.issuer.catalog.catalog_file import (
    ACCESS_KEYS,
    EDITION_KEYS,
    ISSUER_KEYS,
    LICENSE_KEYS,
    SETTING_KEYS,
    read_catalog,
)
from licensekit.wire.documents import (
    Catalog,
    Combine,
    Edition,
    Kind,
    LoginRule,
    MeterPeriod,
    SeatKind,
    SettingType,
    UserKind,
    decode,
    encode,
)
from tests import makers
from tests.faults import told
from tests.makers import ISSUED, ISSUER, catalog

HEAD = """
product = "demo-crm"
[issuer]
code = "demo"
"""
METER = "only a quantity can be renewed per day, month, year or term"
NOT_A_CODE = "is not a code: at most 64 lower-case letters, digits and inner dashes"
SAMPLE = Path(__file__).parents[3] / "samples" / "superoffice" / "catalog.toml"


def read(text: str, **others: Catalog) -> Catalog:
    return read_catalog(text.encode(), version=3, issued=ISSUED, others=others)


def faults_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(CatalogInvalid) as caught:
        read(text)
    return told(caught.value.faults)


def test_every_key_has_its_place_in_the_document() -> None:
    text = """
    product = "demo-crm"
    product_name = "Demo CRM"
    [issuer]
    code = "demo"
    name = "Demo"
    buy = "https://example.com/buy"
    update = "https://example.com/licenses"
    [licenses.server]
    kind = "system"
    name = "Server"
    [licenses.archive]
    kind = "system"
    name = "Archive"
    quantity = "GB"
    per = "month"
    [licenses.sale]
    kind = "system"
    name = " Sale "
    hidden = true
    full_with = "sale-cal"
    description = '''
        The panel
        with sales
    '''
    [licenses.satellite]
    kind = "site"
    name = "Satellite"
    limits = "sites"
    replaced_by = "office"
    names = {de = " Außenstelle ", pt-br = "Filial"}
    requires = ["server"]
    [licenses.office]
    kind = "site"
    name = "Office"
    [licenses.sales]
    kind = "user"
    name = "Sales"
    plan = true
    includes = ["sale-cal", "sale"]
    [licenses.sale-cal]
    kind = "user"
    name = "Sale, write"
    seats = "concurrent"
    [settings.theme]
    type = "text"
    name = "Theme"
    choices = ["light", "dark"]
    default = "light"
    [settings.languages]
    type = "number"
    name = "Languages"
    lowest = 1
    highest = 9
    combine = "sum"
    [settings.beta]
    type = "boolean"
    name = "Beta"
    default = false
    [access.web]
    all = ["server", "sale-cal"]
    [access.portal]
    all = ["server"]
    users = ["anonymous", "external"]
    [editions.team]
    name = "Team"
    system = ["server"]
    [editions.team.users]
    sales = 10
    sale-cal = "unrestricted"
    [editions.team.settings]
    theme = "dark"
    languages = 3
    beta = false
    """
    entry = makers.license_entry
    assert read(text) == Catalog(
        issuer="demo",
        product="demo-crm",
        root_version=1,
        trust_version=1,
        version=3,
        issued=ISSUED,
        names={"issuer": "Demo", "product": "Demo CRM"},
        urls={"buy": "https://example.com/buy", "update": "https://example.com/licenses"},
        licenses={
            "server": entry(Kind.SYSTEM, "Server"),
            "archive": entry(Kind.SYSTEM, "Archive", quantity="GB", per=MeterPeriod.MONTH),
            "sale": entry(Kind.SYSTEM, "Sale", description="The panel with sales", hidden=True, full_with="sale-cal"),
            "satellite": entry(
                Kind.SITE,
                "Satellite",
                requires=["server"],
                limits_sites=True,
                replaced_by="office",
                names={"de": "Außenstelle", "pt-br": "Filial"},
            ),
            "office": entry(Kind.SITE, "Office"),
            "sales": entry(Kind.USER, "Sales", plan=True, includes=["sale", "sale-cal"]),
            "sale-cal": entry(Kind.USER, "Sale, write", seats=SeatKind.CONCURRENT),
        },
        settings={
            "theme": makers.setting(name="Theme", choices=["dark", "light"], default="light"),
            "languages": makers.setting(SettingType.NUMBER, "Languages", lowest=1, highest=9, combine=Combine.SUM),
            "beta": makers.setting(SettingType.BOOLEAN, "Beta", default=False),
        },
        access={
            "web": LoginRule(["sale-cal", "server"], [UserKind.ASSOCIATE]),
            "portal": LoginRule(["server"], [UserKind.EXTERNAL, UserKind.ANONYMOUS]),
        },
        editions={
            "team": Edition(
                "Team",
                {"server": 1},
                {},
                {"sales": 10, "sale-cal": None},
                {"theme": "dark", "languages": 3, "beta": False},
            )
        },
        extensions={},
    )


def test_what_is_read_can_be_signed_and_read_back() -> None:
    document = read(SAMPLE.read_text("utf-8"))
    assert decode(Catalog, encode(document)) == document


def test_texts_are_brought_to_one_normal_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Försäljning")
    document = read(f'{HEAD}name = "{decomposed}"')
    assert document.names == {"issuer": "Försäljning"}


def test_an_edition_takes_true_for_what_has_no_quantity() -> None:
    text = f"""{HEAD}
    [licenses.server]
    kind = "system"
    name = "Server"
    [editions.team]
    name = "Team"
    system = {{server = true}}
    """
    assert read(text).editions["team"].system == {"server": 1}


USER = '[licenses.a]\nkind = "user"\nname = "A"\n'
FAULTS = {
    "what a license of no kind refers to": (
        (
            f'{HEAD}{USER}[licenses.b]\nkind = "wat"\nname = "B"\nincludes = ["a", "nope"]\n'
            'requires = ["aa", "other.x"]\n'
        ),
        [
            ("licenses.b.kind", 'is not "system", "site" or "user"'),
            ("licenses.b.includes", "there is no license `nope`"),
            ("licenses.b.requires", "there is no license `aa`; did you mean `a`?"),
        ],
    ),
    "nothing": ("", [("product", "is missing"), ("issuer", "is missing")]),
    "an issuer without a code": (
        """\
product = "p"
[issuer]
name = "X"
""",
        [("issuer.code", "is missing")],
    ),
    "slips in keys": (
        """\
prodct = "x"

product = "demo-crm"
[issuer]
code = "demo"
nmae = "X"
"""
        + USER
        + """\
include = []
[access.web]
al = []
[editions.e]
name = "E"
site = {}""",
        [
            ("prodct", "is not a key of this table; did you mean `product`?"),
            ("issuer.nmae", "is not a key of this table; did you mean `name`?"),
            ("licenses.a.include", "is not a key of this table; did you mean `includes`?"),
            ("access.web.all", "is missing"),
            ("access.web.al", "is not a key of this table; did you mean `all`?"),
            ("editions.e.site", "is not a key of this table; did you mean `sites`?"),
        ],
    ),
    "wrong types": (
        HEAD
        + USER
        + """\
plan = "yes"
hidden = 1
includes = "b"
requires = [1]
full_with = true
description = 1.5
quantity = 2027-01-01
seats = []
limits = {}""",
        [
            ("licenses.a.plan", "is text, not true or false"),
            ("licenses.a.hidden", "is a number, not true or false"),
            ("licenses.a.includes", "is text, not an array"),
            ("licenses.a.requires[0]", "is a number, not a code in quotes"),
            ("licenses.a.full_with", "is true or false, not a code in quotes"),
            ("licenses.a.description", "is a decimal number, not text in quotes"),
            ("licenses.a.quantity", "is a date, not text in quotes"),
            ("licenses.a.seats", 'is an array, not "named" or "concurrent"'),
            ("licenses.a.limits", 'is a table, not "sites"'),
        ],
    ),
    "wrong words": (
        HEAD
        + """\
[licenses.a]
name = "A"
kind = "usr"
seats = "floating"
limits = "users"
""",
        [
            ("licenses.a.kind", 'is not "system", "site" or "user"; did you mean `user`?'),
            ("licenses.a.seats", 'is not "named" or "concurrent"'),
            ("licenses.a.limits", 'is not "sites"'),
        ],
    ),
    "codes that are none": (
        """\
product = "Demo CRM"
[issuer]
code = "a.b"
[licenses."X\\n"]
kind = "user"
"""
        + USER
        + """\
includes = ["a.b", "-a"]
requires = ["x.y.z"]
[access."Ä"]
all = ["a"]
""",
        [
            ("product", NOT_A_CODE),
            ("issuer.code", NOT_A_CODE),
            ("licenses.'X\\n'", NOT_A_CODE),
            ("licenses.a.includes[0]", NOT_A_CODE),
            ("licenses.a.includes[1]", NOT_A_CODE),
            ("licenses.a.requires[0]", NOT_A_CODE),
            ("access.'\\xc4'", NOT_A_CODE),
        ],
    ),
    "texts that cannot be shown": (
        HEAD
        + """\
name = "a\\u001b[31m"
buy = "javascript:alert(1)"
[licenses.a]
kind = "user"
name = "\\u202ebad"
description = "{long}"
quantity = "  "
""".replace("{long}", "x" * 2001),
        [
            ("issuer.name", "contains a control character or an invisible one"),
            ("issuer.buy", "is not an address that begins with https:// or mailto:"),
            ("licenses.a.name", "contains a control character or an invisible one"),
            ("licenses.a.description", "is longer than 2000 characters"),
            ("licenses.a.quantity", "is empty"),
        ],
    ),
    "twice": (
        HEAD
        + USER
        + """\
requires = ["b", "b"]
[licenses.b]
kind = "user"
name = "B"
[access.web]
all = ["a"]
users = ["associate", "extern", "associate"]""",
        [
            ("licenses.a.requires[1]", "occurs twice"),
            (
                "access.web.users[1]",
                'is not "associate", "external", "system" or "anonymous"; did you mean `external`?',
            ),
            ("access.web.users[2]", "occurs twice"),
        ],
    ),
    "a login that needs nothing, or nobody": (
        HEAD
        + """\
[access.web]
all = []
[access.app]
all = []
users = []""",
        [
            ("access.web.all", "is empty; name the licenses that a login needs"),
            ("access.app.all", "is empty; name the licenses that a login needs"),
            ("access.app.users", "is empty; name the kinds of users that may log in this way"),
        ],
    ),
    "counts and values": (
        HEAD
        + """\
[licenses.gb]
kind = "system"
name = "GB"
quantity = "GB"
"""
        + USER
        + """\
[editions.e]
name = "E"
system = {gb = true}
users = {a = 0, B = 1}
settings = {x = 1.5, y = 9007199254740992, z = "a\\n"}""",
        [
            ("editions.e.system.gb", "is sold by quantity; write how many GB"),
            ("editions.e.users.a", "is below 1; leave out what is not sold"),
            ("editions.e.users.B", NOT_A_CODE),
            ("editions.e.settings.x", "is a decimal number, not text, a whole number or true or false"),
            ("editions.e.settings.y", "is not between -9007199254740991 and 9007199254740991"),
            ("editions.e.settings.z", "contains a control character or an invisible one"),
        ],
    ),
    "settings": (
        HEAD
        + """\
[settings.a]
type = "txt"
[settings.b]
type = "number"
name = "B"
lowest = 5
highest = 4
choices = ["x"]
default = 3
[settings.c]
type = "text"
name = "C"
lowest = 1
combine = "sum"
choices = ["x", "x"]
default = "y"
[settings.d]
type = "boolean"
name = "D"
default = 1
max = 1
[editions.e]
name = "E"
settings = {a = 1, b = 4, z = true}""",
        [
            ("settings.a.name", "is missing"),
            ("settings.a.type", 'is not "text", "number" or "boolean"; did you mean `text`?'),
            ("settings.b.highest", "is below `lowest`"),
            ("settings.b.choices", "only a setting of the type text can have this"),
            ("settings.b.default", "3 is below the lowest allowed value, 5"),
            ("settings.c.lowest", "only a setting of the type number can have this"),
            ("settings.c.combine", "only a setting of the type number can have this"),
            ("settings.c.choices[1]", "occurs twice"),
            ("settings.c.default", "'y' is not one of the choices: `x`"),
            ("settings.d.default", "is not a value of the type boolean"),
            ("settings.d.max", "is not a key of this table"),
            ("editions.e.settings.b", "4 is below the lowest allowed value, 5"),
            ("editions.e.settings.z", "there is no setting `z`"),
        ],
    ),
    "what took the place of a license, and meters": (
        HEAD
        + """\
[licenses.a]
kind = "user"
name = "A"
replaced_by = "b"
names = {DE = "a", de = ""}
[licenses.b]
kind = "system"
name = "B"
per = "week"
[licenses.c]
kind = "system"
name = "C"
per = "day"
replaced_by = "c"
[licenses.d]
kind = "user"
name = "D"
replaced_by = "e"
[licenses.e]
kind = "user"
name = "E"
replaced_by = "d"
[licenses.f]
kind = "user"
name = "F"
replaced_by = "g"
""",
        [
            ("licenses.a.replaced_by", "a user license cannot be replaced by the system license `b`"),
            ("licenses.a.names.DE", NOT_A_CODE),
            ("licenses.a.names.de", "is empty"),
            ("licenses.b.per", 'is not "day", "month", "year" or "term"'),
            ("licenses.c.per", f"{METER}; name its unit under `quantity`"),
            ("licenses.c.replaced_by", "`c` is replaced by itself"),
            ("licenses.d.replaced_by", "`d` and `e` are replaced by one another in a circle"),
            ("licenses.f.replaced_by", "there is no license `g`"),
        ],
    ),
    "what is no longer sold": (
        HEAD
        + """\
[licenses.a]
kind = "user"
name = "A"
replaced_by = "b"
[licenses.b]
kind = "user"
name = "B"
sold = "no"
[licenses.c]
kind = "site"
name = "C"
sold = false
[editions.d]
name = "D"
users.a = 1
users.b = 1
sites.c = 1
[editions.e]
name = "E"
users.a = 1
replaced_by = "f"
[editions.f]
name = "F"
sold = false
[editions.g]
name = "G"
replaced_by = "dd"
""",
        [
            ("licenses.b.sold", "is text, not true or false"),
            ("editions.d.users.a", "`a` is no longer sold; did you mean `b`?"),
            ("editions.d.sites.c", "`c` is no longer sold"),
            ("editions.e.replaced_by", "`f` is no longer sold"),
            ("editions.g.replaced_by", "there is no edition `dd`; did you mean `d`?"),
        ],
    ),
    "more that is no longer sold than a catalog can say": (
        HEAD + "".join(f'[licenses.{n:064}]\nkind = "user"\nname = "N"\nsold = false\n' for n in range(31)),
        [
            (
                "licenses",
                "the codes that are no longer sold have more than 2000 characters together; give some a `replaced_by`",
            )
        ],
    ),
    "an address to update from that is none": (
        HEAD + 'update = "mailto:a@example.com"\n',
        [("issuer.update", "is not an address that begins with https://")],
    ),
    "faults of keys and of rules, as they come in the file": (
        HEAD
        + """\
[licenses.a]
kind = "user"
name = 1
includes = ["c"]
[licenses.b]
kind = "user"
requires = ["b"]
name = "B"
hiden = true""",
        [
            ("licenses.a.name", "is a number, not text in quotes"),
            ("licenses.a.includes", "there is no license `c`"),
            ("licenses.b.requires", "`b` requires itself"),
            ("licenses.b.hiden", "is not a key of this table; did you mean `hidden`?"),
        ],
    ),
    "a license whose kind cannot be read is not reported as missing where it is named": (
        HEAD
        + """\
[licenses.x]
name = "X"
"""
        + USER
        + """\
includes = ["x"]
requires = ["x"]
[licenses.s]
kind = "system"
name = "S"
full_with = "x"
[access.web]
all = ["x"]
[editions.e]
name = "E"
users = {x = 1}""",
        [("licenses.x.kind", "is missing")],
    ),
}


@pytest.mark.parametrize(("text", "found"), FAULTS.values(), ids=FAULTS.keys())
def test_all_faults_are_reported_together_with_their_key_paths(text: str, found: list[tuple[str, str]]) -> None:
    assert faults_of(text) == found


TABLES: dict[str, dict[str, Any]] = {
    "licenses": {"a": {"kind": "user", "name": "A"}, "b": {"kind": "system", "name": "B"}},
    "settings": {"x": {"type": "text", "name": "X"}},
    "access": {"web": {"all": ["b"]}},
    "editions": {"e": {"name": "E", "users": {"a": 1}, "settings": {"x": "1"}}},
    "issuer": {"code": "demo"},
}
PLACES = [
    *((table,) for table in TABLES),
    *(("issuer", key) for key in ISSUER_KEYS),
    *(("licenses", code, key) for code in ("a", "b") for key in LICENSE_KEYS),
    *(("settings", "x", key) for key in SETTING_KEYS),
    *(("access", "web", key) for key in ACCESS_KEYS),
    *(("editions", "e", key) for key in EDITION_KEYS),
    *(("editions", "e", "users", "a"), ("editions", "e", "settings", "x"), ("product",)),
]


def toml(value: Any) -> str:
    """Spell a value in TOML, tables in one line."""
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return f"{{{', '.join(f'{key!r} = {toml(one)}' for key, one in table.items())}}}"
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_no_fault_is_reported_twice(place: tuple[str, ...]) -> None:
    """This holds for any value under a key, such as a table where none belongs, or none where one does."""
    values: tuple[Any, ...] = (5, "x", True, [], ["a", "a"], [1], {}, {"x": 1}, {"A B": {}})
    for value in values:
        content = deepcopy({"product": "demo-crm", **TABLES})
        *outer, key = place
        table: Any = content
        for name in outer:
            table = table[name]
        table[key] = value
        text = "\n".join(f"{name} = {toml(one)}" for name, one in content.items())
        with suppress(CatalogInvalid):
            read(text)
            continue
        found = faults_of(text)
        assert len(found) == len(set(found)), found


def test_the_error_is_one_line_with_the_first_fault_and_the_number_of_the_others() -> None:
    with pytest.raises(CatalogInvalid) as caught:
        read("")
    assert str(caught.value) == "product: is missing (and 1 more fault)"
    with pytest.raises(CatalogInvalid) as caught:
        read(HEAD + "x = 1\ny = 2\nz = 3")
    assert str(caught.value).endswith("(and 2 more faults)")


def test_a_syntax_error_is_reported_with_its_line() -> None:
    [(where, why)] = faults_of("product = 1\nx = ")
    assert (where, why.partition(",")[0]) == ("line 2", "a value is missing")


def test_the_catalog_must_be_of_the_issuer_that_signs() -> None:
    text = HEAD.encode()
    assert read_catalog(text, version=1, issued=ISSUED, issuer="demo").issuer == "demo"
    with pytest.raises(CatalogInvalid) as caught:
        read_catalog(text, version=1, issued=ISSUED, issuer="other")
    assert told(caught.value.faults) == [("issuer.code", "is `demo`, but this workspace signs for `other`")]


def test_a_partners_catalog_may_require_the_vendors_licenses() -> None:
    text = f"""
    product = "demo-crm"
    issuer = {{code = "partner"}}
    [licenses.maps]
    kind = "user"
    name = "Maps"
    requires = ["{ISSUER}.user"]
    """
    assert read(text, demo=catalog()).licenses["maps"].requires == ["demo.user"]
    assert faults_of(text) == [("licenses.maps.requires", "no catalog of the issuer `demo` is known here")]


@pytest.mark.parametrize(("part", "most"), [("licenses", 1000), ("access", 20), ("editions", 200)])
def test_more_entries_than_a_document_may_have_are_a_fault(part: str, most: int) -> None:
    text = HEAD + "".join(f"[{part}.c{n}]\n" for n in range(most + 1))
    assert (part, f"has more than {most} entries") in faults_of(text)


def test_a_list_longer_than_a_document_may_have_is_a_fault() -> None:
    codes = ", ".join(f'"c{n}"' for n in range(201))
    found = faults_of(f"{HEAD}{USER}requires = [{codes}]")
    assert found[0] == ("licenses.a.requires", "has more than 200 entries")


def test_of_a_file_of_another_kind_the_first_hundred_faults_are_reported() -> None:
    """No guess is made for thousands of unknown keys or codes: a few say enough, and all would take long."""
    unknown = "".join(f"c{n} = 1\n" for n in range(20_000))
    assert faults_of(unknown) == [(f"c{n}", "is not a key of this table") for n in range(100)]
    many = ", ".join(f'"x{n}"' for n in range(200))
    licenses = "".join(f'[licenses.c{n}]\nkind = "user"\nname = "C"\nincludes = [{many}]\n' for n in range(10))
    found = faults_of(HEAD + licenses)
    assert len(found) == 100
    assert sum("did you mean" in said for _, said in found) <= 20


@pytest.mark.attack("deep-nesting")
def test_tables_nested_deeper_than_any_key_are_reported_by_their_first_key() -> None:
    text = HEAD + "".join(f"[x{'.a' * n}]\n" for n in range(1, 8))
    assert faults_of(text) == [("x", "is not a key of this table")]


def mutations(text: bytes, count: int, seed: int) -> list[bytes]:
    """Return `text` with bytes changed, removed, repeated and lines swapped, as slips do."""
    random = Random(seed)  # noqa: S311  # slips, not secrets
    found: list[bytes] = []
    for _ in range(count):
        start, end = sorted(random.sample(range(len(text)), 2))
        end = min(end, start + 40)
        middle = random.choice([b"", text[start:end] * 2, random.randbytes(3), b'"', b"[", b"\n"])
        found.append(text[:start] + middle + text[end:])
    lines = text.splitlines(keepends=True)
    found += [b"".join(line for line in lines if line not in pair) for pair in pairwise(lines)]
    return found


def test_any_slip_in_the_sample_gives_a_catalog_or_its_faults() -> None:
    for text in mutations(SAMPLE.read_bytes(), 300, seed=1):
        told = catalog_or_error(text)
        if isinstance(told, CatalogInvalid):
            assert told.faults
            assert str(told).isprintable()
        else:
            assert decode(Catalog, encode(told)) == told


def catalog_or_error(text: bytes) -> Catalog | CatalogInvalid:
    try:
        return read_catalog(text, version=1, issued=ISSUED)
    except CatalogInvalid as error:
        return error


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_faults(data: bytes) -> None:
    with pytest.raises(CatalogInvalid) as caught:
        read_catalog(data, version=1, issued=ISSUED)
    assert caught.value.faults


def test_a_catalog_that_breaks_a_rule_of_the_format_is_refused_as_the_file_that_it_is() -> None:
    """Four hundred licenses, each of which includes the next: 79800 pairs."""
    entries = [f'[licenses.l{n}]\nkind = "user"\nname = "L"\nincludes = ["l{n + 1}"]' for n in range(400)]
    last = '[licenses.l400]\nkind = "user"\nname = "L"'
    with pytest.raises(CatalogInvalid) as caught:
        read("\n".join([HEAD, *entries, last]))
    [fault] = caught.value.faults
    assert "more than 20000" in fault.message
