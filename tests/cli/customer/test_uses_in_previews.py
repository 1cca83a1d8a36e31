"""What people are told of bundles of several uses, and of one that is signed again."""

import json
from pathlib import Path

from licensekit.trust.sign import sign
from licensekit.wire.documents import Use
from tests import makers, today
from tests.cli.customer.conftest import Command
from tests.crm import SOLD

TRIAL = today.bundle(1, use=Use.TRIAL, users={"sales": 9}, system={}, sites={})


def test_a_trial_beside_what_was_bought_is_said_to_have_no_effect(
    crm: Command, shelf: Path
) -> None:
    (shelf / "trial.lic").write_text(today.file(TRIAL))
    ran = crm("activate trial.lic --preview")
    assert ran.code == 0
    told = f"{makers.SERIAL} base trial 1 grants nothing beside what is active here"
    assert told in " ".join(ran.out.split())
    assert "base, trial, sequence 1" in ran.out
    shown = json.loads(crm("activate trial.lic --preview --json").out)
    assert [one["use"] for one in shown["without_effect"]] == ["trial"]
    assert shown["replaced"] == shown["signed_again"] == []


def test_a_bundle_that_is_signed_again_is_said_to_be(crm: Command, shelf: Path) -> None:
    window = {"valid_from": today.ISSUED - today.YEAR, "valid_to": today.ISSUED + today.YEAR}
    keys = [makers.admitted(makers.key(name), name, **window) for name in ("vendor", "second")]
    trust = sign(makers.trust(*keys, version=2, issued=today.ISSUED), makers.key("root"))
    again = sign(today.bundle(**SOLD), makers.key("second"))
    (shelf / "again.lic").write_text(today.file(trust, again))
    before = json.loads(crm("status --json").out)["bundles"]
    assert "signed again" in crm("activate again.lic --preview").out
    assert crm("activate again.lic").code == 0
    assert json.loads(crm("status --json").out)["bundles"] == before
    assert "signed again" in crm("audit list").out
