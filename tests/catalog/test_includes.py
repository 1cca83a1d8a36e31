"""What a license brings along."""

from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.wire.documents import Catalog, spread
from tests.makers import catalog, license_entry

CODES = [f"c{n}" for n in range(8)]


def including(**includes: list[str]) -> Catalog:
    """Return a catalog whose licenses include what they are given."""
    return catalog(licenses={code: license_entry(includes=inner) for code, inner in includes.items()})


@st.composite
def any_catalog(draw: st.DrawFn) -> Catalog:
    """Draw a catalog with any includes: circles and codes that do not exist among them."""
    some_codes = st.lists(st.sampled_from(CODES), unique=True).map(sorted)
    includes = draw(st.dictionaries(st.sampled_from(CODES), some_codes))
    return including(**includes)


def test_an_include_of_an_include_is_included() -> None:
    chain = including(a=["b"], b=["c"], c=[])
    assert chain.closure == {"a": {"b", "c"}, "b": {"c"}, "c": set()}


def test_a_license_does_not_include_itself_though_a_circle_leads_back_to_it() -> None:
    assert including(a=["b"], b=["a"]).closure == {"a": {"b"}, "b": {"a"}}


def test_a_code_that_the_catalog_does_not_have_is_not_granted() -> None:
    assert including(a=["gone"]).closure == {"a": set()}
    assert including(a=["gone"]).reached(["a", "gone"]) == {"a"}


def test_a_chain_as_long_as_a_catalog_can_be_is_followed_to_its_end() -> None:
    chain = {f"c{n}": [f"c{n + 1}"] for n in range(199)}
    assert len(including(**chain, c199=[]).closure["c0"]) == 199


@settings(deadline=None)
@given(any_catalog())
def test_including_what_is_included_adds_nothing(document: Catalog) -> None:
    closure = document.closure
    closed = including(**{code: sorted(inner) for code, inner in closure.items()})
    assert closed.closure == closure


@settings(deadline=None)
@given(any_catalog(), st.lists(st.sampled_from(CODES)))
def test_what_is_reached_is_all_that_a_walk_from_the_codes_comes_to(document: Catalog, codes: list[str]) -> None:
    gives = {code: frozenset(license_.gives) for code, license_ in document.licenses.items()}
    assert document.reached(codes) == spread(codes, gives)
