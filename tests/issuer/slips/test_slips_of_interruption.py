"""Ctrl-C at every point of what is signed: run again, it is done once, and nobody else has noticed.

A point is a call that may write: a statement, a commit, a file that is opened, written or renamed.
"""

import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from tests.issuer.slips.shop import AT, NORDLYS, RIGHT, Shop, Slip, order, play, right

POINTS: Final = frozenset({"execute", "executemany", "commit", "open", "replace", "write", "fsync", "rename"})
QUICK: Final = 23
"""The quick tier stops at every point whose number can be divided by this."""
THOROUGH: Final = 4
"""The thorough one at every point of this many, from another first one in each run."""


@dataclass(frozen=True)
class Interrupted:
    """A command that is interrupted, and how the right license is had once it was run again."""

    words: tuple[str, ...]
    back: Callable[[Shop], str]
    prepare: Callable[[Shop], object] = lambda _: None


def write_order(shop: Shop) -> None:
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))


def write_orders(shop: Shop) -> None:
    write_order(shop)
    Path("sent.toml").write_text(order("O-1", company="Oslo"))


def change_catalog(_: Shop) -> None:
    with Path("acme/catalog.toml").open("a") as catalog:
        catalog.write('[licenses.maps]\nkind = "system"\nname = "Maps"\n')


def wrong_one(shop: Shop) -> None:
    """Issue what will be revoked: a new serial that nobody was to get."""
    shop.issue(order("N-2", users=RIGHT + 1), name="wrong.lic")


COMMANDS: Final[dict[str, Interrupted]] = {
    "issue": Interrupted(("issue", "order.toml", "-o", "new.lic"), lambda _: "new.lic", write_order),
    "issue in bulk": Interrupted(
        ("issue", "order.toml", "sent.toml", "-o", "out"),
        lambda shop: f"out/acme-{shop.listed('--order-number', 'N-2')[0]['serial']}-base-2.lic",
        write_orders,
    ),
    "amend": Interrupted(
        ("amend", "SERIAL", "--set", f"standard={RIGHT}", "--yes", "-o", "new.lic"), lambda _: "new.lic"
    ),
    "renew": Interrupted(
        ("renew", "SERIAL", "--days", "30", "--order-number", "N-2", "--yes", "-o", "new.lic"),
        lambda shop: shop.amend(),
    ),
    "pack": Interrupted(("pack",), right, change_catalog),
    "revoke": Interrupted(("revoke", "bundle", "wrong.lic", "--yes"), right, wrong_one),
    "backup": Interrupted(("ledger", "backup", "saved", "--force"), right),
}


def strike_at(number: int) -> Callable[[FrameType, str, Any], None]:
    """Return a profile function that presses Ctrl-C before the call of this number."""
    left = number

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event == "c_call" and getattr(called, "__name__", "") in POINTS:
            left -= 1
            if left < 0:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)

    return profile


def ends_interrupted(shop: Shop, words: tuple[str, ...], number: int) -> bool:
    """Run a command that is interrupted at a point; return whether it got that far."""
    profile = strike_at(number)
    sys.setprofile(profile)
    try:
        result = shop.run_any(*words)
    except KeyboardInterrupt:  # before the command had begun, or after its end
        return True
    finally:
        was_struck = sys.getprofile() is not profile
        sys.setprofile(None)
    assert result.exit_code == (1 if was_struck else 0), result.output
    return was_struck


def interrupt(shop: Shop, name: str, step: int, first: int = 0) -> None:
    """Interrupt a command at each point of `step`, from the `first` on, and then let it end."""
    case = COMMANDS[name]
    case.prepare(shop)
    secret = () if name == "backup" else shop.passphrase
    words = (*(shop.serial(NORDLYS) if word == "SERIAL" else word for word in case.words), *AT, *secret)
    number = first
    while ends_interrupted(shop, words, number):
        shop.run("ledger", "verify", *AT)
        number += step
    assert number > step
    shop.run(*words)


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_harms_nobody_and_the_same_command_ends_it(shop: Shop, name: str) -> None:
    play(shop, Slip(lambda shop: interrupt(shop, name, QUICK), COMMANDS[name].back))


@pytest.mark.thorough
@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_at_any_point_harms_nobody(shop: Shop, name: str) -> None:
    first = random.randrange(THOROUGH)  # noqa: S311  # a failure shows it
    play(shop, Slip(lambda shop: interrupt(shop, name, THOROUGH, first), COMMANDS[name].back))
