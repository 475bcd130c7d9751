"""The conformance cases through a real worker, as `consentry conformance --broker` does it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient

from streams.cli.main import main
from streams.conformance.cases import Case, read_cases, run_offline
from streams.conformance.live import apart, run_through_broker
from streams.conformance.net import CaseNet, NetFinding
from streams.core.instants import Instant, parse_instant
from tests.check.events import grant, share, withdrawal

FOLDER = Path(__file__).parents[1] / "conformance"


@pytest.mark.timeout(300)
def test_every_given_case_is_met_as_offline(
    kafka: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both files in one run: the results equal the offline ones byte by byte."""
    both = tmp_path / "cases.jsonl"
    with both.open("wb") as file:
        for case in (FOLDER / "scenarios.jsonl", FOLDER / "histories.jsonl.gz"):
            file.writelines(_lines_without_policy(case))
    live, offline = tmp_path / "live.jsonl", tmp_path / "offline.jsonl"
    assert main(["conformance", str(both), "-o", str(live), "--broker", kafka]) == 0
    said = capsys.readouterr().err
    assert "642 cases run: 642 of 642 expectations met" in said
    assert main(["conformance", str(both), "-o", str(offline)]) == 0
    assert live.read_bytes() == offline.read_bytes()
    assert leftovers(kafka) == []


def test_cases_with_a_policy_of_their_own_are_skipped_and_counted(
    kafka: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.jsonl"
    raw = [json.loads(line) for line in (FOLDER / "scenarios.jsonl").read_text().splitlines()]
    wrong = raw[1] | {"findings": []}
    own = next(case for case in raw if case["policy"])
    file.write_text(json.dumps(wrong) + "\n" + json.dumps(own) + "\n")
    assert main(["conformance", str(file), "-o", str(tmp_path / "r"), "--broker", kafka]) == 1
    said = capsys.readouterr().err
    assert "extra    NO_CONSENT on k02-sh3" in said
    assert "1 cases run: 0 of 1 expectations met; 1 skipped" in said


def case_of(name: str, clock: str | None, *events: object) -> Case:
    from streams.conformance.cases import case_policy

    return Case(
        name=name,
        title="",
        line=1,
        clock=None if clock is None else parse_instant(clock),
        policy=case_policy({}),
        has_policy=False,
        events=tuple(msgspec.json.encode(event) for event in events),
        expected=None,
    )


def test_clocks_bad_records_and_shared_subjects_read_as_offline(kafka: str) -> None:
    """What could differ: each clock sees its own time, rejected events belong to their
    case, and two cases with one subject do not mix."""
    duty = [grant("g"), share("a"), withdrawal("w")]
    due = parse_instant("2026-09-04T11:00:00Z")

    def subject(name: str) -> list[object]:
        return [event | {"subject_id": name} for event in duty]

    cases = [
        case_of("timeless", None, *subject("s-none")),
        # Its newest event lies after the time at which its duty would be overdue.
        case_of("timeless-late", None, *subject("s-late"),
                share("z", subject_id="s-late", occurred_at="2026-12-01T00:00:00Z")),
        case_of("at-the-deadline", "2026-09-04T11:00:00.000Z", *subject("s-at")),
        case_of("one-later", "2026-09-04T11:00:00.001Z", *subject("s-later")),
        case_of("much-later", "2026-11-20T00:00:00.000Z", *subject("s-much")),
        case_of("same-subject", "2026-11-20T00:00:00.000Z", *subject("s-much")[:2]),
        case_of("future", "2026-09-01T09:54:59.999Z", share("f", subject_id="s-f")),
        case_of("not-future", "2026-09-01T09:55:00.000Z", share("f", subject_id="s-f2")),
        case_of("bad", None, {"event_type": "data-share"}, {"nothing": 1}, 3,
                share("raw", subject_id="s-raw", lia_ref="jan@example.nl"),
                share("enum", subject_id="s-enum", purpose="FUN")),
    ]  # fmt: skip
    assert [len(group) for group in apart(cases)] == [8, 1]
    said: list[str] = []
    live = {case.name: net for case, net in run_through_broker(cases, kafka, said.append)}
    offline = {case.name: run_offline(case) for case in cases}
    assert live == offline
    assert overdue(offline["timeless-late"]) == overdue(offline["at-the-deadline"]) == 0
    assert overdue(offline["one-later"]) == overdue(offline["much-later"]) == 1
    assert NetFinding("f", "FUTURE_TIMESTAMP") in offline["future"].findings
    assert NetFinding("bad:2", "UNPROCESSABLE_EVENT") in offline["bad"].findings
    assert due == Instant(parse_instant("2026-09-01T11:00:00Z") + 72 * 3_600_000)


def overdue(net: CaseNet) -> int:
    return sum(finding.code == "RECIPIENT_NOT_NOTIFIED" for finding in net.findings)


def leftovers(kafka: str) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    try:
        prefix = f"consentry-conformance-{os.getpid()}-"
        return [topic for topic in admin.list_topics() if topic.startswith(prefix)]
    finally:
        admin.close()


def _lines_without_policy(path: Path) -> list[bytes]:
    import gzip

    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    names = {case.name for case in read_cases(path) if not case.has_policy}
    return [
        line + b"\n" for line in content.splitlines() if line and json.loads(line)["case"] in names
    ]
