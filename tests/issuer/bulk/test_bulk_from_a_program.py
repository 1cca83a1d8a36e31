"""Many orders from a program: by `licensekit.issuer` alone, and in silence."""

import json
from pathlib import Path

import pytest

from licensekit.issuer import Filters, Workspace, bounded, csv_lines, draft_from, json_lines, open_key
from tests.workspaces import NOW, ORDER, PASSPHRASE


def test_a_webhook_issues_looks_up_and_verifies_without_a_word(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = {**ORDER, "order": "W-1"}
    (tmp_path / "orders.jsonl").write_text(json.dumps({**ORDER, "order": "W-2"}))
    (tmp_path / "orders.csv").write_text("order,company,server\nW-3,Oslo,x\n")
    with Workspace.open(workspace.layout.folder) as opened:
        key = open_key(opened.keys.choose("bundle", NOW), lambda: PASSPHRASE)
        file = opened.issue(draft_from(order), key, who="webhook", now=NOW)
        again = opened.issue(draft_from(order), key, who="webhook", now=NOW)
        catalog = opened.state(NOW).signed_catalog
        with (tmp_path / "orders.jsonl").open("rb") as one, (tmp_path / "orders.csv").open("rb") as other:
            lines = [*json_lines(bounded(one), "a"), *csv_lines(bounded(other), "b", catalog)]
        done = list(opened.issue_bulk(lines, key, who="webhook", now=NOW))
        found = [one.order_number for one in opened.ledger.bundles(Filters(state="active"), now=NOW)]
        assert opened.ledger.verify().number == 6
    assert again.data == file.data
    assert {one.file.name for one in done if one.file is not None} == {
        "acme-1010000022-base-1.lic",
        "acme-1010000030-base-1.lic",
    }
    assert sorted(map(str, found)) == ["W-1", "W-2", "W-3"]
    assert capsys.readouterr() == ("", "")
