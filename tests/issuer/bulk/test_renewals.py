"""Many renewals: what is listed, what it becomes, and the list edited in a spreadsheet and taken back, all or none."""

import csv
import io
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.dates import day_at, format_days
from licensekit.errors import LicenseError, NotCurrent, NotIssued, OrderConflict, OrderInvalid, OrdersRefused
from licensekit.issuer.bulk import runs
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.renewals import RENEWAL_FIELDS, Renewal, renewal_lines
from licensekit.issuer.bulk.runs import Done, faults_of
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.workspace import Workspace
from licensekit.text.rows import written_row
from tests.workspaces import DAY, NOW, WHO, issue, refused, signer, take_back

TODAY = day_at(NOW)
LATER = NOW + DAY
Row = dict[str, str]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few renewals fill several batches and transactions."""
    monkeypatch.setattr(runs, "BATCH", 3)
    monkeypatch.setattr(runs, "TRANSACTION", 6)


def day(number: int) -> str:
    """Return the date this many days after today."""
    return format_days(TODAY + number)


def sell(workspace: Workspace, serial: str, *, now: int = NOW, **order: Any) -> None:
    """Sell something of a serial: by default a part that ends in 30 days."""
    told: dict[str, Any] = {"days": None, "company": f"Company {serial}", **order}
    if not {"expiry", "maintenance"} & told.keys():
        told["expiry"] = day(30)
    issue(workspace.overriding("expired"), now=now, serial=serial, **told)


def listed(workspace: Workspace, *, within: int = 90, days: int = 365, now: int = NOW, **more: Any) -> list[Renewal]:
    """Return what ends within some days, renewed."""
    return list(workspace.propose_renewals(Filters(expiring_within=within, **more), days=days, now=now))


def table(found: Iterable[Renewal]) -> str:
    """Return the list as the command prints it."""
    return "".join(map(written_row, [RENEWAL_FIELDS, *(one.plain().values() for one in found)]))


def rows(workspace: Workspace) -> list[Row]:
    """Return the rows of the list, as a spreadsheet has them."""
    return list(csv.DictReader(io.StringIO(table(listed(workspace)))))


def written(edited: list[Row], delimiter: str = ",") -> bytes:
    """Return rows as a spreadsheet writes them."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(dict.fromkeys(key for row in edited for key in row)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(edited)
    return buffer.getvalue().encode()


def lines(workspace: Workspace, data: bytes) -> list[OrderLine]:
    """Return the renewals of a table."""
    return list(renewal_lines([data], "list.csv", workspace.state(NOW).signed_catalog))


def sign(workspace: Workspace, found: Iterable[OrderLine], *, now: int = NOW, **how: Any) -> list[Done]:
    """Sign renewals, and return what came of each."""
    return list(workspace.issue_bulk(found, signer(workspace, now=now), who=WHO, now=now, **how))


def take(workspace: Workspace, edited: list[Row], **how: Any) -> list[Done]:
    """Take a list back."""
    return sign(workspace, lines(workspace, written(edited)), **how)


def in_force(workspace: Workspace, serial: str, part: str = "base") -> Any:
    """Return the bundle of a part that is in force."""
    found = workspace.ledger.bundles(Filters(serial=serial, state="active"), now=NOW)
    return next(one.bundle for one in found if one.bundle.part == part)


def tokens(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Return the entries of the ledger, without their hashes and times."""
    return [(one.token, one.order_number, one.order, one.note) for one in workspace.ledger.entries()]


CASES: dict[str, tuple[dict[str, Any], tuple[Any, ...] | None]] = {
    "a term": ({"expiry": day(30)}, ("term", day(30), day(395), None)),
    "on its last day": ({"expiry": day(0)}, ("term", day(0), day(365), None)),
    "on the last day asked for": ({"expiry": day(90)}, ("term", day(90), day(455), None)),
    "the day after": ({"expiry": day(91)}, None),
    "a term with its maintenance": ({"expiry": day(30), "maintenance": day(30)}, ("term", day(30), day(395), day(395))),
    "maintenance that lasts longer": (
        {"expiry": day(30), "maintenance": day(200)},
        ("term", day(30), day(395), day(565)),
    ),
    "maintenance that has lapsed is not sold again": (
        {"expiry": day(30), "maintenance": day(-1)},
        ("term", day(30), day(395), None),
    ),
    "maintenance of a perpetual license": ({"maintenance": day(30)}, ("maintenance", day(30), None, day(395))),
    "maintenance within a longer term": (
        {"expiry": day(700), "maintenance": day(30)},
        ("maintenance", day(30), None, day(395)),
    ),
    "maintenance that ends later": ({"maintenance": day(91)}, None),
    "maintenance that has passed": ({"maintenance": day(-1)}, None),
    "maintenance beside a term that has passed": ({"expiry": day(-1), "maintenance": day(30)}, None),
    "a trial": ({"expiry": day(30), "use": "trial"}, None),
    "a demo": ({"expiry": day(30), "use": "demo"}, None),
}


@pytest.mark.parametrize(("order", "wanted"), CASES.values(), ids=list(CASES))
def test_what_ends_is_listed_with_what_it_becomes(
    workspace: Workspace, order: dict[str, Any], wanted: tuple[Any, ...] | None
) -> None:
    sell(workspace, "S1", **order)
    found = [(one.ends, *(one.plain()[key] for key in ("until", "expiry", "maintenance"))) for one in listed(workspace)]
    assert found == ([] if wanted is None else [wanted])


@pytest.mark.parametrize(("order", "wanted"), CASES.values(), ids=list(CASES))
def test_what_is_listed_is_what_is_signed(
    workspace: Workspace, order: dict[str, Any], wanted: tuple[Any, ...] | None
) -> None:
    sell(workspace, "S1", grace_days=14, **order) if "expiry" in order else sell(workspace, "S1", **order)
    before = in_force(workspace, "S1")
    sign(workspace, [one.line for one in listed(workspace)])
    after = in_force(workspace, "S1")
    if wanted is None:
        assert after == before
        return
    _, _, expiry, maintenance = wanted
    dates = {"expiry": before.expiry, "maintenance": before.maintenance}
    given = {"expiry": expiry, "maintenance": maintenance}
    for key, present in dates.items():
        now = getattr(after, key)
        assert (None if now is None else format_days(now)) == (
            given[key] or (None if present is None else format_days(present))
        )
    if after.grace is not None:
        assert after.grace - after.expiry == 14
    assert listed(workspace) == []


def test_a_single_renewal_by_days_moves_the_same_dates(workspace: Workspace) -> None:
    for number, (order, wanted) in enumerate(CASES.values()):
        if wanted is not None and wanted[0] == "term":
            sell(workspace, f"S{number}", **order)
            shown = workspace.propose_change(renewal(f"S{number}", days=365), now=NOW).bundle
            assert (format_days(shown.expiry or 0), shown.maintenance and format_days(shown.maintenance)) == (
                wanted[2],
                wanted[3] or order.get("maintenance"),
            )


def test_what_was_taken_back_or_replaced_is_not_listed(workspace: Workspace) -> None:
    for serial in ("S1", "S2", "S3", "S4"):
        sell(workspace, serial, maintenance=day(20), expiry=day(30))
    take_back(workspace, signer(workspace, "revocations"), confirm=True, serials=["S1"])
    sell(workspace, "S2", expiry=day(400))
    sell(workspace, "S5", replaces=["S3"], company="Company S3", expiry=day(400))
    assert [one.bundle.serial for one in listed(workspace)] == ["S4"]


def test_a_gap_before_what_starts_later_is_not_a_renewal(workspace: Workspace) -> None:
    """`ledger list --expiring-within` names it; a renewal of what starts later would not close it."""
    sell(workspace, "S1")
    sell(workspace, "S1", starts=day(60), expiry=day(400))
    assert listed(workspace) == []


def test_what_ends_first_comes_first_and_filters_limit_it(workspace: Workspace) -> None:
    for number, ends in enumerate((50, 20, 40, 30)):
        sell(workspace, f"S{number}", company=f"Firm {number % 2}", expiry=day(ends))
    sell(workspace, "S3", part="more", company="Firm 1", expiry=day(35))
    named = [(one.bundle.serial, one.bundle.part) for one in listed(workspace)]
    assert named == [("S1", "base"), ("S3", "base"), ("S3", "more"), ("S2", "base"), ("S0", "base")]
    assert [one.bundle.serial for one in listed(workspace, customer="Firm 1")] == ["S1", "S3", "S3"]
    assert [one.bundle.serial for one in listed(workspace, company="firm 0")] == ["S2", "S0"]
    assert [one.bundle.serial for one in listed(workspace, within=30)] == ["S1", "S3"]
    with pytest.raises(NotIssued):
        listed(workspace, customer="Nobody")


def sold_some(workspace: Workspace, count: int = 8) -> None:
    for number in range(count):
        sell(workspace, f"S{number}", expiry=day(30 + number), grace_days=14, users={"standard": 25})


def test_a_list_that_is_edited_says_what_is_signed(workspace: Workspace) -> None:
    sold_some(workspace, 4)
    first, second, third, _ = rows(workspace)
    second |= {"expiry": day(1000), "order": "PO-7"}
    third |= {"expiry": "", "days": "10"}
    first |= {"users.standard": "30", "settings.tier": "", "server": "", "maintenance": day(500)}
    done = take(workspace, [first, second, third])
    bundles = [in_force(workspace, f"S{number}") for number in range(4)]
    assert [one.sequence for one in bundles] == [2, 2, 2, 1]
    assert [one.expiry - TODAY for one in bundles] == [395, 1000, 42, 33]
    assert [one.users["standard"] for one in bundles] == [30, 25, 25, 25]
    assert bundles[0].maintenance == TODAY + 500
    assert [one.order for one in done if one.file is not None] == ["R-S0-base-1", "PO-7", "R-S2-base-1"]


def test_empty_cells_keep_what_is_and_a_row_that_changes_nothing_signs_nothing(workspace: Workspace) -> None:
    sold_some(workspace, 2)
    before = workspace.ledger.count_entries()
    edited = [{**row, "expiry": "", "maintenance": ""} for row in rows(workspace)]
    done = take(workspace, edited)
    assert [one.file.is_repeated for one in done if one.file is not None] == [True, True]
    assert workspace.ledger.count_entries() == before


SPREADSHEETS: dict[str, Callable[[list[Row]], bytes]] = {
    "as printed": written,
    "semicolons and a byte order mark": lambda edited: b"\xef\xbb\xbf" + written(edited, ";"),
    "UTF-16 with tabs": lambda edited: written(edited, "\t").decode().encode("utf-16"),
    "dates of Germany and Norway": lambda edited: written([dotted(row, "02") for row in edited], ";"),
    "days without a zero": lambda edited: written([dotted(row, "") for row in edited], ";"),
    "other order and case of columns": lambda edited: written(
        [{key.upper(): row[key] for key in reversed(row)} for row in edited]
    ),
    "no columns but those that are needed": lambda edited: written(
        [{key: row[key] for key in ("serial", "sequence", "expiry", "company")} for row in edited]
    ),
}


def dotted(row: Row, form: str) -> Row:
    """Return a row with its dates as a spreadsheet writes them, `form` that of a day and a month."""
    dates = {key: map(int, row[key].split("-")) for key in ("until", "expiry", "maintenance") if row[key]}
    return {**row, **{key: f"{d:{form}}.{m:{form}}.{y}" for key, (y, m, d) in dates.items()}}


@pytest.mark.parametrize("spreadsheet", SPREADSHEETS.values(), ids=list(SPREADSHEETS))
def test_a_list_is_read_as_spreadsheets_write_it(
    workspace: Workspace, spreadsheet: Callable[[list[Row]], bytes]
) -> None:
    sold_some(workspace, 3)
    found, printed = lines(workspace, spreadsheet(rows(workspace))), lines(workspace, written(rows(workspace)))
    assert [one.change for one in found] == [one.change for one in printed]
    sign(workspace, found)
    assert [in_force(workspace, f"S{number}").expiry - TODAY for number in range(3)] == [395, 396, 397]


BAD: dict[str, tuple[Row, str, type[LicenseError]]] = {
    "an end before the present one": ({"expiry": day(10)}, "before the present one", OrderInvalid),
    "maintenance before the present one": ({"maintenance": day(10)}, "before the present one", OrderInvalid),
    "a date of America": ({"expiry": "12/31/2027"}, "expiry: ", OrderInvalid),
    "no date": ({"expiry": "soon"}, "expiry: ", OrderInvalid),
    "a date and days": ({"days": "30"}, "not both", OrderInvalid),
    "no serial": ({"serial": ""}, "serial: is missing", OrderInvalid),
    "no sequence": ({"sequence": ""}, "sequence: is missing", OrderInvalid),
    "a sequence that is no number": ({"sequence": "one"}, "sequence: ", OrderInvalid),
    "a serial that is not there": ({"serial": "S99"}, "nothing was issued for serial S99", NotIssued),
    "a part that is not there": ({"part": "more"}, "has no part `more`", NotIssued),
    "another sequence": ({"sequence": "2"}, "is in force now", NotCurrent),
    "another company": ({"company": "Somebody"}, "Company S4", OrderInvalid),
    "nothing of a license": ({"users.standard": "0"}, "users.standard: ", OrderInvalid),
    "the number of another order": ({"order": "R-S3-base-1"}, "there is already another order", OrderConflict),
    "another serial in its place": ({"replaces": "S1"}, "another serial needs another order", OrderInvalid),
    "what an answer decides": ({"installations": "3"}, "answer the request with another order", OrderInvalid),
}


@pytest.mark.parametrize(("edit", "said", "kind"), BAD.values(), ids=list(BAD))
def test_one_bad_row_keeps_all_from_being_signed_or_only_itself(
    workspace: Workspace, tmp_path: Path, edit: Row, said: str, kind: type[LicenseError]
) -> None:
    sold_some(workspace)
    if "maintenance" in edit:
        sell(workspace, "S4", maintenance=day(60), expiry=day(34))
    edited = sorted(rows(workspace), key=lambda row: row["serial"])
    edited[4] |= edit
    edited = [{**dict.fromkeys(edited[4], ""), **row} for row in edited]
    out = tmp_path / "out"
    out.mkdir()
    before = tokens(workspace)
    error = refused(OrdersRefused, workspace.layout.folder, lambda: take(workspace, edited, into=out))
    assert (error.count, [one.where.partition(":")[0] for one in error.faults]) == (1, ["list.csv"])
    assert error.faults[0].where.startswith("list.csv:6")
    assert said in str(error.faults[0])
    assert tokens(workspace) == before
    assert list(out.iterdir()) == []

    done = take(workspace, edited, into=out, keep_going=True)
    [bad] = [one for one in done if one.error is not None]
    assert isinstance(bad.error, kind)
    assert said in str(faults_of(bad.where, bad.error)[0])
    assert len(list(out.iterdir())) == 7
    assert len(tokens(workspace)) == len(before) + 7
    assert (in_force(workspace, "S4").sequence, in_force(workspace, "S5").sequence) == (1 + ("maintenance" in edit), 2)


def test_an_invalid_heading_refuses_the_whole_table(workspace: Workspace) -> None:
    sold_some(workspace, 2)
    edited = [{**row, "expirey": ""} for row in rows(workspace)]
    error = refused(OrdersRefused, workspace.layout.folder, lambda: take(workspace, edited))
    assert "expiry" in str(error.faults[0])


def test_what_was_renewed_meanwhile_is_refused_by_its_row(workspace: Workspace) -> None:
    sold_some(workspace, 4)
    edited = rows(workspace)
    sign(workspace, [one.line for one in listed(workspace, within=31)])  # under the same numbers: nothing is refused
    workspace.change(renewal("S3", days=7), signer(workspace), who=WHO, now=NOW, confirm=True)
    error = refused(OrdersRefused, workspace.layout.folder, lambda: take(workspace, edited))
    assert [str(one) for one in error.faults] == [
        "list.csv:5: S3 base 2 is in force now, not the bundle that was to be renewed; list the renewals again"
    ]


def test_taken_back_again_it_writes_the_same_files_and_signs_nothing(workspace: Workspace, tmp_path: Path) -> None:
    sold_some(workspace)
    edited = rows(workspace)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    take(workspace, edited, into=tmp_path / "one")
    before = tokens(workspace)
    done = take(workspace, edited, into=tmp_path / "two", now=LATER)
    assert all(one.file.is_repeated for one in done if one.file is not None)
    assert tokens(workspace) == before
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert first == second
    assert len(first) == 8


def test_the_same_row_twice_is_signed_once(workspace: Workspace) -> None:
    sold_some(workspace, 3)
    edited = rows(workspace)
    take(workspace, [*edited, edited[0]])
    assert in_force(workspace, "S0").sequence == 2


def test_one_bundle_under_two_numbers_is_refused(workspace: Workspace) -> None:
    sold_some(workspace, 3)
    edited = rows(workspace)
    error = refused(
        OrdersRefused,
        workspace.layout.folder,
        lambda: take(workspace, [*edited, {**edited[0], "order": "other", "expiry": day(999)}]),
    )
    assert "S0 base 2 is in force now" in str(error.faults[0])


def test_a_renewal_that_was_a_slip_is_made_void_and_done_again(workspace: Workspace) -> None:
    sold_some(workspace, 2)
    edited = rows(workspace)
    take(workspace, edited)
    slip = workspace.ledger.bundle("S0-base-2").identity
    workspace.propose_void(now=NOW, identities=[slip]).sign(signer(workspace, "revocations"), who=WHO, confirm=True)
    assert [one.bundle.serial for one in listed(workspace)] == ["S0"]
    done = take(workspace, [{**edited[0], "expiry": day(500)}])
    assert [one.file.is_repeated for one in done if one.file is not None] == [False]
    assert in_force(workspace, "S0").expiry == TODAY + 500


def test_parts_of_a_serial_are_renewed_together_and_share_its_pickup(updating: Workspace) -> None:
    for part in ("base", "more", "extra"):
        sell(updating, "S1", part=part)
    sign(updating, [one.line for one in listed(updating)])
    found = list(updating.ledger.bundles(Filters(serial="S1", state="active"), now=NOW))
    assert sorted((one.bundle.part, one.bundle.sequence) for one in found) == [("base", 2), ("extra", 2), ("more", 2)]
    assert len({one.pickup for one in found}) == 1


def test_the_ledger_says_who_renewed_what(workspace: Workspace) -> None:
    sell(workspace, "S1")
    sign(workspace, [one.line for one in listed(workspace)])
    *_, last = workspace.ledger.entries()
    assert (last.action, last.who, last.order_number) == ("renew", WHO, "R-S1-base-1")
    workspace.ledger.verify()


DATES = st.one_of(st.none(), st.integers(-20, 130))
SOLD = st.lists(st.tuples(DATES, DATES, st.sampled_from(["base", "more"])), min_size=1, max_size=6)


@settings(max_examples=25)
@given(sold=SOLD, asked=st.tuples(st.integers(0, 120), st.integers(1, 800), st.sampled_from(",;\t")))
def test_the_unedited_list_taken_back_is_the_direct_renewal(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_template: Path,
    sold: list[tuple[int | None, int | None, str]],
    asked: tuple[int, int, str],
) -> None:
    """Both ledgers hold the same signed bytes, and what was listed is what a plain model says."""
    within, days, delimiter = asked
    place = tmp_path_factory.mktemp("law")
    shutil.copytree(workspace_template, place / "one")
    with Workspace.open(place / "one") as one:
        for number, (expiry, maintenance, part) in enumerate(sold):
            dates: dict[str, Any] = {"expiry": expiry, "maintenance": maintenance}
            dates = {key: day(n) for key, n in dates.items() if n is not None}
            issue(one.overriding("expired"), days=None, serial=f"S{number}", part=part, **dates)
        found = listed(one, within=within, days=days)
    shutil.copytree(place / "one", place / "two")
    wanted = {
        f"S{number}": min(inside)
        for number, (expiry, maintenance, _) in enumerate(sold)
        if (inside := [n for n in (expiry, maintenance) if n is not None and 0 <= n <= within])
        and (expiry is None or expiry >= 0)
    }
    assert {one.bundle.serial for one in found} == wanted.keys()
    assert [wanted[one.bundle.serial] for one in found] == sorted(wanted.values())
    with Workspace.open(place / "one") as one, Workspace.open(place / "two") as two:
        sign(one, (renewed.line for renewed in found))
        text = table(listed(two, within=within, days=days)).replace(",", delimiter)
        sign(two, lines(two, text.encode()))
        assert tokens(one) == tokens(two)
