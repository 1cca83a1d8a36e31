"""The shop that every slip begins with, made once and copied."""

import json
import shutil
from pathlib import Path

import pytest

from licensekit import limits
from licensekit.cli.options import clock
from licensekit.issuer.orders import numbering
from licensekit.keys import keyfile
from tests.issuer.slips.shop import ANYWHERE, AT, AT_HOME, FJORD, NORDLYS, SOLD, VIKEN, Shop, order
from tests.issuer_command import Desk
from tests.workspaces import DAY

AGO = 40
"""How many days ago the workspaces were made."""


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop in which every customer has activated what it bought."""
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(*Desk.begin(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        patch.setattr(numbering, "anywhere", ANYWHERE)
        patch.chdir(folder)
        patch.setattr("licensekit.cli.issuer.init.clock", lambda: clock() - AGO * DAY)
        open_shop(shop)
    return folder


def open_shop(shop: Shop) -> None:
    """Make two products, and sell one of them to three customers."""
    for product in ("acme", "borealis"):
        shop.run("init", product, "--issuer", "acme", *shop.both_passphrases)
        Path(product, "root").rename(f"stick-{product}")
    Path("sent").mkdir()
    sold = ((NORDLYS, "N-1", SOLD), (FJORD, "F-1", 7), (VIKEN, "V-1", 3))
    given: dict[str, str] = {}
    for company, number, users in sold:
        given[company] = issued(shop, order(number, company=company, users=users), f"sent/{number}.lic")
    more = "\n".join([f'company = "{NORDLYS}"', 'order = "N-more"', f'serial = "{given[NORDLYS]}"'])
    issued(shop, f'{more}\npart = "sites"\n[sites]\narchive = 2\n', "sent/N-more.lic")
    Path("serials.json").write_text(json.dumps(given))
    Path("pin").write_text(str(shop.json("pack", *AT)["root"]))
    shutil.copy("acme/acme.lkp", "shipped.lkp")
    for company, number, _ in sold:
        shop.takes(company, f"sent/{number}.lic")
    shop.takes(NORDLYS, "sent/N-more.lic")
    shutil.rmtree("acme/orders")
    assert set(AT_HOME) == set(given)


def issued(shop: Shop, text: str, name: str) -> str:
    """Issue an order and return its serial."""
    Path("order.toml").write_text(text)
    return str(shop.json("issue", "order.toml", *AT, "-o", name, *shop.passphrase)["serial"])


@pytest.fixture
def shop(tmp_path: Path, shop_template: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A copy of the shop, which is the current folder, and keys that open fast."""
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
    monkeypatch.setattr(numbering, "anywhere", ANYWHERE)
    folder = tmp_path / "shop"
    shutil.copytree(shop_template, folder)
    monkeypatch.chdir(folder)
    return Shop(*Desk.begin(folder))
