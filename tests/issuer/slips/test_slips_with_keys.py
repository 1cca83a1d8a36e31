"""Slips with keys: another one, a lost one, the wrong passphrase, everybody may read it."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import AT, NORDLYS, Shop, Slip, order, play, right

KEY: Final = Path("acme/keys/signing-1.key")


def with_root() -> None:
    """Bring the stick with the root key."""
    Path("stick-acme").rename("acme/root")


def wrong_passphrase(shop: Shop) -> None:
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    shop.refused(7, "issue", "order.toml", *AT, "-o", "new.lic", "--passphrase-file", str(shop.secrets / "root"))


def key_of_another_workspace(shop: Shop) -> None:
    shutil.copy("borealis/keys/signing-1.key", "acme/keys/other.key")
    shop.no_issue(order(serial=shop.serial(NORDLYS)), "--key", "other", code=4)


def key_taken_for_another(shop: Shop) -> None:
    """The key file of another workspace is copied over this one's."""
    KEY.rename("saved.key")
    shutil.copy("borealis/keys/signing-1.key", KEY)
    shop.no_issue(order(serial=shop.serial(NORDLYS)), code=7)


def key_copied_back(shop: Shop) -> str:
    Path("saved.key").replace(KEY)
    return right(shop)


def key_lost(shop: Shop) -> None:
    KEY.rename("saved.key")
    shop.no_issue(order(serial=shop.serial(NORDLYS)), code=7)


def another_key_made(shop: Shop) -> str:
    with_root()
    return new_key(shop)


def key_damaged(shop: Shop) -> None:
    shutil.copy(KEY, "saved.key")
    KEY.write_bytes(KEY.read_bytes()[:-20])
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    shop.no("issue order.toml -o new.lic", code=7)


def only_key_retired(shop: Shop) -> None:
    with_root()
    shop.run("keys", "retire", "signing-1", *AT, *shop.root_passphrase, "--yes")
    shop.no_issue(order(serial=shop.serial(NORDLYS)), code=7)


def new_key(shop: Shop) -> str:
    shop.run("keys", "new", "signing-2", *AT, *shop.both_passphrases)
    shop.run("keys", "default", "signing-2", *AT)
    return right(shop)


def no_root_key(shop: Shop) -> None:
    """The stick is at home."""
    shop.no("keys rotate signing-1", code=7)


def key_revoked(shop: Shop) -> None:
    """The key in use is declared stolen: nothing of it counts any more."""
    with_root()
    shop.refused(6, "revoke", "key", "signing-1", *AT, *shop.both_passphrases)
    shop.run("keys", "rotate", "signing-1", *AT, *shop.both_passphrases)
    shop.run("revoke", "key", "signing-1", *AT, *shop.both_passphrases, "--yes")


def signed_again(shop: Shop) -> str:
    Path("again").mkdir()
    shop.sign("reissue --signed-by signing-1 -o again")
    return right(shop)


KEYS: Final[dict[str, Slip]] = {
    "the wrong passphrase": Slip(wrong_passphrase, right),
    "the key of another workspace": Slip(key_of_another_workspace, right),
    "the key of another workspace in place of its own": Slip(key_taken_for_another, key_copied_back),
    "the key file is lost, and there is a copy": Slip(key_lost, key_copied_back),
    "the key file is lost for good": Slip(key_lost, another_key_made),
    "the key file is damaged": Slip(key_damaged, key_copied_back),
    "the only key is retired": Slip(only_key_retired, new_key),
    "the key is declared stolen too early": Slip(key_revoked, signed_again, is_confirmed=True),
    "the root key is elsewhere": Slip(no_root_key, right),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, KEYS[name])
