"""`renew` and `amend` show the difference first; `--qr` and `--print` draw what was signed."""

import json
from pathlib import Path

import pytest

from licensekit.wire import armor
from tests import codes
from tests.issuer_command import Desk

SERIAL = "1010000014"


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A desk that has issued the example order, and sells more settings since."""
    desk.run("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    catalog = Path("acme/catalog.toml")
    more = (("beta", "boolean"), ("level", "number"))
    tables = [f'[settings.{code}]\ntype = "{kind}"\nname = "{code}"\n' for code, kind in more]
    catalog.write_text(catalog.read_text("utf-8") + "".join(tables), "utf-8")
    desk.run("pack", "-C", "acme", *desk.passphrase)
    return desk


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there to ask."""
    monkeypatch.setattr("licensekit.cli.issuer.issue.is_terminal", lambda: True)
    monkeypatch.setattr("licensekit.cli.inputs.is_terminal", lambda: True)


def test_a_renewal_shows_the_difference_and_writes_the_next_sequence(sold: Desk) -> None:
    result = sold.run("renew", SERIAL, "-C", "acme", "--days", "365", "--yes", *sold.passphrase)
    assert "sequence  1 now, 2 then" in result.stdout
    assert "expiry" in result.stdout
    assert Path(f"acme-{SERIAL}-base-2.lic").is_file()
    assert "Send it to the customer" in result.stderr


def test_a_preview_signs_nothing_and_needs_no_key(sold: Desk) -> None:
    ask = ("amend", SERIAL, "-C", "acme", "--set", "standard=50", "--remove", "sites.branch")
    assert "users.standard" in sold.run(*ask, "--preview").stdout
    said = sold.json(*ask, "--preview")
    assert (said["sequence"], said["new_sequence"]) == (1, 2)
    assert {"path": "users.standard", "before": 25, "after": 50} in said["changes"]
    assert not Path(f"acme-{SERIAL}-base-2.lic").exists()


def test_without_a_terminal_nothing_is_signed_but_with_yes(sold: Desk) -> None:
    ask = ("renew", SERIAL, "-C", "acme", "--days", "30", *sold.passphrase)
    assert sold.run(*ask, code=2).stdout == ""
    refused = json.loads(sold.run(*ask, "--json", code=2).stdout)
    assert refused["error"]["code"] == "usage"
    assert sold.json(*ask, "--yes")["changes"]


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("y\n", 0)])
def test_on_a_terminal_it_is_asked_first(sold: Desk, typed: str, code: int) -> None:
    ask = ("renew", SERIAL, "-C", "acme", "--days", "30", *sold.passphrase)
    result = sold.run(*ask, typed=typed, code=code)
    assert "Sign this?" in result.stderr
    assert Path(f"acme-{SERIAL}-base-2.lic").exists() is (code == 0)


def test_a_change_that_was_made_before_is_reported_as_such(sold: Desk) -> None:
    ask = ("amend", SERIAL, "-C", "acme", "--set", "users.standard=25", "--yes")
    result = sold.run(*ask)
    assert "Nothing would change." in result.stdout
    assert "sequence  1\n" in result.stdout
    assert "the same bundle again" in result.stdout
    assert sold.json(*ask)["changes"] == []


def test_values_are_read_as_what_they_are_meant_for(sold: Desk) -> None:
    sets = [
        "settings.beta=true",
        "settings.level=7",
        "settings.tier=gold",
        "company=Fjord = Elv AS",
        "users.standard=unrestricted",
        "system.reports=yes",
        "after_grace=block",
    ]
    told = [word for one in sets for word in ("--set", one)]
    said = sold.json("amend", SERIAL, "-C", "acme", *told, "--preview")
    assert {one["path"]: one["after"] for one in said["changes"]} == {
        "company": "Fjord = Elv AS",
        "after_grace": "block",
        "users.standard": "unrestricted",
        "settings.beta": True,
        "settings.level": 7,
        "settings.tier": "gold",
    }
    shown = sold.run("amend", SERIAL, "-C", "acme", "--set", "settings.beta=true", "--preview")
    assert ["settings.beta", "-", "true"] in [one.split() for one in shown.stdout.splitlines()]


def test_a_change_of_use_names_the_uses_whose_sequences_it_counts(desk: Desk) -> None:
    """A trial of sequence 1 is followed by sequence 1 of production."""
    order = Path("trial.toml")
    text = Path("acme/orders/example.toml").read_text("utf-8")
    order.write_text(f'use = "trial"\n{text}', "utf-8")
    desk.run("issue", str(order), "-C", "acme", *desk.passphrase)
    ask = ("amend", SERIAL, "-C", "acme", "--set", "use=production", "--preview")
    assert "sequence  trial 1 now, production 1 then" in desk.run(*ask).stdout


def test_a_term_that_is_taken_out_is_perpetual_then(sold: Desk) -> None:
    ask = ("amend", SERIAL, "-C", "acme", "--remove", "expiry", "--preview")
    rows = [line.split() for line in sold.run(*ask).stdout.splitlines()]
    [expiry] = [row for row in rows if row[:1] == ["expiry"]]
    assert expiry[2] == "perpetual"


def test_a_change_needs_the_confirmation_once(sold: Desk) -> None:
    ask = ("renew", SERIAL, "-C", "acme", "--days", "30", "--yes", *sold.passphrase)
    assert sold.run(*ask).output.count("replaces what was sold") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("renew", SERIAL), 2, "--expires"),
        (("renew", SERIAL, "--days", "1", "--expires", "2030-01-01"), 2, "--expires"),
        (("renew", SERIAL, "--expires", "soon"), 5, "expiry"),
        (("renew", "1010000015", "--days", "1"), 6, "mistyped"),
        (("amend", SERIAL), 2, "--set"),
        (("amend", SERIAL, "--set", "users.standard"), 2, "KEY=VALUE"),
        (("amend", SERIAL, "--set", "=5"), 2, "KEY=VALUE"),
        (("amend", SERIAL, "--set", "standard=5", "--remove", "users.standard"), 2, "twice"),
        (("amend", SERIAL, "--set", "users.standard=0"), 5, "users.standard"),
        (("amend", SERIAL, "--remove", "system.reports"), 5, "requires"),
        (("renew", SERIAL, "--days", "1", "-o", "no/x.lic"), 8, "there is no such folder"),
        (("renew", SERIAL, "--days", "1", "--key", "nobody"), 7, "nobody"),
    ],
)
def test_a_change_that_cannot_be_is_refused(sold: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    if code == 2:
        result = sold.run(*words, "-C", "acme", "--yes", code=2)
        assert said in result.output
    else:
        assert said in sold.refused(code, *words, "-C", "acme", "--yes", "--json")


def test_a_license_is_drawn_as_a_code_and_as_a_page(desk: Desk) -> None:
    ask = ("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    result = desk.run(*ask, "--qr", "one.png", "--print", "one.html")
    assert "drawn  one.png" in result.stdout
    token = armor.read(Path(f"acme-{SERIAL}-base-1.lic").read_bytes())
    assert armor.read(codes.read_png(Path("one.png").read_bytes())) == token
    assert "Example Company" in Path("one.html").read_text("utf-8")
    assert desk.json(*ask, "--qr", "again.svg")["drawn"] == ["again.svg"]
    assert "<svg" in Path("again.svg").read_text("utf-8")


def test_a_license_too_long_for_its_code_is_not_issued(place: Desk) -> None:
    place.run("init", "acme", "--scheme", "hybrid", *place.both_passphrases)
    ask = ("issue", "acme/orders/example.toml", "-C", "acme", *place.passphrase)
    assert "2953" in place.refused(6, *ask, "--qr", "one.png")
    place.run(*ask, "--print", "one.html")
    assert Path(f"acme-{SERIAL}-base-1.lic").is_file()
    assert "not fit into a QR code" in Path("one.html").read_text("utf-8")


def test_a_code_is_an_svg_or_a_png(desk: Desk) -> None:
    ask = ("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    assert "one.gif" in desk.run(*ask, "--qr", "one.gif", code=2).output
    assert "there is no such folder" in desk.refused(8, *ask, "--qr", "no/one.png")
