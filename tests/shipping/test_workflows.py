"""The workflows run what the README and the project say, and only actions whose content is fixed."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

TOP: Final = Path(__file__).parents[2]
WORKFLOWS: Final = sorted((TOP / ".github" / "workflows").glob("*.yml"))
PROJECT: Final = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
Step = dict[str, Any]


def read(name: str) -> dict[str, Any]:
    """Parse a workflow; `on` is a truth value in YAML 1.1."""
    found: dict[str, Any] = yaml.safe_load((TOP / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))
    return found


def steps(workflow: dict[str, Any]) -> Iterator[Step]:
    """Yield the steps of all jobs."""
    for job in workflow["jobs"].values():
        yield from job["steps"]


def commands(job: str) -> list[str]:
    """Return what a job of the tests runs."""
    return [step["run"] for step in read("test")["jobs"][job]["steps"] if "run" in step]


def test_the_quick_tier_runs_on_every_python_that_the_project_names() -> None:
    named = [found[1] for one in PROJECT["classifiers"] if (found := re.fullmatch(r".* :: (3\.\d+)", one))]
    assert read("test")["jobs"]["quick"]["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_the_quick_tier_runs_on_every_system() -> None:
    systems = read("test")["jobs"]["quick"]["strategy"]["matrix"]["system"]
    assert {one.partition("-")[0] for one in systems} == {"ubuntu", "macos", "windows"}


def test_the_quick_tier_is_run_by_the_command_of_the_readme() -> None:
    text = (TOP / "README.md").read_text("utf-8")
    found = re.search(r"<!-- test command -->\n```sh\n(.*?)\n```", text, re.DOTALL)
    assert found
    _, *told = (shlex.split(one) for one in found[1].replace("\\\n", " ").split(" && "))
    ours = [shlex.split(one.replace("$TESTS", "").replace("-m pip", "pip")) for one in commands("quick")]
    assert [line[1:] for line in told] == [line[1:] if line[1] != "pip" else line[2:] for line in ours]


def test_lint_is_what_contributors_run() -> None:
    text = (TOP / "CONTRIBUTING.md").read_text("utf-8")
    asked = re.findall(r"\.venv/bin/((?:ruff|lint-imports|mypy|pyright)[\w -]*(?: \.)?)(?: &&|$)", text, re.MULTILINE)
    assert len(asked) == 5
    assert set(asked) <= {one for line in commands("lint") for one in line.split(" && ")}


def test_everything_is_one_script() -> None:
    assert commands("everything") == [".ci/run"]


def test_whatever_compares_with_the_last_release_has_its_tag() -> None:
    """An action that checks out takes one commit and no tag, unless it is asked for all."""
    compared = "python -m tests.shipping.api_changes"
    assert compared in (TOP / ".ci" / "run").read_text("utf-8")
    assert compared in commands("lint")
    for job in ("lint", "everything"):
        (checkout, *_) = read("test")["jobs"][job]["steps"]
        assert checkout["with"]["fetch-depth"] == 0, job


def test_everything_knows_the_commit_that_a_change_is_compared_with() -> None:
    checkout, run = read("test")["jobs"]["everything"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    (variable,) = run["env"]
    assert f'--against "${{{variable}:-origin/main}}"' in (TOP / ".ci" / "run").read_text("utf-8")


@pytest.mark.attack("moved-action")
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_keep_no_credentials(path: Path) -> None:
    """By the hash of a commit, with the version beside it for people: a tag can be moved."""
    text = path.read_text("utf-8")
    used = [step["uses"] for step in steps(read(path.stem)) if "uses" in step]
    assert len(re.findall(r"uses: \S+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", text, re.MULTILINE)) == len(used) > 0
    for step in steps(read(path.stem)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.attack("moved-action")
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read(path: Path) -> None:
    """A release may ask PyPI to trust it as well, and keep what it attests."""
    workflow = read(path.stem)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job, name
        assert job.get("permissions", {}).keys() <= {"id-token", "attestations"}, name


@pytest.mark.attack("moved-action")
def test_a_release_publishes_what_another_job_built_and_attested() -> None:
    """Whoever builds runs what is installed, and holds nothing that PyPI would trust."""
    jobs = read("release")["jobs"]
    assert "permissions" not in jobs["build"]
    assert not any("run" in step for step in jobs["publish"]["steps"])
    used = [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]]
    assert used == ["actions/download-artifact", *["actions/attest"] * 2, "pypa/gh-action-pypi-publish"]


def test_a_release_is_of_the_version_that_is_tagged() -> None:
    """The step that compares finds the version of the project, and no other."""
    (line,) = (one["run"] for one in steps(read("release")) if "grep" in one.get("run", ""))
    pattern = line.partition('"')[2].rpartition('"')[0].replace("\\", "")
    assert pattern.replace("${GITHUB_REF_NAME#v}", PROJECT["version"]) in (TOP / "pyproject.toml").read_text("utf-8")
