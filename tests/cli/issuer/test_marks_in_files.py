"""Commands say what they left out of a file, and show names as they are spelled."""

from pathlib import Path

from tests.issuer_command import Desk

NAME = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
SAID = "invisible character"
ORDER = 'company = "{}"\norder = "{}"\nsystem = ["server"]\n'


def test_a_persian_name_is_shown_as_it_is_spelled(desk: Desk) -> None:
    Path("z.toml").write_text(ORDER.format(NAME, 1), "utf-8")
    result = desk.run("issue", "z.toml", "-C", "acme", *desk.passphrase)
    assert NAME in result.stdout
    assert SAID not in result.stderr


def test_an_order_with_direction_marks_is_issued_without_them(desk: Desk) -> None:
    Path("z.toml").write_text(ORDER.format("\u202bNordlys\u202c", 1), "utf-8")
    result = desk.run("issue", "z.toml", "-C", "acme", *desk.passphrase)
    assert "2 invisible characters" in result.stderr
    assert "Nordlys\n" in result.stdout
    preview = desk.run("issue", "z.toml", "-C", "acme", "--preview")
    assert SAID in preview.stdout + preview.stderr


def test_of_many_orders_the_first_is_named(desk: Desk) -> None:
    Path("orders").mkdir()
    for number in range(3):
        Path(f"orders/{number}.toml").write_text(ORDER.format("\u200eA", number), "utf-8")
    result = desk.run("issue", "orders", "-C", "acme", "-o", "out", *desk.passphrase)
    said = result.stderr.splitlines()
    assert any("0.toml" in line and SAID in line for line in said)
    assert any("2 other orders" in line for line in said)


def test_a_catalog_with_marks_is_checked_and_signed_without_them(desk: Desk) -> None:
    catalog = Path("acme/catalog.toml")
    text = catalog.read_text("utf-8").replace('"Server"', '"\u200eServers"')
    catalog.write_text(text, "utf-8")
    assert SAID in desk.run("catalog", "check", "-C", "acme").stderr
    assert SAID in desk.run("pack", "-C", "acme", *desk.passphrase).stderr
    assert "Servers" in desk.run("catalog", "show", "-C", "acme").stdout
