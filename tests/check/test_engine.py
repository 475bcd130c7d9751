"""A check over a history: net findings, whatever the order, and counts that add up."""

from __future__ import annotations

import json
import random
from itertools import permutations
from pathlib import Path

from streams.check.engine import judged
from streams.check.gather import gather
from streams.check.result import Result, run_check
from streams.core.instants import Instant, parse_instant
from streams.core.policy import default_policy
from streams.core.vocabulary import Severity, Status
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.dev.scoring import score
from streams.files.find import InputFiles
from streams.files.records import Damaged, Line, Unread
from streams.policy_file import load_policy
from tests.check.events import grant, lines, share, withdrawal

POLICY = default_policy()
LATER = parse_instant("2026-09-10T00:00:00Z")


def check_lines(content: bytes, tmp_path: Path, clock: Instant | None = None) -> Result:
    file = tmp_path / "events.jsonl"
    file.write_bytes(content)
    return run_check(InputFiles([str(file)]), POLICY, clock, with_timelines=True)


def codes(result: Result) -> list[tuple[str, str]]:
    return sorted((finding.event_id, finding.code) for finding in result.findings)


def test_order_and_repetition_change_nothing(tmp_path: Path) -> None:
    events = [
        grant("g"), share("a"), withdrawal("w"), share("b", occurred_at="2026-09-01T12:00:00Z"),
        share("c", occurred_at="2026-09-01T08:00:00Z"),
    ]  # fmt: skip
    first = check_lines(lines(*events), tmp_path, LATER)
    assert ("b", "SHARE_AFTER_WITHDRAWAL") in codes(first)
    assert ("c", "NO_CONSENT") in codes(first)
    rng = random.Random(1)
    for _ in range(10):
        shuffled = events + rng.choices(events, k=3)
        rng.shuffle(shuffled)
        again = check_lines(lines(*shuffled), tmp_path, LATER)
        assert codes(again) == codes(first)
        assert again.duties == first.duties
        assert again.duplicates == 3
        assert again.read == 8


def test_over_a_whole_history_nothing_is_late_or_revised(tmp_path: Path) -> None:
    result = check_lines(
        lines(share("a"), grant("g", occurred_at="2026-09-02T00:00:00Z")), tmp_path
    )
    (finding,) = (f for f in result.findings if f.code == "NO_CONSENT")
    assert finding.reason == "GRANTED_LATER"
    assert (finding.revision, finding.status, finding.late_detected) == (1, Status.OPEN, False)


def test_deadlines_pass_by_the_clock_only(tmp_path: Path) -> None:
    content = lines(grant("g"), share("a"), withdrawal("w"))
    due = parse_instant("2026-09-04T11:00:00Z")
    for clock, overdue in ((None, 0), (due, 0), (Instant(due + 1), 1)):
        result = check_lines(content, tmp_path, clock)
        assert len(result.duties) == 1
        assert sum(f.code == "RECIPIENT_NOT_NOTIFIED" for f in result.findings) == overdue


def test_a_remediated_finding_stays_one(tmp_path: Path) -> None:
    published = {
        "event_type": "recipient-notification", "event_id": "n", "controller_id": "OURCO",
        "subject_id": "s1", "occurred_at": "2026-09-05T00:00:00Z", "recipient_id": "ACME",
    }  # fmt: skip
    result = check_lines(lines(grant("g"), share("a"), withdrawal("w"), published), tmp_path, LATER)
    (finding,) = (f for f in result.findings if f.code == "RECIPIENT_NOT_NOTIFIED")
    assert finding.status is Status.REMEDIATED


def test_a_refused_record_is_closed_by_its_event_wherever_it_stands(tmp_path: Path) -> None:
    bad = share("a", purpose="NONE")
    other = share("x", purpose="NONE", subject_id="s2")
    late = share("a", purpose="NONE", occurred_at="2026-09-03T00:00:00Z")
    for events in permutations([share("a"), bad, late, other]):
        result = check_lines(lines(*events), tmp_path)
        found = {str(f.event_id): f for f in result.findings if f.code == "UNPROCESSABLE_EVENT"}
        assert {one: (f.status, f.revision) for one, f in found.items()} == {
            "a": (Status.REMEDIATED, 1), "x": (Status.OPEN, 1),
        }  # fmt: skip
        assert found["a"].occurred_at == parse_instant("2026-09-01T10:00:00Z")
        assert (result.read, result.judged, len(result.rejected)) == (4, 1, 3)
        assert result.subjects == 1, "of the other one nothing could be judged"


def test_the_future_is_tested_against_the_clock_and_not_without_one(tmp_path: Path) -> None:
    content = lines(share("a", occurred_at="2026-09-10T00:05:00.001Z"))
    assert codes(check_lines(content, tmp_path, LATER)) == [("a", "FUTURE_TIMESTAMP")]
    assert codes(check_lines(content, tmp_path)) == [("a", "NO_CONSENT")]
    edge = lines(share("a", occurred_at="2026-09-10T00:05:00.000Z"))
    assert codes(check_lines(edge, tmp_path, LATER)) == [("a", "NO_CONSENT")]


def test_bad_records_are_named_and_the_rest_is_judged() -> None:
    records: list[Line | Damaged | Unread] = [
        Line("f", 1, lines(share("a"))),
        Line("f", 2, b"{"),
        Line("f", 3, lines(share("b", lia_ref="jan@example.nl"))),
        Damaged("f", 4, "cut short"),
    ]
    gathered = gather(records, POLICY, None)
    assert gathered.read == 4
    assert [(r.file, r.line, r.code) for r in gathered.rejected.in_order()] == [
        ("f", 2, "UNPROCESSABLE_EVENT"),
        ("f", 3, "RAW_PERSONAL_DATA_IN_EVENT"),
        ("f", 4, "UNPROCESSABLE_EVENT"),
    ]
    rejected, quality = gathered.rejected.in_order(), gathered.findings.in_order()
    assert "jan@" not in str(rejected) + str(quality)
    (one,) = judged(gathered, POLICY, None)
    assert [f.code for f in one.findings] == ["NO_CONSENT"]
    assert list(gathered.facts.take()) == []


def test_weights_and_levels(tmp_path: Path) -> None:
    content = lines(grant("g"), share("a"), withdrawal("w"))
    calm = check_lines(content, tmp_path)
    assert calm.findings == []
    assert calm.reaches(Severity.LOW) == 0
    assert calm.reaches(Severity.OBLIGATION) == 1
    bad = check_lines(content + b"{\n" + lines(share("b", subject_id="s2")), tmp_path)
    assert bad.reaches(Severity.CRITICAL) == 0
    assert bad.reaches(Severity.HIGH) == 1
    assert bad.reaches(Severity.QUALITY) == 3
    assert [f.severity for f in bad.findings] == [Severity.HIGH, Severity.QUALITY]


def test_a_sample_gets_its_full_score(tmp_path: Path) -> None:
    until = parse_instant("2026-11-20T00:00:00Z")
    sample = make_sample(SampleOptions(subjects=400, seed=3, until=until))
    _, truth = write_sample(sample, tmp_path, Form.JSONL)
    policy = load_policy(tmp_path / "policy.toml")
    result = run_check(InputFiles([str(tmp_path / "stream.jsonl")]), policy, until)
    got = score(truth, result.findings, result.duties, until)
    assert got.full, json.dumps([got.missing, got.extra])
    assert result.read == truth.records["all"]
    assert len(result.rejected) == truth.records["bad"]
