"""What the programs find in their folder: made by the tree that is measured, before anything is counted."""

import re
import sqlite3
from pathlib import Path
from typing import Final

from licensekit.installation import Installation
from licensekit.issuer import NewWorkspace, Secrets, Workspace, open_key
from licensekit.keys.signing import SigningKey
from tests.benchmarks.instructions.programs import sample

WHO: Final = "anna"
SECONDS: Final = int(sample.NOW.timestamp())
PASSPHRASE: Final = b"TEST PASSPHRASE"


def everything(tree: Path) -> None:
    """Prepare the current folder from the sample of a tree."""
    _sample(tree)
    _installation()
    _workspace()
    _floors()


def _sample(tree: Path) -> None:
    (pin,) = re.findall(r"^lkroot1-\w+$", (tree / "keys/README.md").read_text("utf-8"), re.MULTILINE)
    sample.ROOT.write_text(pin, "ascii")
    sample.PACK.write_bytes((tree / "keys/superoffice-crm.lkp").read_bytes())
    sample.LICENSE.write_bytes((tree / "samples/superoffice/nordlys-kraft.lic").read_bytes())


def _installation() -> None:
    root, pack = sample.root_and_pack()
    with Installation.open(sample.HOME, root=root, pack=pack, clock=lambda: sample.NOW) as installation:
        installation.activate(sample.LICENSE.read_bytes())


def _workspace() -> None:
    plan, secrets = NewWorkspace(product="acme", issuer="acme", name="Acme"), Secrets(PASSPHRASE, (PASSPHRASE,))
    with Workspace.create(sample.WORKSPACE, plan, lambda: secrets, who=WHO, now=SECONDS) as workspace:
        key = open_key(workspace.keys.choose("bundle", SECONDS), lambda: PASSPHRASE)
    assert isinstance(key, SigningKey)
    sample.SECRET.write_bytes(key.reveal_secret())


def _floors() -> None:
    database = sqlite3.connect(sample.FLOOR)
    with database:
        database.execute("CREATE TABLE documents (signature BLOB NOT NULL, payload BLOB NOT NULL)")
        for file in (sample.PACK, sample.LICENSE):
            database.executemany("INSERT INTO documents VALUES (?, ?)", sample.signed(file))
    database.close()
    ((signature, payload),) = sample.signed(sample.LICENSE)
    Path("signature").write_bytes(signature)
    Path("payload").write_bytes(payload)
    Path("public").write_bytes(sample.KEY.public_key().public_bytes_raw())
