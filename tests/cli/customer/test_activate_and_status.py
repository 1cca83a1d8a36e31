"""`activate` and `status`, as an administrator uses them."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from licensekit.cli import customer_commands
from licensekit.dates import date_of
from licensekit.trust.sign import sign
from licensekit.wire import frame
from licensekit.wire.documents import Binding
from tests import homes, makers, today
from tests.cli.customer.conftest import Command
from tests.cli.invoking import Ran
from tests.crm import SOLD, crm_catalog


def facts(ran: Ran) -> dict[str, object]:
    assert ran.code == 0, ran.err
    read: dict[str, object] = json.loads(ran.out)
    return read


def home_is_there(shelf: Path) -> bool:
    return (shelf / "data" / "licensekit").exists()


def test_the_first_activation_records_pack_and_pin(run: Command, shelf: Path) -> None:
    first = run("activate one.lic --pack crm.lkp --root {pin}")
    assert first.code == 0
    assert "activated" in first.out
    assert "sales" in first.out
    assert home_is_there(shelf)
    again = run("activate one.lic")
    assert again.code == 0
    assert "nothing changes" in again.out


def test_without_a_pin_it_is_taken_from_the_pack_and_said_loudly(run: Command) -> None:
    ran = run("activate one.lic --pack crm.lkp")
    assert ran.code == 0
    assert homes.PIN in ran.err
    assert "taken from the pack" in ran.err
    assert run("activate two.lic").err == ""


def test_the_first_time_a_pack_is_needed(run: Command, shelf: Path) -> None:
    ran = run("activate one.lic")
    assert ran.code == 6
    assert "--pack PACK" in ran.err
    assert not home_is_there(shelf)


def test_a_preview_shows_what_would_change_and_makes_nothing(run: Command, shelf: Path) -> None:
    ran = run("activate one.lic --preview --pack crm.lkp --root {pin}")
    assert ran.code == 0
    assert "can be activated" in ran.out
    assert not home_is_there(shelf)


def test_a_preview_says_no_and_why(crm: Command) -> None:
    ran = crm("activate other.lic --preview")
    assert ran.code == 1
    assert "cannot be activated" in ran.out
    assert "OTHER-1" in ran.out
    assert "refused" in ran.out
    [refused] = json.loads(crm("activate other.lic --preview --json").out)["refused"]
    assert refused["serial"] == "OTHER-1"


def test_every_reason_against_a_file_is_reported(crm: Command, shelf: Path) -> None:
    old = today.bundle(2, maintenance=today.DAY - 9, **SOLD)
    (shelf / "both.lic").write_text(today.file(old, today.bundle(serial="OTHER-2", part="more")))
    ran = crm(f"activate both.lic --released {date_of(today.DAY)}")
    assert (ran.code, ran.out) == (6, "")
    lines = ran.err.splitlines()
    assert ["OTHER-2" in line for line in lines] == [False, True]
    assert ["covers versions released until" in line for line in lines] == [True, False]
    assert all(line.startswith("licensekit: both.lic: ") for line in lines)


def test_a_preview_shows_kinds_together_and_what_everybody_gets(crm: Command, shelf: Path) -> None:
    more = {**SOLD, "system": {"server": 1, "area": 1, "expander": 1}}
    (shelf / "more.lic").write_text(today.file(today.bundle(2, **more)))
    table = crm("activate more.lic --preview --all").out.partition("\n\n")[2].splitlines()
    kinds = [line.split()[2] for line in table[1 : table.index("")]]
    assert kinds == sorted(kinds, key=["system", "site", "user"].index)
    [row] = [line for line in table if "extern-cal" in line]
    assert row.split()[-2:] == ["everybody", "yes"]


def test_a_preview_of_a_reduction_names_who_must_release(crm: Command) -> None:
    crm("users add anna")
    crm("users assign anna service")
    ran = crm("activate two.lic --preview")
    assert ran.code == 1
    assert "release 1" in ran.out
    assert "anna" in ran.out
    data = json.loads(crm("activate two.lic --preview --json").out)
    assert data["deficits"] == [{"license": "service", "in_use": 1, "total": 0, "remove": 1, "newest": ["anna"]}]
    assert [reason["code"] for reason in data["reasons"]] == ["below-use"]
    refused = crm("activate two.lic")
    assert refused.code == 6
    assert refused.err.count("\n") == 1


def test_all_shows_what_does_not_change_as_well(crm: Command) -> None:
    assert "extern-cal" not in crm("activate one.lic").out
    assert "extern-cal" in crm("activate one.lic --all").out


def test_what_is_yet_to_start_says_from_when(crm: Command, shelf: Path) -> None:
    later = today.bundle(2, starts=today.DAY + 30, **SOLD)
    (shelf / "later.lic").write_text(today.file(later))
    ran = crm("activate later.lic")
    assert ran.code == 0
    assert f"{date_of(today.DAY + 30)}T00:00:00Z" in ran.out
    assert f"1010000014 base 2 starts on {date_of(today.DAY + 30)}" in crm("status").out


def test_a_file_of_trust_documents_says_what_it_brings(crm: Command, shelf: Path) -> None:
    second = today.trust_token(version=2)
    (shelf / "trust.lic").write_text(today.file(second))
    ran = crm("activate trust.lic")
    assert ran.code == 0
    assert "trust document 2" in ran.out


REFUSED = [
    ("activate missing.lic --pack crm.lkp", 8),
    ("activate one.lic --pack missing.lkp", 8),
    ("activate crm.lkp --pack one.lic", 4),
    ("activate one.lic --pack garbage", 3),
    ("activate garbage --pack crm.lkp", 3),
    ("activate one.lic --pack crm.lkp --root lkroot1-x", 4),
    ("activate one.lic --pack crm.lkp --root {pin} --home garbage", 8),
    ("activate foreign.lic --pack crm.lkp --root {pin}", 4),
    ("activate bound.lic --pack crm.lkp --root {pin}", 6),
    ("activate request.lic --pack crm.lkp --root {pin}", 3),
    ("activate old.lic --pack crm.lkp --root {pin} --released 2026-01-02", 6),
    ("activate one.lic --pack crm.lkp --released yesterday", 2),
    ("activate", 2),
    ("status", 6),
    ("status --home missing", 6),
    ("status --now yesterday", 2),
]


@pytest.mark.parametrize(("line", "code"), REFUSED)
def test_a_refusal_is_reported_in_one_line_and_leaves_nothing(run: Command, shelf: Path, line: str, code: int) -> None:
    bound = Binding(bytes(32), 0, {})
    forged = today.signed(today.bundle(), by=makers.key("nobody"))
    (shelf / "garbage").write_bytes(b"\x00\xffgarbage")
    (shelf / "foreign.lic").write_text(today.file(forged))
    (shelf / "bound.lic").write_text(today.file(today.bundle(binding=bound)))
    (shelf / "old.lic").write_text(today.file(today.bundle(maintenance=20_454)))
    request = sign(makers.request(), makers.key("x", frame.INSTALLATION))
    (shelf / "request.lic").write_text(today.file(request))
    ran = run(line)
    assert ran.code == code
    assert ran.out == ""
    *remarks, last = ran.err.splitlines()
    assert last.startswith(("licensekit: ", "Error: "))
    assert all("Traceback" not in remark for remark in remarks)
    assert not home_is_there(shelf)


def test_a_file_comes_from_standard_input_as_well(run: Command, shelf: Path) -> None:
    data = (shelf / "one.lic").read_bytes()
    assert run("activate - --pack crm.lkp --root {pin}", stdin=data).code == 0


def test_the_home_is_given_by_option_or_environment(run: Command, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("activate one.lic --pack crm.lkp --root {pin} --home a").code == 0
    monkeypatch.setenv("LICENSEKIT_HOME", str(shelf / "a"))
    assert run("status").code == 0
    assert not home_is_there(shelf)


def test_status_shows_what_is_licensed_in_use_and_due(crm: Command) -> None:
    crm("users add anna")
    crm("users assign anna sales")
    crm("events start no-travel --message winter")
    ran = crm("status")
    assert ran.code == 0
    for shown in ("Nordlys Kraft AS", makers.SERIAL, "active", "sales", "winter"):
        assert shown in ran.out
    data = facts(crm("status --json"))
    assert data["company"] == "Nordlys Kraft AS"
    [sales] = [row for row in data["licenses"] if row["license"] == "sales"]  # type: ignore[attr-defined]  # a list
    assert (sales["total"], sales["in_use"], sales["free"]) == (2, 1, 1)


def test_status_says_the_next_date_and_which_installation_it_is(crm: Command) -> None:
    data = facts(crm("status --json"))
    key = data["installation"]["key"]  # type: ignore[index]  # an object
    date = data["next_date"]
    assert isinstance(date, dict)
    text = crm("status").out
    assert f"next date     {date['date']}, in {date['days']} days: {date['what']} of" in text
    assert key in text
    assert facts(crm("status --json --now 2100-01-01"))["next_date"] is None


def test_a_license_is_explained_as_of_another_day(crm: Command) -> None:
    assert "expired" not in crm("explain sales").out
    assert "expired" in crm("explain sales --now 2100-01-01").out


def test_status_gives_metrics_to_a_monitoring_system(crm: Command) -> None:
    crm("users add anna")
    crm("users assign anna sales windows")
    ran = crm(f"status --prometheus --now {date_of(today.DAY + 370)}")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    kinds = {line.split()[2]: line.split()[3] for line in lines if line.startswith("# TYPE")}
    assert set(kinds.values()) == {"gauge"}
    assert lines[-1] == "# EOF"
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert {name.partition("{")[0] for name in samples} == set(kinds)
    part = f'issuer="{makers.ISSUER}",part="base"'
    bundle = f'issuer="{makers.ISSUER}",serial="{makers.SERIAL}",part="base"'
    assert samples[f"licensekit_covered_days{{{part}}}"] == "25"
    assert samples[f'licensekit_bundle_state{{{bundle},state="grace"}}'] == "1"
    assert samples['licensekit_license_in_use{license="sales",kind="user"}'] == "1"
    assert samples['licensekit_license_limit{license="sales",kind="user"}'] == "2"
    assert samples['licensekit_license_limit{license="windows",kind="user"}'] == "+Inf"
    assert samples['licensekit_notices{severity="warning"}'] == "1"
    assert samples['licensekit_notices{severity="error"}'] == "0"
    assert samples['licensekit_notice{severity="warning",code="grace"}'] == "1"
    assert samples['licensekit_doctor_findings{check="journal",state="ok"}'] == "1"


def test_a_renewal_that_waits_covers_the_end_of_what_it_follows(crm: Command, shelf: Path) -> None:
    begin, end = today.DAY + 366, today.DAY + 700
    for sequence in (2, 3):  # two that wait alike make one sample
        renewal = today.bundle(sequence, starts=begin, warning=None, expiry=end, grace=None, **SOLD)
        (shelf / "renewal.lic").write_text(today.file(renewal))
        preview = json.loads(crm("activate renewal.lic --preview --json").out)
        assert preview["covered_until"]["new"] == str(date_of(end))
        crm("activate renewal.lic")
    at = f"--now {date_of(today.DAY + 360)}"
    data = json.loads(crm(f"status --json {at}").out)
    assert data["covered_until"] == str(date_of(end))
    assert data["next_date"]["what"] == "start"
    assert {notice["code"] for notice in data["notices"]} == {"pending"}
    assert crm(f"status {at}").out.startswith(f"licensed until {date_of(end)}; nothing needs your attention\n")
    samples = [line.rsplit(" ", 1) for line in crm(f"status --prometheus {at}").out.splitlines()]
    names = [name for name, _ in samples if not name.startswith("#")]
    assert len(names) == len(set(names))
    assert [f'licensekit_covered_days{{issuer="{makers.ISSUER}",part="base"}}', "340"] in samples


def test_a_preview_says_what_ends_and_who_may_log_in(crm: Command, shelf: Path) -> None:
    crm("users add anna")
    crm("users assign anna user")
    less = {**SOLD, "system": {"server": 1}}
    (shelf / "less.lic").write_text(today.file(today.bundle(2, **less)))
    out = crm("activate less.lic --preview").out
    for line in ("ends            with this file: area", "may log in      1 now; 1 with this file"):
        assert line in out


def test_metrics_are_given_alone(crm: Command) -> None:
    ran = crm("status --prometheus --json")
    assert ran.code == 2
    assert "licensekit_" not in ran.out
    assert "--prometheus alone" in ran.err


def test_status_says_what_is_to_come(crm: Command) -> None:
    expired = crm(f"status --now {date_of(today.DAY + 400)}")
    assert expired.code == 0
    assert "expired" in expired.out
    grace = crm(f"status --now {date_of(today.DAY + 380)}")
    assert "(15 days left)" in grace.out
    codes = [n["code"] for n in json.loads(crm("status --json --now 2100-01-01").out)["notices"]]
    assert codes == ["expired"]


def test_explain_shows_everything_about_a_license(crm: Command, shelf: Path) -> None:
    for number in range(2):
        crm(f"users add u{number}")
        crm(f"users assign u{number} sales")
    (shelf / "more.lic").write_text(today.file(today.bundle(part="more", users={"sales": 40})))
    crm("activate more.lic")
    for number in range(2, 25):
        crm(f"users add u{number}")
        crm(f"users assign u{number} sales")
    ran = crm("explain sales")
    for shown in ("sale-cal", "base 1", "more 1", "held by", "and 5 more"):
        assert shown in ran.out
    [one] = json.loads(crm("explain sales --json").out)["explained"]
    data = one["details"]
    assert len(data["holders"]) == 25
    assert crm("explain server").code == 0
    assert "granted by" not in crm("explain expander").out
    assert "required by  windows" in crm("explain user").out
    assert crm("explain nothing").code == 6


def test_an_empty_installation_has_a_status(crm: Command, shelf: Path) -> None:
    assert crm("return --yes").code == 0
    assert (shelf / "base-receipt.lkr").read_text().startswith("lk1-receipt.")
    ran = crm("status")
    assert ran.code == 0
    assert "no bundle is active" in ran.out


def mounted(shelf: Path) -> click.Group:
    """Return the commands of an application that mounts the customer's commands."""

    @click.group()
    def crm() -> None:
        """Manage the CRM."""

    crm.add_command(
        customer_commands(
            root=homes.PIN, pack=(shelf / "crm.lkp").read_bytes(), home=shelf / "app", released=date_of(today.DAY)
        )
    )
    return crm


def test_an_application_mounts_the_commands_with_what_it_has_built_in(shelf: Path) -> None:
    runner = CliRunner()
    crm = mounted(shelf)
    ran = runner.invoke(crm, ["license", "activate", "one.lic"])
    assert ran.exit_code == 0, ran.output
    assert runner.invoke(crm, ["license", "users", "add", "anna"]).exit_code == 0
    assert (shelf / "app" / "licensing.db").exists()
    text = runner.invoke(crm, ["license", "activate", "--help"]).output
    assert "--root" not in text
    assert "--home" not in text
    for option in ("--root", "--pack", "--home", "--released"):
        refused = runner.invoke(crm, ["license", "activate", "one.lic", option, "2026-01-01"])
        assert refused.exit_code == 2
        assert "No such option" in refused.output
    old = today.bundle(2, maintenance=today.DAY - 1, **SOLD)
    (shelf / "old.lic").write_text(today.file(old))
    assert runner.invoke(crm, ["license", "activate", "old.lic"]).exit_code == 6


def test_a_pack_without_a_root_tells_no_pin(run: Command, shelf: Path) -> None:
    (shelf / "rootless.lkp").write_text(today.file(crm_catalog()))
    ran = run("activate one.lic --pack rootless.lkp")
    assert ran.code == 4
    assert "no root" in ran.err
