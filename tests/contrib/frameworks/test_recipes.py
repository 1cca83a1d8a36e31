"""The recipes of `docs/how-to/frameworks.md` that its page cannot run: a worker of Celery, and Kubernetes."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from licensekit import Licensing
from licensekit.product import Product
from tests import homes, makers, today
from tests.docs.examples import ATTENDED, DOCS, Block, Play, blocks

pytestmark = pytest.mark.framework
PAGE = DOCS / "how-to" / "frameworks.md"


def titled(name: str) -> Block:
    """Return the block of the page that is the file of this name."""
    (found,) = (block for block in blocks(PAGE) if block.options.get("title") == name)
    return found


def command(text: str) -> Block:
    return Block(PAGE, 0, "sh", {}, text, is_output=False)


@pytest.mark.process
def test_a_worker_that_forks_answers_by_the_license(tmp_path: Path) -> None:
    with Play(tmp_path, "customer") as play:
        play.run(titled("tasks.py"))
        play.run(command("licensekit users assign anna report-editor"))
        printed = play.run(
            command(
                f"PYTHONPATH=. {sys.executable} {ATTENDED / 'celery_worker.py'} 2>worker.log || (cat worker.log; false)"
            )
        )
    forked, indexed, reported, refused = printed.splitlines()
    assert (forked, indexed, reported) == ("forked", "indexed a.txt", "report of anna")
    assert "NotEntitled" in refused


def test_the_manifest_mounts_the_license_where_the_program_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the secret, the file and the program are those that the page makes."""
    manifest: Any = yaml.safe_load(titled("acme.yaml").code)
    pod = manifest["spec"]["template"]["spec"]
    (container,), (volume,) = pod["containers"], pod["volumes"]
    (variable,), (mount,) = container["env"], container["volumeMounts"]
    path = Path(variable["value"])
    assert (mount["name"], path.parent) == (volume["name"], Path(mount["mountPath"]))
    made = next(block.code for block in blocks(PAGE) if "kubectl create secret" in block.code)
    assert made.split()[4:] == [volume["secret"]["secretName"], f"--from-file={path.name}"]
    module, _, name = container["command"][1].partition(":")
    assert f"{name} = acme.open(), FastAPI()" in titled(f"{module}.py").code

    (tmp_path / path.name).write_text(makers.file_of(today.signed(today.bundle())))
    monkeypatch.setenv(variable["name"], str(tmp_path / path.name))
    acme: Product[Licensing] = Product("acme", root=homes.PIN, pack=today.pack())
    with acme.open() as licensing:
        assert licensing.company
        assert variable["name"] in str(licensing.source)
