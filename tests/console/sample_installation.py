"""The SuperOffice sample as an installation with people in it, for screenshots and trials."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from licensekit.installation import EventScope, Installation, parse_directory
from licensekit.wire.documents import UserKind

SAMPLE: Final = Path(__file__).parents[2] / "samples" / "superoffice"
PASSPHRASE: Final = "a passphrase for the sample only\n"
PLANS: Final = ("contact-manager", "sales-pro", "service-pro", "marketing-pro", "complete")
UPTO: Final = (84, 107, 120, 129, 132)
"""Up to which person each plan goes."""
GIVEN: Final = (
    "Anna", "Bjørn", "Camilla", "David", "Elin", "Fredrik", "Guro", "Håkon", "Ingrid", "Jonas",
    "Karin", "Lars", "Maja", "Nils", "Oda", "Per", "Ragnhild", "Sindre", "Tuva", "Vidar",
)  # fmt: skip
FAMILY: Final = ("Berg", "Dahl", "Eide", "Foss", "Hagen", "Lie", "Moen", "Næss", "Solberg", "Vik")


class Sample(NamedTuple):
    """Where the sample was made."""

    home: Path
    smaller: bytes
    """A license file with fewer licenses than are in use."""
    larger: bytes
    """One with more than before."""


def make_sample(folder: Path) -> Sample:
    """Make the vendor, its files and the customer's installation in an empty folder."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    secrets = ("--passphrase-file", "passphrase")
    catalog = str(SAMPLE / "catalog.toml")
    run(folder, "init", "so", "--catalog", catalog, *secrets, "--root-passphrase-file", "passphrase")
    order = (SAMPLE / "orders" / "nordlys-kraft.toml").read_text(encoding="utf-8")
    first = issue(folder, "first", order)
    (folder / "first.lic").write_bytes(first)
    run(folder, "activate", "first.lic", "--pack", "so/superoffice-crm.lkp", "--home", "home")
    with Installation.open(folder / "home", by="ingrid.solberg", create=False) as installation:
        serial = installation.state().serial or ""
        populate(installation)
    later = order.replace('# serial = "…"', f'serial = "{serial}"  #')
    fewer = later.replace("sales-pro = 25", "sales-pro = 9").replace("NK-2026-1101", "NK-2")
    more = later.replace("sales-pro = 25", "sales-pro = 40").replace("NK-2026-1101", "NK-3")
    more = more.replace("windows = 60", "windows = 80").replace("audience = 2", "audience = 3")
    return Sample(folder / "home", issue(folder, "fewer", fewer), issue(folder, "more", more))


def issue(folder: Path, name: str, order: str) -> bytes:
    """Sign what an order says."""
    path = folder / f"{name}.toml"
    path.write_text(order, encoding="utf-8")
    run(
        folder, "issue", str(path), "-C", "so", "--passphrase-file", "passphrase", "-o",
        f"{name}.signed.lic",
    )  # fmt: skip
    return (folder / f"{name}.signed.lic").read_bytes()


def populate(installation: Installation) -> None:
    """Add people, sites and events, and assign what they use."""
    names = [f"{given} {family}" for family in FAMILY for given in GIVEN][:132]
    lines = [_line(number, name) for number, name in enumerate(names)]
    columns = "id,name,groups,licenses\n"
    installation.users.propose_sync(parse_directory(columns + "".join(lines))).apply()
    for user in ("lars.moen", "oda.lie"):
        installation.users.retire(user)
    installation.users.set("ingrid.dahl", administrator=True)
    installation.users.set("per.foss", can_log_in=False)
    others = {"portal": UserKind.EXTERNAL, "erp-import": UserKind.SYSTEM, "web": UserKind.ANONYMOUS}
    for user, kind in others.items():
        installation.users.add(user, name="", kind=kind)
    installation.sites.add("oslo", name="Oslo", central=True)
    installation.sites.add("bergen", name="Bergen")
    installation.sites.add("tromso", name="Tromsø")
    installation.sites.assign("oslo", "reporter-studio", "audience")
    installation.sites.assign("bergen", "reporter-studio")
    installation.events.start("message-of-the-day", message="The canteen is closed on Friday.", expected_end=1796342400)
    ended = installation.events.start("no-travel", scope=EventScope.SITE, subject="bergen")
    installation.events.end(ended.number)
    installation.events.start(
        "no-login", scope=EventScope.GROUP, subject="support", message="The mail server moves tonight."
    )


def run(folder: Path, *arguments: str) -> None:
    """Run a command, which must work."""
    done = subprocess.run(
        [sys.executable, "-m", "licensekit", *arguments], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")


def _line(number: int, name: str) -> str:
    plain = name.lower().translate(str.maketrans("æøå", "eoa"))
    group = ("sales", "support", "marketing")[number % 3]
    plan = next(name for name, upto in zip(PLANS, UPTO, strict=True) if number < upto)
    more = ["windows"] if number % 3 == 0 else []
    more += ["remote-travel"] if number % 24 == 0 else []
    more += ["outlook-synchronizer"] if number % 4 == 0 else []
    user_id = re.sub(r"\s+", ".", plain)
    return f"{user_id},{name},{group},{' '.join((plan, *more))}\n"
