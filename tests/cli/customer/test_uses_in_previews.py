"""What previews say about bundles of several uses, and about a bundle that was signed again."""

import json
from pathlib import Path

from licensekit.dates import format_days
from licensekit.trust.sign import sign
from licensekit.wire.documents import Kind, MeterPeriod, SettingType, Use
from tests import makers, today
from tests.cli.customer.conftest import Command
from tests.crm import SOLD, crm_catalog

TRIAL = today.bundle(1, use=Use.TRIAL, users={"sales": 9}, system={}, sites={})


def test_a_trial_beside_a_bought_license_is_reported_to_have_no_effect(crm: Command, shelf: Path) -> None:
    (shelf / "trial.lic").write_text(today.file(TRIAL))
    ran = crm("activate trial.lic --preview")
    assert ran.code == 0
    told = f"{makers.SERIAL} base trial 1 adds nothing to what is active here"
    assert told in " ".join(ran.out.split())
    assert "base, trial, sequence 1" in ran.out
    shown = json.loads(crm("activate trial.lic --preview --json").out)
    assert [one["use"] for one in shown["without_effect"]] == ["trial"]
    assert shown["replaced"] == shown["signed_again"] == []


def test_a_bundle_that_was_signed_again_is_reported_as_such(crm: Command, shelf: Path) -> None:
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
    assert "activated before  1010000014 base, sequence 1" in crm("activate again.lic").out


def test_a_bundle_that_is_here_is_reported_as_activated_before(crm: Command, shelf: Path) -> None:
    """Also one that is not active any more."""
    (shelf / "newer.lic").write_text(today.file(today.bundle(2, **SOLD)))
    both = today.file(today.bundle(2, **SOLD), today.bundle(**SOLD))
    (shelf / "both.lic").write_text(both)
    assert crm("activate newer.lic").code == 0
    ran = crm("activate newer.lic --preview")
    assert "activated before  1010000014 base, sequence 2" in ran.out
    assert "nothing changes: all of this is active already" in ran.out
    assert "\nactive " not in ran.out


def test_what_a_file_makes_void_is_named_with_the_reason(crm: Command, shelf: Path) -> None:
    taken = makers.revocations(issued=today.ISSUED, identities=[makers.identity_of(today.signed(today.bundle(**SOLD)))])
    (shelf / "list.lic").write_text(today.file(taken))
    said = " ".join(crm("activate list.lic --preview").out.split())
    assert "makes void 1010000014 base, sequence 1, by demo" in said
    assert f"{makers.SERIAL} base 1 was suspended or revoked by its issuer" in said


def test_a_file_that_is_yet_to_start_says_until_when_to_release(crm: Command, shelf: Path) -> None:
    for user in ("anna", "bob"):
        crm(f"users add {user}")
        crm(f"users assign {user} sales")
    start = today.DAY + 30
    (shelf / "later.lic").write_text(today.file(today.bundle(2, users={"sales": 1}, starts=start, system={}, sites={})))
    ran = crm("activate later.lic --preview")
    assert f"yes: 2 in use: release 1 before {format_days(start)}" in ran.out
    assert "  no: " not in ran.out
    assert (ran.code, crm("activate later.lic").code) == (0, 0)


def test_settings_are_shown_with_their_names_where_they_count_and_where_they_change(crm: Command, shelf: Path) -> None:
    settings = {
        "rows": makers.setting(SettingType.NUMBER, "Rows"),
        "tier": makers.setting(name="Support tier", default="silver"),
        "beta": makers.setting(SettingType.BOOLEAN, "Beta"),
    }
    catalog = makers.changed(crm_catalog(), version=2, settings=settings, issued=today.ISSUED)
    sold = today.bundle(2, **SOLD, settings={"beta": True, "rows": 5000})
    (shelf / "more.lic").write_text(today.file(catalog, sold))
    shown = [line.split("  ") for line in crm("activate more.lic --preview").out.splitlines()]
    cells = [[cell.strip() for cell in line if cell] for line in shown]
    assert ["name", "setting", "now", "then"] in cells
    assert ["Rows", "rows", "-", "5000"] in cells
    assert ["Beta", "beta", "-", "true"] in cells
    crm("activate more.lic")
    status = [line.split() for line in crm("status").out.splitlines()]
    assert ["name", "setting", "value", "remarks"] in status
    assert ["Rows", "rows", "5000"] in status
    assert ["Support", "tier", "tier", "silver", "default"] in status
    assert "Support tier" not in crm("activate more.lic --preview").out
    assert "Support tier" in crm("activate more.lic --preview --all").out
    assert "setting" not in crm("explain sales").out


def test_a_quantity_has_its_unit_wherever_it_is_counted(crm: Command, shelf: Path) -> None:
    entry = makers.license_entry(Kind.SYSTEM, "Storage", quantity="GB", per=MeterPeriod.MONTH)
    licenses = {**crm_catalog().licenses, "storage": entry}
    catalog = makers.changed(crm_catalog(), version=2, licenses=licenses, issued=today.ISSUED)
    system = {**SOLD["system"], "storage": 20}
    (shelf / "gb.lic").write_text(today.file(catalog, today.bundle(2, **{**SOLD, "system": system})))
    preview = crm("activate gb.lic --preview").out
    assert "+20 GB per month" in preview
    assert "  20 GB per month" in preview
    trusted = "--pack crm.lkp --root {pin}"
    for command in ("inspect gb.lic", f"inspect gb.lic {trusted}", f"verify gb.lic {trusted}"):
        [line] = [line for line in crm(command).out.splitlines() if "  storage  " in line][-1:]
        assert line.endswith("20 GB per month"), command
