"""`consentry explain`: codes and findings."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.core.codes import CODES
from streams.core.texts import Variant, open_finding
from streams.core.vocabulary import ClosingReason, Code
from tests.check.events import lines, share, withdrawal

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("what", ["NO_CONSENT", "no-consent", "S07", "s07"])
def test_a_code_by_name_or_number(what: str, capsys: Capture) -> None:
    assert main(["explain", what]) == 0
    said = " ".join(capsys.readouterr().out.split())
    code = CODES[Code.NO_CONSENT]
    assert said.startswith("S07 NO_CONSENT HIGH, family S.BASIS")
    for text in (code.explanation_en, code.explanation_nl, code.remediation_en):
        assert text in said


def test_every_code_as_json(capsys: Capture) -> None:
    assert main(["explain", "--list", "--json"]) == 0
    published = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in published] == list(CODES)
    assert len(published) == len(CODES)
    dated = next(one for one in published if one["number"] == "S14")
    assert {c["since"] for c in dated["citations"]} == {None, "2026-08-31T22:00:00.000Z"}
    erased = next(one for one in published if one["number"] == "S01")
    standing = [text["reason"] for text in erased["texts"] if text["status"] == "OPEN"]
    assert standing == [None, "ERASED"]
    closed = {text["reason"] for text in erased["texts"] if text["status"] == "RETRACTED"}
    assert closed == set(ClosingReason)


def test_a_code_is_shown_with_its_reasons(capsys: Capture) -> None:
    assert main(["explain", "S07"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Where the reason is ENDED_BY_ID:" in said
    assert open_finding(Code.NO_CONSENT, Variant.ENDED_BY_ID).remediation.nl in said
    assert "RETRACTED" not in said


def test_what_is_no_code(capsys: Capture) -> None:
    assert main(["explain", "NO_CONSEN"]) == 2
    assert "Did you mean NO_CONSENT?" in capsys.readouterr().err
    assert main(["explain"]) == 2
    assert "--list" in capsys.readouterr().err


def test_a_finding_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    events, findings = tmp_path / "events.jsonl", tmp_path / "findings.jsonl"
    events.write_bytes(lines(share("a")))
    assert main(["check", str(events), "-o", str(findings)]) == 1
    found = json.loads(findings.read_text().splitlines()[0])
    named = found["violation_id"]
    assert main(["explain", named.upper(), "--input", str(findings)]) == 0
    said = capsys.readouterr().out
    assert "S07  NO_CONSENT" in said
    assert "ACME" in said
    assert "revision 1" in said
    assert main(["explain", named, "--input", str(findings), "--json"]) == 0
    published = json.loads(capsys.readouterr().out)
    assert published["finding"] == found
    assert published["history"] == [found]
    assert published["code"]["number"] == "S07"


def test_a_duty_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    events, report = tmp_path / "events.jsonl", tmp_path / "report.jsonl"
    events.write_bytes(lines(share("a"), withdrawal("w")))
    assert main(["check", str(events), "-o", str(report)]) == 1
    records = map(json.loads, report.read_text().splitlines())
    duty = next(one for one in records if one["kind"] == "duty")
    assert main(["explain", duty["duty_id"], "--input", str(report)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The id of a duty\n\nO01  RECIPIENT_NOTIFICATION_DUE")
    assert main(["explain", duty["duty_id"], "--input", str(report), "--json"]) == 0
    published = json.loads(capsys.readouterr().out)
    assert (published["kind"], published["duty"]) == ("duty", duty)


@pytest.mark.parametrize("what", ["NO_CONSEN", "s77", "share_after_withdrawl"])
def test_a_misspelt_code_asks_no_kafka(what: str, capsys: Capture) -> None:
    assert main(["explain", what, "--brokers", "nowhere.invalid:1"]) == 2
    said = capsys.readouterr().err
    assert "Did you mean" in said
    assert "--kind" in said


def test_revisions_stand_in_their_order(tmp_path: Path, capsys: Capture) -> None:
    base = {"violation_id": "00000000-0000-5000-8000-000000000001", "code": "NO_CONSENT",
            "detected_at": "2026-09-01T10:00:00.000Z", "explanation_en": "e", "citations": [],
            "explanation_nl": "n", "remediation_en": "r", "remediation_nl": "r"}  # fmt: skip
    file = tmp_path / "findings.jsonl"
    revisions = [(2, "RETRACTED"), (1, "OPEN")]
    file.write_text(
        "".join(json.dumps(base | {"revision": n, "status": s}) + "\n" for n, s in revisions)
        + f'{{"kind": "other", "about": "{base["violation_id"]}"}}\nnot json\n'
    )
    assert main(["explain", str(base["violation_id"]), "-i", str(file)]) == 0
    said = capsys.readouterr().out
    assert said.index("revision 1") < said.index("revision 2")
    assert "RETRACTED" in said


def test_a_finding_of_a_packed_file_with_lines_of_any_length(
    tmp_path: Path, capsys: Capture
) -> None:
    events, report = tmp_path / "events.jsonl", tmp_path / "report.jsonl"
    events.write_bytes(lines(share("a")))
    assert main(["check", str(events), "-o", str(report)]) == 1
    found = report.read_bytes()
    violation_id = json.loads(found.splitlines()[0])["violation_id"]
    report.write_bytes(gzip.compress(b" " * 3_000_000 + violation_id.encode() + b"\n" + found))
    capsys.readouterr()
    assert main(["explain", violation_id, "--input", str(report)]) == 0
    assert "NO_CONSENT" in capsys.readouterr().out
    report.write_bytes(gzip.compress(found)[:-20])
    assert main(["explain", violation_id, "--input", str(report)]) == 2
    assert "cannot be" in capsys.readouterr().err


@pytest.mark.parametrize("more", [{}, {"code": "NO_CONSENT", "revision": "two"}])
def test_what_has_the_id_and_is_no_whole_finding(
    more: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    named = "00000000-0000-5000-8000-000000000001"
    file = tmp_path / "alerts.jsonl"
    file.write_text("{}\n" + json.dumps({"violation_id": named, **more}) + "\n")
    assert main(["explain", named, "--input", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{file}:2 has the id, and is no whole record: " in said
    assert "`consentry check --format jsonl`" in said


def test_a_finding_that_is_nowhere(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "findings.jsonl"
    file.write_text("{}\n")
    named = "00000000-0000-5000-8000-000000000001"
    assert main(["explain", named, "--input", str(file)]) == 2
    assert "no finding and no duty with the id" in capsys.readouterr().err
    assert main(["explain", named, "--input", str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err
