"""A vendor with three customers, the slips that somebody makes there, and the law that holds for each.

*Nothing is signed that harms another customer, and there is a way back*: `Slip` and `play` are that law. The
commands are typed as a person would; what harms a customer is judged by the ledger, by the files that were sent, and
by the customer's own installation, which takes whatever the vendor has made.
"""

import json
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from licensekit.cli.main import licensekit
from licensekit.cli.options import clock
from licensekit.issuer.orders import numbering
from tests.issuer_command import Desk
from tests.workspaces import DAY

NORDLYS, FJORD, VIKEN = "Nordlys Kraft AS", "Fjord Shipping AS", "Viken Bygg AS"
"""Nordlys is the customer that a slip is about, who is to have `RIGHT` users; the others are bystanders."""
AT_HOME: Final = {NORDLYS: "homes/nordlys", FJORD: "homes/fjord", VIKEN: "homes/viken"}
SOLD, RIGHT = 10, 20
"""How many users Nordlys has, and how many it is to have in the end."""
AT: Final = ("-C", "acme")
ANYWHERE: Final = numbering.anywhere
"""Here serials are counted from a random one, as they are outside of tests."""


class Shop(Desk):
    """The vendor's folder: the workspaces `acme` and `borealis`, what was `sent`, and the customers' `homes`."""

    def sign(self, command: str, *words: str, code: int = 0) -> Result:
        """Run a command on `acme` that signs."""
        return self.run(*command.split(), *words, *AT, *self.passphrase, code=code)

    def no(self, command: str, *words: str, code: int = 5) -> str:
        """Check that a command on `acme` is refused and changes no file; return what it says."""
        return self.refused(code, *command.split(), *words, *AT, *self.passphrase)

    def issue(self, text: str, *words: str, name: str = "new.lic") -> str:
        """Issue an order, and return the name of the file."""
        Path("order.toml").write_text(text, "utf-8")
        self.sign("issue order.toml -o", name, *words)
        return name

    def no_issue(self, text: str, *words: str, code: int = 5) -> str:
        """Check that an order is refused; return what is said."""
        Path("order.toml").write_text(text, "utf-8")
        return self.no("issue order.toml -o new.lic", *words, code=code)

    def amend(self, *words: str, name: str = "new.lic") -> str:
        """Change what Nordlys has, by default to what is right; return the name of the file."""
        sets = words or (f"--set=users.standard={RIGHT}",)
        self.sign("amend", self.serial(NORDLYS), "--yes", "-o", name, *sets)
        return name

    def listed(self, *words: str) -> list[dict[str, Any]]:
        """Return bundles of the ledger."""
        found: list[dict[str, Any]] = self.json("ledger", "list", *AT, "--all", *words)["bundles"]
        return found

    def serial(self, company: str) -> str:
        """Return the serial of a customer, as it was sent."""
        return str(json.loads(Path("serials.json").read_text())[company])

    def takes(self, company: str, file: str, home: str = "") -> None:
        """Let a customer activate a file, which must be possible."""
        believed = ("--pack", "shipped.lkp", "--root", Path("pin").read_text())
        self.run("activate", file, "--home", home or AT_HOME[company], *believed)

    def users(self, home: str) -> int:
        """Return how many standard users an installation may have."""
        found = self.json("status", "--home", home)["licenses"]
        return int(next(one["total"] for one in found if one["license"] == "standard"))

    def bystanders(self) -> Mapping[str, Any]:
        """Return what the other customers have, in the ledger and as files."""
        bundles = [one for one in self.listed("--state", "active") if one["company"] in {FJORD, VIKEN}]
        kept = sorted((one["company"], one["serial"], one["part"], one["identity"]) for one in bundles)
        files = {path.name: path.read_bytes() for path in sorted(Path("sent").iterdir())}
        return {"kept": kept, "files": files}

    def harmed(self) -> list[str]:
        """Return the bystanders whose installation has something else once it was given every pack and file."""
        return [company for company, users in ((FJORD, 7), (VIKEN, 3)) if self.has_other(company, users)]

    def has_other(self, company: str, users: int) -> bool:
        """Return whether a customer has another number of users with every pack and its own files, or all others too.

        An installation that has nothing left would take those of anybody.
        """
        home, serial = AT_HOME[company], self.serial(company)
        made = [path for path in sorted(Path().rglob("*.l[ik][cp]")) if "homes" not in path.parts]
        own = [path for path in made if path.suffix == ".lkp" or serial in path.name]
        for files in (own, [path for path in made if path not in own]):
            for path in files:
                self.run_any("activate", str(path), "--home", home)
            if self.users(home) != users:
                return True
        return False

    def run_any(self, *words: str) -> Result:
        """Run a command that may fail."""
        return CliRunner().invoke(licensekit, words, prog_name="licensekit")

    @contextmanager
    def clock(self, *, days: float) -> Generator[None]:
        """Let the vendor's clock be wrong by some days."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("licensekit.cli.issuer.options.clock", lambda: clock() + int(days * DAY))
            yield

    def sql(self, *statements: str) -> None:
        """Edit the ledger by hand."""
        with sqlite3.connect("acme/ledger.db") as ledger:
            for one in statements:
                ledger.execute(one)
        ledger.close()


@dataclass(frozen=True)
class Slip:
    """A slip of the person who issues licenses, and the way back from it."""

    made: Callable[[Shop], object]
    back: Callable[[Shop], str]
    """Put it right, and return the file of the right license."""
    is_confirmed: bool = False
    """Whether it was confirmed with a warning that named what it does to a bystander: it is undone on the way back."""
    leaves_a_ledger: bool = True
    """Whether the ledger can be asked before it is put right."""


def play(shop: Shop, slip: Slip) -> None:
    """Make a slip, go the way back, and check the law."""
    before = shop.bystanders()
    slip.made(shop)
    if not slip.is_confirmed and slip.leaves_a_ledger:
        assert shop.bystanders() == before
        assert shop.harmed() == []
    file = slip.back(shop)
    assert shop.bystanders() == before
    assert shop.harmed() == []
    shop.takes(NORDLYS, file)
    assert shop.users(AT_HOME[NORDLYS]) == RIGHT


def order(number: str = "N-2", *, company: str = NORDLYS, users: object = RIGHT, **keys: object) -> str:
    """Return the text of an order; by default everything in it is right, but it has no serial."""
    named: dict[str, object] = {"order": number, "company": company, "days": 365, **keys}
    lines = [f"{key} = {json.dumps(value)}" for key, value in named.items() if value is not None]
    return "\n".join([*lines, "[system]", "server = true", "[users]", f"standard = {json.dumps(users)}", ""])


def right(shop: Shop) -> str:
    """Issue what is right, for the right serial."""
    return shop.issue(order("N-9", serial=shop.serial(NORDLYS)))
