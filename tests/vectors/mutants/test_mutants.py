"""The table of mutants, and the report: the cases kill them, and those that survive are explained."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.mutants import curve
from tests.vectors.mutants.__main__ import is_enough
from tests.vectors.mutants.loading import answer_of, source_of
from tests.vectors.mutants.mutant import Mutant
from tests.vectors.mutants.running import asked, result_of, results_of
from tests.vectors.mutants.table import ALL

LENIENT = [
    curve.verifier(),
    curve.verifier(times_8=True),
    curve.verifier(compares_points=True),
    curve.verifier(times_8=True, compares_points=True, reads_any_form=True),
    curve.verifier(reduces_s=True),
]


@pytest.mark.parametrize("mutant", [mutant for mutant in ALL if mutant.changes], ids=lambda mutant: mutant.name)
def test_every_text_that_is_replaced_is_once_in_its_module(mutant: Mutant) -> None:
    compile(mutant.source(source_of(mutant.module)), mutant.name, "exec")


def test_every_mutant_changes_something_under_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in ALL]
    assert len(names) == len(set(names))
    assert all(mutant.patch or mutant.source(source_of(mutant.module)) != source_of(mutant.module) for mutant in ALL)
    assert len(ALL) >= 200


def test_a_mutant_is_another_reader_and_the_reader_stays_as_it_is() -> None:
    mutant = next(mutant for mutant in ALL if mutant.name == "pin-tab-kept")
    root = next(one.line["root"] for one in asked() if one.case.ask == "file" and "state" in one.case.expect)
    line = {"ask": "pin", "pin": f"\t{root.strip()}"}
    assert answer_of(mutant)(line) == {"code": "root-pin-invalid"}
    assert "digest" in answer_of(None)(line)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 511))
def test_every_verifier_takes_a_signature_and_refuses_one_with_another_bit(
    seed: bytes, message: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    for verifies in LENIENT:
        assert verifies(public, signature, message)
        assert not verifies(public, bytes(changed), message)


def test_the_reader_as_it_is_passes_every_case() -> None:
    assert result_of(None).killed_by is None


@pytest.mark.thorough
def test_the_cases_kill_nearly_all_mutants_and_the_others_are_explained() -> None:
    found = dict(results_of(ALL, 2))
    assert [mutant.name for mutant, result in found.items() if result.killed_by is None and not mutant.explained] == []
    assert is_enough(found)
