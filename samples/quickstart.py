"""A license from the vendor to the customer's application, with the real commands.

Run it with a Python in which licensekit is installed. It works in a temporary folder, which it deletes at the end, and
prints each command as you would type it before running it.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from licensekit import Access, Licensing, Verifier

SAMPLE = Path(__file__).resolve().parent / "superoffice"


def run(command: str) -> str:
    """Print a command, run it, print its output and return that."""
    print(f"\n$ {command}", flush=True)
    program, *arguments = shlex.split(command)
    module = [sys.executable, "-m", program]  # the Python that runs this file
    done = subprocess.run([*module, *arguments], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    print(done.stdout, end="", flush=True)
    return done.stdout


def vendor() -> str:
    """Create a workspace, sign the three sample orders, and return the root pin."""
    keys = "--passphrase-file passphrase --root-passphrase-file passphrase"
    made = run(
        "licensekit init superoffice --product superoffice-crm --issuer superoffice"
        f" --name SuperOffice --catalog sample/catalog.toml {keys} --json"
    )
    root: str = json.loads(made)["root"]
    run("licensekit catalog check sample/catalog.toml")
    for company, file in (
        ("nordlys-kraft", "nordlys.lic"),
        ("fjord-trial", "fjord.lic"),
        ("bergen-perpetual", "bergen.lic"),
    ):
        run(f"licensekit issue sample/orders/{company}.toml -C superoffice -o {file} --passphrase-file passphrase")
    return root


def customer(root: str) -> None:
    """Inspect, verify and activate license files, and assign licenses to a user."""
    trusted = f"--pack superoffice/superoffice-crm.lkp --root {root}"
    run("licensekit inspect fjord.lic")
    run(f"licensekit verify nordlys.lic {trusted}")
    run(f"licensekit activate nordlys.lic --home licensing --preview {trusted}")
    run(f"licensekit activate nordlys.lic --home licensing {trusted}")
    run("licensekit users add anna --home licensing")
    run("licensekit users assign anna sales-pro windows --home licensing")
    run("licensekit users may-login anna --by web --home licensing")
    run("licensekit status --home licensing")


def application(root: str) -> None:
    """Ask the questions that an application asks."""
    pack = Path("superoffice/superoffice-crm.lkp").read_bytes()
    print("\nAnd in the program:\n")
    with Licensing.open("licensing", root=root, pack=pack) as licensing:
        ask("licensing.allows('quote')", licensing.allows("quote"), expected=True)
        ask("licensing.access('sale')", licensing.access("sale").name, expected=Access.READ.name)
        ask("licensing.count('sales-pro').free", licensing.count("sales-pro").free, expected=24)
        anna = licensing.user("anna")
        ask("licensing.user('anna').access('sale')", anna.access("sale").name, expected="FULL")
        ask("licensing.user('anna').may_login('web')", bool(anna.may_login("web")), expected=True)
        for reason in licensing.explain("quote"):
            print(f"  quote is granted by {reason.bundle}, which is {reason.state}")
    verifier = Verifier(root=root, pack=pack)
    trial = verifier.verify(Path("fjord.lic").read_bytes(), now=datetime.now(UTC))
    ask("verifier.verify(…).company", trial.company, expected="Fjord Shipping AS")
    ask("verifier.verify(…).allows('saint')", trial.allows("saint"), expected=False)


def ask(question: str, answer: object, *, expected: object) -> None:
    """Print a question and its answer; exit with an error unless the answer is `expected`."""
    print(f"  {question} -> {answer}")
    if answer != expected:
        sys.exit(f"{question} should be {expected}")


def main() -> None:
    """Run the whole sample in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="licensekit-") as folder:
        os.chdir(folder)
        try:
            shutil.copytree(SAMPLE, "sample")
            Path("passphrase").write_text("a passphrase for the sample only\n", encoding="utf-8")
            root = vendor()
            customer(root)
            application(root)
        finally:
            os.chdir(SAMPLE)
    print("\nDone.")


if __name__ == "__main__":
    main()
