"""Slips that were confirmed, or signed without a doubt: what is taken back, or given again, and by which command."""

from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import FJORD, NORDLYS, RIGHT, VIKEN, Shop, Slip, order, play, right


def taken_back(action: str, company: str = FJORD) -> Slip:
    """Return the slip of the wrong serial, taken back although it was named: it is reinstated."""

    def made(shop: Shop) -> None:
        assert shop.serial(company) in shop.no(f"{action} serial {shop.serial(company)}", code=6)
        shop.sign(f"{action} serial {shop.serial(company)} --yes --reason", "wrong line")
        assert shop.harmed() == [company]

    def back(shop: Shop) -> str:
        shop.sign(f"reinstate serial {shop.serial(company)} --yes")
        return right(shop)

    return Slip(made, back, is_confirmed=True)


def voided(shop: Shop, file: str) -> None:
    """Take back a file that was not sent."""
    shop.sign(f"void bundle {file} --yes")
    Path(file).unlink()


def wrong_customer(*change: str) -> Slip:
    """Return the slip of another customer whose license is changed, and which is not sent."""

    def made(shop: Shop) -> None:
        command = f"{change[0]} {shop.serial(FJORD)} -o wrong.lic"
        assert "pass --yes" in shop.sign(command, *change[1:], code=2).stderr
        shop.sign(command + " --yes", *change[1:])

    def back(shop: Shop) -> str:
        voided(shop, "wrong.lic")
        return right(shop)

    return Slip(made, back, is_confirmed=True)


def too_many(shop: Shop) -> None:
    shop.issue(order(serial=shop.serial(NORDLYS), users=RIGHT * 10))


def same_number_again(shop: Shop) -> str:
    voided(shop, "new.lic")
    return shop.issue(order(serial=shop.serial(NORDLYS)))


def unnamed_serial(shop: Shop) -> None:
    """Nordlys gets a serial that it has not."""
    shop.issue(order())


def other_workspace(shop: Shop) -> None:
    """The order is issued in the workspace of another product, which does not have the serial."""
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    words = ("issue", "order.toml", "-C", "borealis", "-o", "new.lic", *shop.passphrase)
    assert "--unknown-serial" in shop.refused(5, *words)
    shop.run(*words, "--unknown-serial")


def voided_there(shop: Shop) -> str:
    shop.run("void", "bundle", "new.lic", "-C", "borealis", "--yes", *shop.passphrase)
    Path("new.lic").unlink()
    return right(shop)


def renewed_there(shop: Shop) -> None:
    """A renewal for the customer of one product finds nobody in the workspace of another."""
    Path("order.toml").write_text(order(company=FJORD))
    shop.run("issue", "order.toml", "-C", "borealis", "-o", "fjord.lic", *shop.passphrase)
    words = ("renew", shop.serial(NORDLYS), "-C", "borealis", "--days", "365", "--yes", *shop.passphrase)
    assert "nothing was issued" in shop.refused(6, *words)


def revoked_own(shop: Shop) -> None:
    """The right customer, but revoked for good: it had only paid late."""
    shop.sign(f"revoke serial {shop.serial(NORDLYS)} --yes")
    shop.no_issue(order(serial=shop.serial(NORDLYS)))


def reinstated(shop: Shop) -> str:
    shop.sign(f"reinstate serial {shop.serial(NORDLYS)} --yes")
    return right(shop)


TAKEN_BACK: Final[dict[str, Slip]] = {
    "the wrong serial revoked": taken_back("revoke"),
    "the wrong serial suspended": taken_back("suspend"),
    "the wrong trial suspended": taken_back("suspend", VIKEN),
    "the right serial revoked for good": Slip(revoked_own, reinstated),
    "the wrong customer renewed": wrong_customer("renew", "--days", "365"),
    "the wrong customer reduced": wrong_customer("amend", "--set", "standard=1"),
    "far too many": Slip(too_many, same_number_again),
    "a serial of its own": Slip(unnamed_serial, same_number_again),
    "the workspace of another product": Slip(other_workspace, voided_there),
    "a renewal in the workspace of another product": Slip(renewed_there, right),
}


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_what_was_signed_is_taken_back_and_harms_nobody_else(shop: Shop, name: str) -> None:
    play(shop, TAKEN_BACK[name])
