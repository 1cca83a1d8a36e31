"""`inspect` and `verify`: what they show, and what they say of what is not genuine."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Binding, Kind
from tests import makers
from tests.cli.invoking import Ran, invoke

VENDOR = makers.key("vendor")
ROOT = makers.first_root()
TRUST = makers.first_trust()
PIN = makers.pin(ROOT)
INSTALLATION = makers.key("installation", frame.INSTALLATION)
NOW = ["--now", "2027-01-01T01:00:00Z"]


class Files(NamedTuple):
    """A pack, and a folder to write license files into."""

    folder: Path
    pack: Path

    def holding(self, *tokens: armor.Token) -> Path:
        """Write a file of tokens."""
        path = self.folder / "file.lic"
        path.write_text(makers.file_of(*tokens))
        return path

    def check(self, command: str, *tokens: armor.Token) -> Ran:
        """Run a command with everything that it needs to verify."""
        trusted: list[str | Path] = ["--pack", self.pack, "--root", PIN]
        return invoke([command, self.holding(*tokens), *trusted, *NOW])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    pack = tmp_path / "demo.lkp"
    pack.write_text(makers.file_of(ROOT, TRUST, sign(makers.catalog(), VENDOR)))
    return Files(tmp_path, pack)


def test_without_a_pack_inspect_says_unverified(files: Files) -> None:
    ran = invoke(["inspect", files.holding(sign(makers.bundle(), VENDOR))])
    assert ran.code == 0
    assert "BUNDLE  UNVERIFIED" in ran.out
    assert "Anyone could have written this" in ran.out
    assert "Nordlys Kraft AS" in ran.out


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_a_genuine_bundle_is_shown_as_verified(files: Files, command: str) -> None:
    ran = files.check(command, sign(makers.bundle(), VENDOR))
    assert (ran.code, ran.err) == (0, "")
    assert "BUNDLE  VERIFIED" in ran.out
    assert "sales-pro" in ran.out
    assert "unrestricted" in ran.out


def test_verify_shows_the_state_at_the_moment_asked_about(files: Files) -> None:
    path = files.holding(sign(makers.bundle(), VENDOR))
    trusted: list[str | Path] = ["--pack", files.pack, "--root", PIN]
    ran = invoke(["verify", path, *trusted, "--now", "2028-03-01", "--json"])
    assert ran.code == 0
    facts = json.loads(ran.out)
    assert facts["verified"] is True
    assert facts["documents"][0]["state"] == "expired"


@pytest.mark.parametrize(("status", "trusted"), [("unverified", False), ("verified", True)])
def test_json_gives_the_names_of_the_format(files: Files, status: str, *, trusted: bool) -> None:
    path = files.holding(sign(makers.bundle(), VENDOR))
    given: list[str | Path] = ["--pack", files.pack, "--root", PIN] if trusted else []
    ran = invoke(["inspect", path, *given, *NOW, "--json"])
    (document,) = json.loads(ran.out)["documents"]
    assert (document["type"], document["status"]) == ("bundle", status)
    assert document["signers"] == [VENDOR.verifying_key.key_id.hex()]
    fields = document["document"]
    assert fields["expiry"] == "2028-01-01"
    assert fields["issued"] == "2027-01-01T00:00:00Z"
    assert (fields["use"], fields["after_grace"]) == ("production", "read-only")
    assert fields["users"] == {"sales-pro": 50, "user": None}


def test_a_forged_bundle_ends_verify_with_its_reason(files: Files) -> None:
    token = sign(makers.bundle(), makers.key("thief"))
    ran = files.check("verify", token)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith(f"licensekit: {files.folder / 'file.lic'}: signed by key ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_what_cannot_even_be_shown_is_refused_for_its_signature(files: Files, command: str) -> None:
    genuine = sign(makers.bundle(), VENDOR)
    opened = frame.read(genuine.frame)
    altered = armor.Token(genuine.type, frame.write(frame.Frame(opened.signatures, b"\xff" + opened.payload[1:])))
    ran = files.check(command, altered)
    assert (ran.code, "signature" in ran.err, ran.out) == (4, True, "")


def test_inspect_shows_what_is_refused_and_why(files: Files) -> None:
    ran = files.check("inspect", sign(makers.bundle(), makers.key("thief")))
    assert ran.code == 4
    assert "BUNDLE  REFUSED: signed by key" in ran.out
    assert "Nordlys Kraft AS" in ran.out


def test_json_gives_the_code_of_what_is_refused(files: Files) -> None:
    path = files.holding(sign(makers.bundle(), makers.key("thief")))
    ran = invoke(["inspect", path, "--pack", files.pack, "--root", PIN, *NOW, "--json"])
    assert ran.code == 4
    assert json.loads(ran.out)["documents"][0]["error"]["code"] == "key-unknown"


def test_a_refused_trust_document_refuses_what_depends_on_it(files: Files) -> None:
    forged = makers.sealed(TRUST, makers.key("thief"))
    bundle = sign(makers.bundle(), VENDOR)
    ran = files.check("inspect", forged, bundle)
    assert ran.code == 4
    assert "TRUST  REFUSED" in ran.out
    assert "BUNDLE  VERIFIED" in ran.out


def test_every_type_of_document_is_shown(files: Files) -> None:
    newer = sign(makers.trust(makers.admitted(VENDOR), version=2), makers.key("root"))
    ran = files.check(
        "inspect",
        *(ROOT, TRUST, newer),
        sign(makers.revocations(identities=[bytes(16)]), VENDOR),
        sign(makers.catalog(), VENDOR),
        sign(makers.bundle(), VENDOR),
        sign(makers.reset(), VENDOR),
        *(sign(makers.request(), INSTALLATION), sign(makers.receipt(), INSTALLATION)),
        sign(makers.statement(), INSTALLATION),
    )
    assert (ran.code, ran.err) == (0, "")
    for title in ("ROOT  VERIFIED", "TRUST  SUPERSEDED", "TRUST  VERIFIED", "CATALOG  VERIFIED"):
        assert title in ran.out
    for title in ("REVOCATIONS  VERIFIED", "BUNDLE  VERIFIED", "RESET  VERIFIED"):
        assert title in ran.out
    assert ran.out.count("SELF-SIGNED by installation") == 3
    assert "usage sales-pro  in use 3, total 50" in ran.out
    assert "usage user       in use 7, total unrestricted" in ran.out
    assert "plan; includes user" in ran.out


def test_a_root_that_nothing_vouches_for_is_refused(files: Files) -> None:
    """Where the pin is not the first root, such a root is passed over, and still not believed."""
    pinned = sign(makers.root(makers.key("root"), version=2), makers.key("root"))
    trust = sign(makers.trust(makers.admitted(VENDOR), root_version=2), makers.key("root"))
    files.pack.write_text(makers.file_of(pinned, trust))
    stranger = files.holding(sign(makers.root(makers.key("stranger")), makers.key("stranger")))
    ran = invoke(["inspect", stranger, "--pack", files.pack, "--root", makers.pin(pinned), *NOW])
    assert ran.code == 4
    assert "ROOT  REFUSED: no trusted root vouches for this root" in ran.out


def test_everything_in_a_bundle_is_shown(files: Files) -> None:
    bundle = makers.bundle(
        replaces=["1010000022"],
        binding=Binding(bytes(32), 1, {"machine-id": bytes(16)}),
        settings={"edition": "gold"},
        borrow_hours=48,
        maintenance=20_900,
        next_check=20_850,
        extensions={"note": "for you"},
    )
    out = files.check("inspect", sign(bundle, VENDOR)).out
    assert "replaces     1010000022" in out
    assert f"bound to     installation {bytes(32).hex()} and 1 of 1 machine facts" in out
    for line in ("setting      edition = gold", "borrow       48 hours", "extension    note = for"):
        assert line in out


def test_a_perpetual_bundle_says_so(files: Files) -> None:
    bundle = makers.bundle(warning=None, expiry=None, grace=None)
    assert "expiry    perpetual" in files.check("inspect", sign(bundle, VENDOR)).out


def test_a_catalog_shows_what_its_licenses_mean(files: Files) -> None:
    panel = makers.license_entry(Kind.SYSTEM, "Sale", full_with="user", hidden=True)
    licenses = {**makers.catalog().licenses, "sale": panel}
    catalog = makers.catalog(licenses=licenses, urls={"buy": "https://example.com"}, version=2)
    out = files.check("inspect", sign(catalog, VENDOR)).out
    assert "hidden; full with user" in out
    assert "https://example.com" in out


@pytest.mark.parametrize("option", [["--pack", "demo.lkp"], ["--root", PIN]])
def test_inspect_takes_pack_and_root_together(files: Files, option: list[str]) -> None:
    ran = invoke(["inspect", files.holding(ROOT), *option])
    assert ran.code == 2
    assert "give --pack and --root together" in ran.err


def test_verify_needs_pack_and_root(files: Files) -> None:
    ran = invoke(["verify", files.holding(ROOT)])
    assert ran.code == 2
    assert "`inspect` shows a file without them" in ran.err


def test_a_file_from_standard_input_is_named_so() -> None:
    good = invoke(["inspect", "-"], stdin=makers.file_of(ROOT).encode())
    assert "ROOT  UNVERIFIED" in good.out
    bad = invoke(["inspect", "-"], stdin=b"nothing")
    assert bad.code == 3
    assert bad.err.startswith("licensekit: standard input: ")


def test_a_file_that_is_not_a_pack_is_named(files: Files) -> None:
    files.pack.write_text("nothing")
    ran = files.check("verify", sign(makers.bundle(), VENDOR))
    assert ran.code == 3
    assert ran.err.startswith(f"licensekit: {files.pack}: ")
