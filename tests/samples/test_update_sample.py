"""The units and the snippet in `samples/update` say what `docs/how-to/renewals.md` promises of them."""

import re
import shlex
from configparser import RawConfigParser
from pathlib import Path

import click
import pytest

from licensekit.cli.main import licensekit

SAMPLE = Path(__file__).parents[2] / "samples" / "update"


def unit(name: str) -> RawConfigParser:
    """Return a unit of systemd; a key that occurs twice has its last value."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment]  # as the documentation of configparser has it
    parser.read_string((SAMPLE / name).read_text("utf-8"))
    return parser


def test_the_service_runs_a_command_that_there_is() -> None:
    service = unit("licensekit-update.service")["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).name == "licensekit"
    command = licensekit.get_command(click.Context(licensekit), words[0])
    assert command is not None
    command.make_parser(click.Context(command)).parse_args(words[1:])


@pytest.mark.parametrize(
    ("key", "value"),
    [("ProtectSystem", "strict"), ("NoNewPrivileges", "true"), ("CapabilityBoundingSet", ""), ("UMask", "0077")],
)
def test_the_service_may_write_its_home_alone(key: str, value: str) -> None:
    service = unit("licensekit-update.service")["Service"]
    assert service[key] == value
    assert service["Environment"] == f"LICENSEKIT_HOME={service['ReadWritePaths']}"


def test_the_timer_asks_once_a_day_at_another_minute_on_each_machine() -> None:
    timer = unit("licensekit-update.timer")["Timer"]
    assert (timer["OnCalendar"], timer["RandomizedDelaySec"], timer["Persistent"]) == ("daily", "6h", "true")


def test_the_snippet_answers_for_the_names_that_are_published_alone() -> None:
    found = re.search(r'location ~ "(.+)" ', (SAMPLE / "nginx.conf").read_text("utf-8"))
    assert found is not None
    assert re.search(found[1], f"/licenses/{'0f' * 16}.lic")
    for other in ("/licenses/", f"/licenses/{'0F' * 16}.lic", f"/licenses/a/{'0f' * 16}.lic", "/licenses/.0f.partial"):
        assert not re.search(found[1], other)
