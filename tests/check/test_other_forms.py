"""The result as JSON lines, CSV and a table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from streams.check.report.lines import COLUMNS, write_csv, write_jsonl
from streams.check.report.table import print_table
from streams.check.result import Result
from streams.core.assumptions import Assumption
from streams.core.texts.assumed import ASSUMED
from streams.terminal.console import screen
from tests.check.events import lines, share
from tests.check.report_page import result_of


def test_json_lines_hold_everything_and_a_summary(result: Result) -> None:
    file = io.BytesIO()
    write_jsonl(result, file)
    records = [json.loads(line) for line in file.getvalue().splitlines()]
    kinds = [record["kind"] for record in records]
    assert kinds.count("finding") == len(result.findings)
    assert kinds.count("duty") == len(result.duties)
    assert kinds.count("rejected") == 2
    summary = records[-1]
    assert summary["kind"] == "summary"
    assert summary["read"] == 8 == summary["judged"] + summary["duplicates"] + summary["rejected"]
    assert summary["clock"] == "2026-11-20T00:00:00.000Z"
    for one in summary["assumptions"]:
        assert one["meaning_en"] == ASSUMED[one["field"]].en
        assert one["meaning_nl"] == ASSUMED[one["field"]].nl
    assert "under_guardianship" in {one["field"] for one in summary["assumptions"]}


def test_csv_has_a_row_each_and_begins_no_formula(tmp_path: Path) -> None:
    result = result_of(lines(share("=cmd|calc", recipient_id="@SUM")), tmp_path)
    file = io.BytesIO()
    write_csv(result, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(result.findings) + len(result.duties)
    assert rows[0]["event_id"] == "'=cmd|calc"
    assert rows[0]["recipient_id"] == "'@SUM"
    assert rows[0]["explanation_nl"]


def test_the_table_names_the_heaviest_first(result: Result) -> None:
    out = io.StringIO()
    print_table(result, screen(file=out, width=200))
    text = out.getvalue()
    assert text.index("SHARE_AFTER_WITHDRAWAL") < text.index("TRANSFER_WITHOUT_SAFEGUARD")
    assert "8 records read, 2 of them rejected, 0 duplicates; 3 persons" in text
    assert "indications for review" in text


def test_the_table_names_what_was_assumed_and_where(result: Result) -> None:
    result.assumptions.clear()
    for number, system in enumerate(("crm", "shop", "erp", "till"), 1):
        result.assumptions[Assumption("recipient_country", system, "ACME")] = 1000 * number
    result.assumptions[Assumption("age_band")] = 7
    result.assumptions[Assumption("via", "crm", note=True)] = 2
    out = io.StringIO()
    print_table(result, screen(file=out, width=200))
    shown = [line.rstrip() for line in out.getvalue().splitlines()]
    places = "from till to ACME 4,000, from erp to ACME 3,000, from shop to ACME 2,000"
    begin = shown.index(
        "10,007 assumptions in favour of lawfulness, for fields that were left out:"
    )
    assert shown[begin + 1 : begin + 5] == [
        f"  recipient_country 10,000: {places}, and 1 more places",
        "  age_band 7",
        "2 words that no rule reads, for producers to correct:",
        "  via 2: from crm 2",
    ]
