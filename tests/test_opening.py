"""Opening: a license in a variable, in a file that is followed, in a home; and what goes wrong with each."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest

from licensekit import Licensing
from licensekit.database import shown
from licensekit.errors import DatabaseBusy, HomeInvalid, LicenseMisplaced
from licensekit.installation import Installation, supplied_license
from licensekit.product import Product
from licensekit.state.home import Source
from licensekit.trust.sign import sign
from licensekit.wire.documents import Binding
from tests import homes, makers, today
from tests.crm import SOLD, crm_catalog
from tests.runtime.conftest import comes

PRODUCT: Final[Product[Licensing]] = Product("demo-crm", root=homes.PIN, pack=today.pack(crm_catalog()))
TEXT: Final = "DEMO_CRM_LICENSE"
FILE: Final = "DEMO_CRM_LICENSE_FILE"
HOME: Final = "DEMO_CRM_LICENSE_HOME"
OPENING: Final = {TEXT, FILE, HOME, "LICENSEKIT_HOME"}

Opens = Callable[..., Licensing]


def lic(sequence: int = 1, **changes: Any) -> str:
    """Return a license file of today with everything sold, or what `changes` say."""
    return today.file(today.bundle(sequence, **{**SOLD, **changes}))


def codes(licensing: Licensing) -> list[str]:
    """Return the codes of the notices."""
    return [notice.code for notice in licensing.notices]


def reason(licensing: Licensing) -> str:
    """Return the message of the first notice, which is that the license was not taken, and what to do."""
    first = licensing.notices[0]
    assert first.code == "license-not-taken"
    return f"{first.message}; {first.hint}"


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Opens]:
    """Open the product in an environment of these variables alone, in an empty folder of the account."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "account"))
    with ExitStack() as stack:

        def open_in(home: Path | None = None, /, **variables: object) -> Licensing:
            for name in OPENING:
                monkeypatch.delenv(name, raising=False)
            for name, value in variables.items():
                monkeypatch.setenv(name, str(value))
            return stack.enter_context(PRODUCT.open(home))

        yield open_in


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    """A license file that is mounted as clusters do it: a link into a folder that is itself a link."""
    swap(tmp_path / "mount", lic())
    (tmp_path / "mount" / "acme.lic").symlink_to("..data/acme.lic")
    return tmp_path / "mount" / "acme.lic"


def swap(folder: Path, content: str) -> None:
    """Mount another content: the link `..data` is replaced whole."""
    version = folder / f"..{time.monotonic_ns()}"
    version.mkdir(parents=True)
    (version / "acme.lic").write_text(content)
    (folder / "..next").symlink_to(version.name)
    (folder / "..next").rename(folder / "..data")


SOURCES: Final[list[tuple[dict[str, str], Source]]] = [
    ({TEXT: lic()}, Source("", TEXT)),
    ({FILE: "acme.lic"}, Source("", FILE, "{here}/acme.lic")),
    ({HOME: "own"}, Source("{here}/own")),
    ({TEXT: lic(), HOME: "own"}, Source("{here}/own", TEXT)),
    ({FILE: "acme.lic", HOME: "own"}, Source("{here}/own", FILE, "{here}/acme.lic")),
    ({"LICENSEKIT_HOME": "all"}, Source("{here}/all")),
    ({HOME: "own", "LICENSEKIT_HOME": "all"}, Source("{here}/own")),
    ({TEXT: lic(), "LICENSEKIT_HOME": "all"}, Source("", TEXT)),
    ({TEXT: "", FILE: " \n", HOME: ""}, Source("{here}/account/licensekit/demo-crm")),
    ({TEXT: "", FILE: "acme.lic\n"}, Source("", FILE, "{here}/acme.lic")),
    ({}, Source("{here}/account/licensekit/demo-crm")),
]


@pytest.mark.parametrize(("variables", "source"), SOURCES, ids=["+".join(given) for given, _ in SOURCES])
def test_the_environment_says_where_the_license_comes_from(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], source: Source
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.lic").write_text(lic())
    licensing = opens(**variables)
    assert licensing.source == Source(*(one.format(here=tmp_path) for one in source))
    assert licensing.allows("server") is bool(licensing.source.variable)
    assert str(licensing.source) in repr(licensing)
    assert lic()[:20] not in repr(licensing)


def test_a_server_is_shown_without_its_password() -> None:
    assert shown("postgresql://me:secret@db.example.com/crm") == "postgresql://me:***@db.example.com/crm"


def test_what_is_given_goes_before_the_environment(opens: Opens, tmp_path: Path) -> None:
    assert opens(tmp_path / "given", **{HOME: tmp_path / "own"}).source == Source(str(tmp_path / "given"))
    licensing = opens(tmp_path / "given", **{TEXT: lic(), HOME: tmp_path / "own"})
    assert str(licensing.source) == f"{TEXT}, {tmp_path}/given"


def test_a_text_and_a_file_together_are_an_error_that_names_both(opens: Opens, mount: Path) -> None:
    with pytest.raises(LicenseMisplaced, match=f"{TEXT} and {FILE} are both set"):
        opens(**{TEXT: lic(), FILE: mount})


def test_a_text_where_a_path_belongs_is_an_error_that_does_not_show_it(opens: Opens) -> None:
    with pytest.raises(LicenseMisplaced, match=f"set {TEXT} instead") as refused:
        opens(**{FILE: lic()})
    assert "lk1-" not in str(refused.value)


def test_the_folder_of_an_account_may_be_written_with_a_tilde(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "acme.lic").write_text(lic())
    assert opens(**{FILE: "~/acme.lic"}).allows("server")


def test_a_pack_in_place_of_a_license_is_reported_as_such(opens: Opens) -> None:
    said = reason(opens(**{TEXT: today.pack(crm_catalog())}))
    assert said.endswith("contains no bundle; it is part of a pack, which --pack takes")


def test_a_home_that_cannot_be_used_is_not_blamed_on_the_file(
    opens: Opens, mount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusy(reason="process")

    with monkeypatch.context() as patch:
        patch.setattr(Installation, "propose_activate", busy)
        licensing = opens(**{FILE: mount, HOME: tmp_path / "own"})
        assert f"its home {tmp_path}/own cannot be used: another process" in reason(licensing)
    licensing.refresh()
    assert licensing.allows("server")


def test_a_license_in_a_variable_leaves_nothing_behind(opens: Opens, tmp_path: Path) -> None:
    licensing = opens(**{TEXT: lic().replace("\n", "  ")})
    assert licensing.allows("server")
    assert codes(licensing) == ["kept-in-memory"]
    assert HOME in licensing.notices[0].hint
    with licensing.seat("seat", holder="anna"):
        assert licensing.count("seat").in_use == 1
    licensing.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.attack("state-kept-in-memory")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/run/acme.lic", f"or set {FILE} to the path of one"),
        (lic()[:-40], "the value of DEMO_CRM_LICENSE is not a license: "),
        (lic(product="other"), "the license in DEMO_CRM_LICENSE was not accepted: "),
        (today.file(today.signed(today.bundle(), by=makers.key("partner"))), "was not accepted"),
        (lic(binding=Binding(bytes(32), 0, {})), f"set {HOME} to a folder that stays"),
    ],
    ids=["a path", "cut", "another product", "another issuer", "bound"],
)
def test_a_license_that_cannot_be_used_denies_and_says_why(opens: Opens, text: str, why: str) -> None:
    licensing = opens(**{TEXT: text})
    assert not licensing.allows("server")
    assert why in reason(licensing)
    assert codes(licensing) == ["license-not-taken", "not-activated", "kept-in-memory"]
    licensing.refresh()
    assert codes(licensing) == ["license-not-taken", "not-activated", "kept-in-memory"]


@pytest.mark.attack("lock-out-of-a-paying-customer")
def test_a_license_that_has_expired_keeps_nobody_from_starting(opens: Opens) -> None:
    day = today.DAY
    licensing = opens(**{TEXT: lic(starts=day - 9, warning=day - 5, expiry=day - 3, grace=day - 2)})
    assert not licensing.allows("server")
    assert codes(licensing) == ["expired", "kept-in-memory"]


def test_a_mount_that_is_swapped_is_followed_by_itself(opens: Opens, mount: Path) -> None:
    licensing = opens(**{FILE: mount})
    assert not licensing.allows("expander")
    swap(mount.parent, lic(2, system={"server": 1, "area": 1, "expander": 1}))
    assert comes(lambda: licensing.allows("expander"))


def test_each_way_to_replace_a_file_is_noticed(opens: Opens, tmp_path: Path) -> None:
    path = tmp_path / "acme.lic"
    path.write_text(lic(1))
    licensing = opens(**{FILE: path})

    def taken(users: int) -> bool:
        licensing.refresh()
        return licensing.count("sales").total == users and codes(licensing) == ["kept-in-memory"]

    def sold(sequence: int) -> str:
        return lic(sequence, users={**SOLD["users"], "sales": 10 * sequence})

    path.write_text(sold(2))
    assert taken(20)
    (tmp_path / "next").write_text(sold(3))
    (tmp_path / "next").rename(path)
    assert taken(30)
    before = path.stat()
    path.write_text(sold(4))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert taken(40)
    path.unlink()
    path.write_text(sold(5))
    assert taken(50)


def test_what_is_known_is_not_looked_into_again(opens: Opens, mount: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program looks each second, for as long as it runs."""
    licensing = opens(**{FILE: mount})
    with monkeypatch.context() as patch:
        patch.setattr(supplied_license, "read_bytes", None)
        licensing.refresh()
    swap(mount.parent, lic(product="other"))
    licensing.refresh()
    first = licensing.notices[0]
    with monkeypatch.context() as patch:
        patch.setattr(Installation, "activate", None)
        licensing.refresh()
    assert first.code == "license-not-taken"
    assert licensing.notices[0] == first


@pytest.mark.parametrize("cut", [0, 1, 50, -60, -1])
def test_a_file_that_is_half_written_changes_nothing_until_it_is_whole(opens: Opens, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "acme.lic"
    path.write_text(lic())
    licensing = opens(**{FILE: path})
    whole = lic(2, system={"server": 1, "expander": 1}).strip()
    path.write_text(whole[:cut])
    for _ in range(2):
        licensing.refresh()
        assert licensing.allows("server")
        assert str(path) in reason(licensing)
    path.write_text(whole)
    licensing.refresh()
    assert licensing.allows("expander")
    assert codes(licensing) == ["kept-in-memory"]


def test_what_is_missing_older_or_bad_keeps_what_was_active(opens: Opens, mount: Path) -> None:
    swap(mount.parent, lic(2))
    licensing = opens(**{FILE: mount})
    good = (mount.parent / "..data").readlink()
    for content, why in [(lic(1), "sequence"), ("nonsense", "lk1-"), (lic(3, product="other"), "other")]:
        swap(mount.parent, content)
        licensing.refresh()
        assert why in reason(licensing)
        assert licensing.allows("server")
    (mount.parent / "..data").unlink()
    licensing.refresh()
    assert "leads nowhere" in reason(licensing) or "there is no such file" in reason(licensing)
    assert licensing.allows("server")
    (mount.parent / "..data").symlink_to(good)
    licensing.refresh()
    assert codes(licensing) == ["kept-in-memory"]


def test_a_file_that_is_not_there_yet_is_taken_when_it_comes(opens: Opens, tmp_path: Path) -> None:
    licensing = opens(**{FILE: tmp_path / "late" / "acme.lic"})
    assert "there is no such file" in reason(licensing)
    assert not licensing.allows("server")
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "acme.lic").write_text(lic())
    licensing.refresh()
    assert licensing.allows("server")


def test_a_file_that_may_not_be_read_is_a_notice(
    opens: Opens, tmp_path: Path, unprivileged: Callable[[], None]
) -> None:
    path = tmp_path / "acme.lic"
    path.write_text(lic())
    path.chmod(0o000)
    unprivileged()
    licensing = opens(**{FILE: path})
    assert "ask its owner for the permission" in reason(licensing)
    path.chmod(0o400)
    licensing.refresh()
    assert licensing.allows("server")


def test_a_path_that_names_a_folder_is_a_notice(opens: Opens, tmp_path: Path) -> None:
    assert "this is a folder" in reason(opens(**{FILE: tmp_path}))


def test_trouble_of_the_machine_is_tried_again(opens: Opens, mount: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusy(reason="process")

    with monkeypatch.context() as patch:
        patch.setattr(Installation, "activate", busy)
        licensing = opens(**{FILE: mount})
        licensing.refresh()
        assert "another process has locked it" in reason(licensing)
    licensing.refresh()
    assert licensing.allows("server")


def test_a_home_keeps_what_the_license_is_activated_in(
    opens: Opens, mount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {FILE: mount, HOME: tmp_path / "home"}
    assert codes(opens(**given)) == []
    with admin(tmp_path) as installation:
        installation.users.add("anna")
        installation.users.assign("anna", "sales")
        entries = list(installation.audit.entries())
    monkeypatch.setattr(Installation, "activate", None)  # it does not even wait to write
    again = opens(**given)
    assert again.user("anna").allows("sale")
    with admin(tmp_path) as installation:
        assert list(installation.audit.entries()) == entries
    assert [entry.facts["by"] for entry in entries if entry.facts["did"] == "activate"] == [FILE]


def admin(tmp_path: Path) -> Installation:
    """Open the home of these tests as its administrator."""
    return Installation.open(tmp_path / "home", root=homes.PIN, pack=PRODUCT.pack)


def test_what_would_take_from_somebody_waits_until_it_does_not(opens: Opens, mount: Path, tmp_path: Path) -> None:
    licensing = opens(**{FILE: mount, HOME: tmp_path / "home"})
    with admin(tmp_path) as installation:
        for user in ("anna", "bob"):
            installation.users.add(user)
            installation.users.assign(user, "sales")
        swap(mount.parent, lic(2, users={"sales": 1, "user": None}))
        licensing.refresh()
        assert "sales" in reason(licensing)
        assert licensing.user("anna").allows("sale")
        assert licensing.user("bob").allows("sale")
        installation.users.release("bob", "sales")
    licensing.refresh()
    assert codes(licensing) == ["used-up"]
    assert licensing.count("sales").total == 1


def test_a_home_that_may_only_be_read_is_enough_for_what_is_active(
    opens: Opens, mount: Path, tmp_path: Path, unprivileged: Callable[[], None]
) -> None:
    given = {FILE: mount, HOME: tmp_path / "home"}
    opens(**given).close()
    unprivileged()
    for path in (tmp_path / "home").iterdir():
        path.chmod(0o400)
    (tmp_path / "home").chmod(0o500)
    licensing = opens(**given)
    assert licensing.allows("server")
    assert codes(licensing) == ["read-only"]
    swap(mount.parent, lic(2))
    licensing.refresh()
    assert "is not writable" in reason(licensing)
    assert licensing.allows("server")


def test_a_home_of_another_vendor_is_refused_and_each_has_a_variable_of_its_own(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = makers.key("root")
    root = sign(makers.root(key, product="other"), key)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor")), product="other"), key)
    pack = makers.file_of(root, trust, homes.signed(makers.catalog(product="other")))
    other: Product[Licensing] = Product("other", root=makers.pin(root), pack=pack)
    monkeypatch.setenv("OTHER_LICENSE_HOME", str(tmp_path / "other"))
    ours = opens(**{TEXT: lic(), HOME: tmp_path / "home", "LICENSEKIT_HOME": tmp_path / "home"})
    with other.open() as theirs:
        assert (ours.source.home, theirs.source.home) == (str(tmp_path / "home"), str(tmp_path / "other"))
        assert codes(theirs) == ["not-activated"]
    with pytest.raises(HomeInvalid):
        other.open(tmp_path / "home")


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_follows_the_mount_by_itself(opens: Opens, mount: Path) -> None:
    licensing = opens(**{FILE: mount})

    def child() -> None:
        assert licensing.allows("server")
        assert comes(lambda: licensing.allows("expander"))

    process = get_context("fork").Process(target=child)
    process.start()
    swap(mount.parent, lic(2, system={"server": 1, "expander": 1}))
    process.join(60)
    assert process.exitcode == 0
    assert comes(lambda: licensing.allows("expander"))
