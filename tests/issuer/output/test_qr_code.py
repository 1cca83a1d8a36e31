"""A license file as a code to scan and as a page to read says what the file says."""

import re
import sys
from collections.abc import Sequence
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest

from licensekit.errors import QrRefused
from licensekit.issuer.ledger.documents import file_of
from licensekit.issuer.output import qr_code
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.trust.sign import sign
from licensekit.trust.signed import identity_of
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Binding, Kind, Use
from licensekit.wire.frame import HYBRID
from tests import codes, makers


def file(*, attached: Sequence[Token] = (), scheme: int = 1, **changes: Any) -> LicenseFile:
    """Return a license file, signed by a TEST KEY."""
    bundle = makers.bundle(**changes)
    token = sign(bundle, makers.key("vendor", scheme))
    return LicenseFile(bundle, token, file_of([*attached, token]), is_repeated=False, fits_oldest=True)


def page(one: LicenseFile) -> str:
    """Return the page of a license file."""
    return qr_code.sheet_page(one, makers.catalog()).decode()


class Text(HTMLParser):
    """The text of a page, without its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names: list[str] = []
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the names of elements and attributes."""
        self.names += [tag, *(name for name, _ in attrs)]
        self._hidden = tag == "style"

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if data.strip() and not self._hidden:
            self.found.append(data.strip())


def test_a_png_is_read_back_as_the_license() -> None:
    one = file()
    assert armor.read(codes.read_png(qr_code.qr_code(one.data, "png"))) == [one.token]


def test_a_code_holds_everything_that_rides_attached() -> None:
    attached = file(company="Rider").token
    one = file(attached=[attached])
    assert armor.read(codes.read_png(qr_code.qr_code(one.data, "png"))) == [attached, one.token]


def test_an_svg_is_one_image() -> None:
    image = qr_code.qr_code(file().data, "svg").decode()
    assert image.startswith("<?xml")
    assert image.count("<svg") == image.count("</svg>") == 1


def test_the_longest_code_is_drawn_and_one_more_is_refused() -> None:
    text = ("lk1-bundle." + "A" * qr_code.LARGEST)[: qr_code.LARGEST].encode()
    assert len(codes.read_png(qr_code.qr_code(text, "png"))) == qr_code.LARGEST
    with pytest.raises(QrRefused) as caught:
        qr_code.qr_code(text + b"A", "png")
    assert "2954 characters" in caught.value.message
    assert "at most 2953" in caught.value.message
    assert "as a file" in caught.value.hint


def test_what_rides_attached_is_named_if_only_that_is_too_much() -> None:
    attached = sign(makers.bundle(), makers.key("vendor", HYBRID))
    with pytest.raises(QrRefused) as caught:
        qr_code.qr_code(file(attached=[attached]).data, "svg")
    assert "--for-pack" in caught.value.hint


def test_without_segno_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    for draw in (partial(qr_code.qr_code, file().data, "png"), partial(page, file())):
        with pytest.raises(QrRefused) as caught:
            draw()
        assert "licensekit-files[qr]" in caught.value.hint


def test_a_page_says_all_that_the_license_says() -> None:
    one = file(
        replaces=["OLD-1"],
        use=Use.TRIAL,
        maintenance=makers.ISSUED_DAY + 10,
        next_check=makers.ISSUED_DAY + 20,
        settings={"tier": "gold", "beta": True, "level": 7},
        binding=Binding(bytes(32), 2, {"host": bytes(16), "disk": bytes(16)}),
    )
    said = Text(page(one)).found
    facts = [
        "Demo CRM",
        "Demo",
        "Nordlys Kraft AS",
        makers.SERIAL,
        "base, sequence 1",
        "trial",
        "serial OLD-1",
        "2027-01-01",
        "2027-12-02",
        "2028-01-01",
        "2028-01-31",
        "2027-01-11",
        "2027-01-21",
        "read-only",
        f"installation {'00' * 32} with 2 of 2 machine facts",
        "beta = true",
        "level = 7",
        "tier = gold",
        "Server",
        "yes",
        "Satellite",
        "2",
        "Sales User",
        "50",
        "unrestricted",
        "".join(one.data.decode().split()),
    ]
    assert [fact for fact in facts if fact not in said] == []
    identity = identity_of("bundle", makers.payload_of(one.token)).hex()
    assert any(identity in text for text in said)


def test_a_page_of_less_leaves_out_what_is_not_there() -> None:
    one = file(
        warning=None,
        expiry=None,
        grace=None,
        sites={},
        system={"storage": 500, "gone": 1},
        users={"user": None},
        binding=Binding(bytes(32), 0, {}),
    )
    catalog = makers.catalog()
    storage = makers.license_entry(Kind.SYSTEM, "Storage", quantity="GB")
    known = makers.changed(catalog, licenses={**catalog.licenses, "storage": storage})
    said = Text(qr_code.sheet_page(one, known).decode()).found
    assert "perpetual" in said
    assert "500 GB" in said
    assert "Afterwards" not in said
    assert "For sites" not in said
    assert said[said.index("gone") : said.index("gone") + 3] == ["gone", "gone", "1"]
    by_facts = file(binding=Binding(None, 1, {"host": bytes(16)}))
    assert "1 of 1 machine facts" in Text(page(by_facts)).found


def test_a_page_shows_the_code_of_the_license() -> None:
    one = file()
    image = re.search(r'viewBox="0 0 (\d+) \1".*? d="([^"]+)"', page(one))
    assert image is not None
    size = int(image[1])
    rows = [[False] * size for _ in range(size)]
    x, y = 0, 0.5
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", image[2]):
        if step == "h":
            for _ in range(int(first)):
                rows[int(y)][x] = True
                x += 1
        else:
            x = int(first) + (x if step == "m" else 0)
            y = float(second) + (y if step == "m" else 0)
    assert armor.read(codes.read_modules(rows)) == [one.token]


def test_a_license_too_long_for_a_code_has_a_page_that_says_so() -> None:
    one = file(scheme=HYBRID)
    text = page(one)
    assert "do not fit into a QR code" in text
    assert "<svg" not in text
    assert "".join(one.data.decode().split()) in text


@pytest.mark.attack("hostile-text-on-a-screen")
def test_a_name_written_from_right_to_left_turns_nothing_around_it() -> None:
    name = "\u05d7\u05d1\u05e8\u05d4 (2027) A-1"
    one = file(company=name, settings={"note": name})
    assert re.findall(f"<bdi>[^<]*{re.escape(name)}</bdi>", page(one)) == [
        f"<bdi>{name}</bdi>",
        f"<bdi>note = {name}</bdi>",
    ]


@pytest.mark.attack("hostile-text-on-a-screen")
def test_a_page_loads_nothing_and_runs_nothing_whatever_the_names_are() -> None:
    evil = "<script src=//x>&\"'</script>"
    parsed = Text(page(file(company=evil, settings={"note": evil})))
    assert evil in parsed.found
    assert not {"script", "src", "href", "link", "img", "onclick"} & set(parsed.names)
    assert "default-src 'none'" in page(file())
