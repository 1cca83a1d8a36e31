"""The comparison measures what it says: each case verifies what it issues, and refuses what was changed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from msgspec import convert

from tests.benchmarks.__main__ import FIGURES
from tests.benchmarks.peers import claims
from tests.benchmarks.peers.bars import chart
from tests.benchmarks.peers.cases import CASES, CHECKS, Case
from tests.benchmarks.peers.figures import Comparison, Cost, Spread
from tests.benchmarks.peers.pages import CHART, replaced, tables
from tests.benchmarks.peers.rounds import cost_of
from tests.benchmarks.peers.side_by_side import compare, version_of
from tests.benchmarks.peers.web_tokens import CWT_CLAIMS
from tests.docs.tables import DOCS, text_of

WITHOUT_PEERS = {name: CASES[name] for name in ("floor", "licensekit")}


@pytest.fixture(params=CASES.values(), ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """A case whose package is installed; without the extra `benchmarks`, those are ours and the floors."""
    one: Case = request.param
    if version_of(one) is None:
        pytest.skip(f"{one.package} is not installed")
    return one


def refuses(verify: Callable[[bytes], object], text: bytes) -> bool:
    """Return whether a file is refused; each peer has errors of its own for that."""
    try:
        verify(text)
    except Exception:  # noqa: BLE001  # see above
        return True
    return False


def test_a_case_verifies_what_it_issues_and_refuses_a_changed_byte(case: Case) -> None:
    material = case.make()
    text, verify = case.issuer(material.secret)(), case.verifier(material.public)
    assert verify(text)
    for place in range(len(text) // 4, len(text) * 3 // 4, len(text) // 20):
        changed = b"A" if text[place : place + 1] != b"A" else b"B"
        assert refuses(verify, text[:place] + changed + text[place + 1 :])


def test_a_case_refuses_what_another_key_has_signed(case: Case) -> None:
    text = case.issuer(case.make().secret)()
    assert refuses(case.verifier(case.make().public), text)


SOON, LATER = claims.ISSUED + 30 * claims.DAY_SECONDS, claims.ISSUED + 3_000 * claims.DAY_SECONDS
DAY_SOON, DAY_LATER = SOON // claims.DAY_SECONDS, LATER // claims.DAY_SECONDS
WRONG: dict[str, tuple[str, int, dict[str, object]]] = {
    "issuer": ("iss", 1, {"ISSUER": "another"}),
    "product": ("aud", 3, {"PRODUCT": "another"}),
    "expiry": ("exp", 4, {"EXPIRY_SECONDS": SOON, "WARNING": DAY_SOON, "EXPIRY": DAY_SOON, "GRACE": DAY_SOON}),
    "start": ("nbf", 5, {"STARTS_SECONDS": LATER, "STARTS": DAY_LATER}),
    "ahead": ("iat", 6, {"ISSUED": LATER}),
}
"""Check to the claim that it refuses: its names in JSON and in CBOR, and constants with what they become."""


@pytest.mark.parametrize("check", WRONG)
def test_a_case_makes_the_checks_that_the_page_says_and_no_other(
    case: Case, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = case.make()
    in_json, in_cbor, constants = WRONG[check]
    with monkeypatch.context() as patch:
        wrong = next(iter(constants.values()))
        patch.setitem(claims.NAMED, in_json, wrong)
        patch.setitem(CWT_CLAIMS, in_cbor, wrong)
        for name, value in constants.items():
            patch.setattr(claims, name, value)
        text = case.issuer(material.secret)()
    assert refuses(case.verifier(material.public), text) == (check in case.checks)


def test_every_check_that_a_case_names_is_one_that_the_page_has() -> None:
    assert {check for one in CASES.values() for check in one.checks} == set(CHECKS)


@pytest.mark.process
def test_the_whole_comparison_runs_with_one_round() -> None:
    found = compare(1, WITHOUT_PEERS, with_node=False)
    floor, ours = found.python
    assert floor.verify.ratio == Spread(1, 1, 1)
    assert min(ours.text, ours.verify.seconds, ours.cold.seconds) > 0
    assert found.skipped == []
    if sys.platform == "linux":
        assert floor.memory is not None
        assert floor.memory > 1024
    assert all("licensekit" in text for text in tables(found).values())


def test_what_is_not_installed_is_named() -> None:
    absent = CASES["floor"]._replace(package="no-such-package")
    assert version_of(absent) is None


def test_a_ratio_is_of_each_pair_and_not_of_the_medians() -> None:
    """A machine that slows down for half of the rounds thus changes nothing."""
    assert cost_of([(2, 1), (20, 10), (2, 1)]) == Cost(2, Spread(2, 2, 2))


@pytest.fixture(scope="module")
def kept() -> Comparison:
    """The figures that the page shows."""
    return convert(json.loads(FIGURES.read_text("utf-8")), Comparison)


def test_the_page_and_the_chart_show_the_figures_that_are_kept(kept: Comparison) -> None:
    """If this fails: `python -m tests.benchmarks --write`."""
    page = text_of("performance.md")
    assert page == replaced(page, kept)
    assert (DOCS / CHART).read_text("utf-8") == chart(kept)


def test_the_chart_has_a_bar_for_each_peer_in_each_panel(kept: Comparison) -> None:
    drawn = chart(kept)
    peers = [row.name for row in kept.python if row.floor == "floor" and row.name != "floor"]
    assert len(re.findall(r'<rect class="(?:ours|other)"', drawn)) == 4 * len(peers)
    assert all(drawn.count(f">{name}</text>") == 4 for name in peers)


@pytest.mark.process
def test_modules_of_cases_load_no_peer() -> None:
    """What a cold process loads is what it measures."""
    program = "import sys, tests.benchmarks.peers.cases\nprint(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=DOCS.parent).stdout.split()
    assert {"tests.benchmarks.peers.toolkits"} <= set(loaded)
    assert {"cryptography", "msgspec", "licensekit", "jwt", "joserfc", "pyseto", "cwt", "supso"}.isdisjoint(loaded)
