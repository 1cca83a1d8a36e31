"""What issuing costs in a workspace after five years, beside a new one in the same run.

It has 60 trust documents, each with the next key, 20 catalogs, and 5,000 revocations over 20 lists. The application
ships this year's pack. Measured is what a command does: open the workspace, read that pack, issue; then the same with
a process around it.

Run: python -m tests.benchmarks.aged_workspace
"""

import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from licensekit import limits
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.keys.changes import free_name, rotate
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys import keyfile
from licensekit.keys.signing import Signer, SigningKey
from licensekit.wire.frame import ED25519
from tests import workspaces
from tests.benchmarks.measure import measure, report
from tests.partners import put_in_force
from tests.workspaces import PASSPHRASE, WHO, take_back

KEYS: Final = 60
CATALOGS: Final = 20
REVOKED: Final = 5000
LONGEST: Final = 700
NOW: Final = int(time.time())
_NUMBERS: Final = count()


def age(workspace: Workspace) -> None:
    """Let five years pass."""
    key, name = SigningKey.generate(ED25519), ""
    for _ in range(KEYS - 1):
        trust = workspace.state(NOW).trust
        key, name = SigningKey.generate(ED25519), free_name([one.name for one in trust.keys])
        put_in_force(workspace, [rotate(trust, trust.keys[-1], key.verifying_key, name, NOW)], NOW)
    write_key(workspace.layout.keys, name, key, PASSPHRASE)
    path = workspace.layout.catalog
    for number in range(1, CATALOGS):
        path.write_text(path.read_text().replace('name = "Standard user', f'name = "Standard user{number % 10}'))
        workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who=WHO)
    orders = (OrderLine("", workspaces.ordered(order=f"A-{n}", company=f"Company {n}"), 0) for n in range(REVOKED))
    done = workspace.issue_bulk(orders, key, who=WHO, now=NOW)
    serials = [one.file.bundle.serial for one in done if one.file is not None]
    step = REVOKED // CATALOGS
    for first in range(0, REVOKED, step):
        take_back(workspace, key, who=WHO, now=NOW, serials=serials[first : first + step], confirm=True)


def issue(folder: Path, signer: Signer) -> LicenseFile:
    """Open a workspace, and issue for an application that ships its newest pack."""
    with Workspace.open(folder) as workspace:
        held = workspace.held_by_pack(workspace.layout.pack("acme").read_bytes(), now=NOW)
        draft = workspaces.ordered(company=f"Customer {next(_NUMBERS)}")
        return workspace.issue(draft, signer, who=WHO, now=NOW, attach=held)


def issue_again(workspace: Workspace, signer: Signer) -> LicenseFile:
    """Issue in a workspace that is open, as a server does."""
    held = workspace.held_by_pack(workspace.layout.pack("acme").read_bytes(), now=NOW)
    return workspace.issue(workspaces.ordered(), signer, who=WHO, now=NOW, attach=held)


def run_command(folder: Path) -> None:
    """Run `licensekit issue` in a process of its own."""
    words = ("issue", "order.toml", "-C", str(folder), "--for-pack", str(folder / "acme.lkp"), "-o", "-")
    subprocess.run(
        [sys.executable, "-m", "licensekit", *words, "--passphrase-file", "passphrase"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def main() -> None:
    """Measure both."""
    keyfile.LOG2_N = limits.SCRYPT_LOG2_N_MIN
    with tempfile.TemporaryDirectory() as made:
        folders = [Path(made) / name for name in ("aged", "new")]
        for folder in folders:
            workspaces.make(folder, now=NOW).close()
            (folder / "order.toml").write_text('company = "A"\ndays = 90\n[system]\nserver = true\n')
            (folder / "passphrase").write_bytes(PASSPHRASE)
        with Workspace.open(folders[0]) as workspace:
            age(workspace)
        opened = [Workspace.open(folder) for folder in folders]
        signers = [workspaces.signer(one, now=NOW) for one in opened]
        for name, folder, signer in zip(("aged", "new"), folders, signers, strict=True):
            print(f"{name}: a file of {len(issue(folder, signer).data)} characters (to reach: at most {LONGEST})")
        pairs = [partial(issue, *one) for one in zip(folders, signers, strict=True)]
        report("open a workspace and issue", measure(*pairs, calls=3, rounds=21), most=1.0)
        again = [partial(issue_again, *one) for one in zip(opened, signers, strict=True)]
        report("issue in an open workspace", measure(*again, calls=5, rounds=21), most=1.0)
        commands = [partial(run_command, folder) for folder in folders]
        report("`licensekit issue` as a process", measure(*commands, calls=1, rounds=11), most=1.0)


if __name__ == "__main__":
    main()
