"""A signed catalog is written as a file that reads as the same catalog."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from licensekit.catalog.rules import faults
from licensekit.catalog.tables import catalog_text, unsold_extension
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.wire.documents import (
    Catalog,
    Combine,
    Edition,
    Kind,
    LoginRule,
    MeterPeriod,
    SeatKind,
    Setting,
    SettingType,
    UserKind,
    decode,
    encode,
)
from tests.makers import ISSUED, catalog, license_entry, setting

SAMPLE = Path(__file__).parents[2] / "samples" / "superoffice" / "catalog.toml"


def read(text: str) -> Catalog:
    """Return the catalog of a file as version 1."""
    return read_catalog(text.encode(), version=1, issued=ISSUED)


CODES = st.from_regex(r"\A[a-z0-9](-?[a-z0-9]){0,5}\Z")
NAMES = st.text("aZ09 \"\\'#=[]{}\u00e5\U0001f600", min_size=1, max_size=9).filter(lambda text: text == text.strip())
TEXTS = NAMES | st.just("")
COUNTS = st.none() | st.integers(1, 2**32 - 1)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)


def draw_license(data: st.DataObject, kind: Kind, same: dict[Kind, list[str]]) -> Any:
    """Return a license of a kind; `same` has the codes of those before it, by kind."""
    said: dict[str, Any] = {"name": data.draw(NAMES), "description": data.draw(TEXTS)}
    said |= {"names": data.draw(st.dictionaries(CODES, NAMES, max_size=2)), "hidden": data.draw(st.booleans())}
    before = [code for codes in same.values() for code in codes]
    if before:
        said["includes"] = sorted(data.draw(st.sets(st.sampled_from(before), max_size=2)))
    if same[kind]:
        said["replaced_by"] = data.draw(st.none() | st.sampled_from(same[kind]))
        said["requires"] = sorted(data.draw(st.sets(st.sampled_from(same[kind]), max_size=2)))
    match kind:
        case Kind.SYSTEM:
            said["quantity"] = data.draw(st.none() | NAMES)
            said["per"] = data.draw(st.none() | st.sampled_from(MeterPeriod)) if said["quantity"] else None
            said["full_with"] = data.draw(st.sampled_from([None, *same[Kind.USER]]))
        case Kind.SITE:
            said["limits_sites"] = data.draw(st.booleans())
        case Kind.USER:
            said |= {"seats": data.draw(st.sampled_from(SeatKind)), "plan": data.draw(st.booleans())}
    return license_entry(kind, **said)


def draw_setting(data: st.DataObject) -> Setting:
    """Return a setting of any type, with or without all else that it can have."""
    kind = data.draw(st.sampled_from(SettingType))
    said: dict[str, Any] = {"type": kind, "name": data.draw(NAMES)}
    match kind:
        case SettingType.TEXT:
            said["choices"] = sorted(data.draw(st.sets(TEXTS, max_size=3)))
            said["default"] = data.draw(st.none() | (st.sampled_from(said["choices"]) if said["choices"] else TEXTS))
        case SettingType.NUMBER:
            lowest, default, highest = sorted(data.draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
            bounds = (("lowest", lowest), ("default", default), ("highest", highest))
            said |= {key: data.draw(st.none() | st.just(one)) for key, one in bounds}
            said["combine"] = data.draw(st.sampled_from(Combine))
        case _:
            said["default"] = data.draw(st.none() | st.booleans())
    return setting(**said)


def draw_edition(data: st.DataObject, same: dict[Kind, list[str]], licenses: dict[str, Any]) -> Edition:
    """Return an edition of some of the licenses."""
    system, sites, users = (
        data.draw(st.dictionaries(st.sampled_from(codes), COUNTS, max_size=3) if codes else st.just({}))
        for codes in same.values()
    )
    system = {code: 1 if licenses[code].quantity is None else n for code, n in system.items()}
    return Edition(data.draw(NAMES), system, sites, users, {})


@given(st.data())
def test_what_is_written_reads_as_the_same_catalog(data: st.DataObject) -> None:
    """For catalogs with everything that a catalog can say."""
    licenses: dict[str, Any] = {}
    same: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for code in data.draw(st.lists(CODES, min_size=1, max_size=6, unique=True)):
        kind = data.draw(st.sampled_from(Kind))
        licenses[code] = draw_license(data, kind, same)
        same[kind].append(code)
    held = same[Kind.SYSTEM] + same[Kind.USER]
    rules = st.builds(
        LoginRule,
        st.sets(st.sampled_from(held), min_size=1, max_size=2).map(sorted) if held else st.nothing(),
        st.sets(st.sampled_from(UserKind), min_size=1).map(sorted),
    )
    unsold = [code for code, one in licenses.items() if one.replaced_by is None and data.draw(st.booleans())]
    whole = catalog(
        names=data.draw(st.fixed_dictionaries({}, optional={"issuer": NAMES, "product": NAMES})),
        urls=data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(("buy", "update"), st.just("https://a.b/c")))),
        licenses=licenses,
        settings={code: draw_setting(data) for code in data.draw(st.sets(CODES, max_size=3))},
        access=data.draw(st.dictionaries(CODES, rules, max_size=2) if held else st.just({})),
        extensions=unsold_extension("licenses", dict.fromkeys(unsold, "")),
        editions={code: draw_edition(data, same, licenses) for code in data.draw(st.sets(CODES, max_size=2))},
    )
    assume(not faults(whole))
    assert read(catalog_text(whole)) == whole
    assert read(catalog_text(decode(Catalog, encode(whole)))) == whole


def test_the_sample_is_written_as_it_is_said() -> None:
    sample = read(SAMPLE.read_text("utf-8"))
    assert read(catalog_text(sample)) == sample


SMALL = """product = "demo-crm"

[issuer]
code = "demo"
name = "Demo \\"A\\" \\\\ B"
buy = "https://example.com/buy"

[licenses.server]
kind = "system"
name = "Server"

[licenses.office]
kind = "site"
name = "Office"
limits = "sites"
names.de = "Büro"

[licenses.ship]
kind = "site"
name = "Ship"
replaced_by = "office"

[licenses.tent]
kind = "site"
name = "Tent"
sold = false

[settings.note]
type = "text"
name = "Note"
default = ""

[access.web]
all = ["server"]
users = ["associate"]

[editions.small]
name = "Small"
system.server = true
sites.office = "unrestricted"
settings.note = ""

[editions.tiny]
name = "Tiny"
system.server = true
sites.tent = 2
replaced_by = "small"

[editions.trial]
name = "Trial"
system.server = true
sold = false
"""


def test_the_file_has_what_was_set_and_no_defaults() -> None:
    assert catalog_text(read(SMALL)) == SMALL


@pytest.mark.parametrize(("count", "lines"), [(4, 1), (30, 32)])
def test_a_long_list_has_a_line_for_each_entry(count: int, lines: int) -> None:
    codes = [f"a{number:02}" for number in range(count)]
    licenses = dict.fromkeys(codes, license_entry()) | {"all": license_entry(includes=codes)}
    whole = catalog(licenses=licenses, access={}, editions={}, names={}, urls={})
    text = catalog_text(whole)
    assert text.partition("includes = ")[2].count("\n") == lines
    assert read(text) == whole
