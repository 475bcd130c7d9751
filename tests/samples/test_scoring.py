"""Folding revisions, and what a score counts."""

from __future__ import annotations

from itertools import permutations

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, parse_instant
from streams.core.vocabulary import DutyStatus, Status
from streams.dev.samples import SampleOptions, Truth, make_sample
from streams.dev.scoring import ScoredNet, score
from tests.samples.judged import judged

UNTIL = parse_instant("2026-11-20T12:00:00Z")


def run() -> tuple[Truth, list[Finding], list[Duty]]:
    sample = make_sample(SampleOptions(subjects=500, seed=2, until=UNTIL))
    net, _ = judged(sample, clock=UNTIL)
    return sample.truth, net.findings(), net.duties()


def test_of_a_finding_the_highest_revision_counts_in_any_order() -> None:
    _, findings, _ = run()
    opened = msgspec.structs.replace(findings[0], revision=1, status=Status.OPEN)
    retracted = msgspec.structs.replace(opened, revision=2, status=Status.RETRACTED)
    again = msgspec.structs.replace(opened, revision=3, status=Status.REVISED)
    for order in permutations([opened, retracted, again, retracted]):
        net = ScoredNet()
        for finding in order:
            net.add_finding(finding)
        assert net.findings() == [again]
    net = ScoredNet()
    net.add_finding(opened)
    net.add_finding(retracted)
    net.add_finding(opened)
    assert net.findings() == []


def test_a_code_more_or_less_is_named() -> None:
    truth, findings, duties = run()
    assert score(truth, findings, duties, UNTIL).full
    lost, *rest = sorted(findings, key=lambda finding: finding.code)
    result = score(truth, rest, duties, UNTIL)
    assert [name[2] for name in result.missing] == [lost.code]
    assert result.by_code[lost.code].missing == 1
    doubled = score(truth, [*findings, lost], duties, UNTIL)
    assert [name[2] for name in doubled.extra] == [lost.code]
    assert not doubled.full
    assert score(truth, findings, duties[1:], UNTIL).missing[0][2] == "RECIPIENT_NOTIFICATION_DUE"


def test_a_deadline_counts_from_the_instant_after_it() -> None:
    truth, findings, duties = run()
    due = min(f.true_after for f in truth.findings if f.true_after and f.true_after > UNTIL)
    assert score(truth, findings, duties, due).full
    assert not score(truth, findings, duties, Instant(due + 1)).full


def test_unreadable_records_are_compared_by_number() -> None:
    truth, findings, duties = run()
    renamed = [
        msgspec.structs.replace(f, event_id="elsewhere-1") if f.code == "UNPROCESSABLE_EVENT" else f
        for f in findings
    ]
    assert score(truth, renamed, duties, UNTIL).full
    fewer = [f for f in findings if f.code != "UNPROCESSABLE_EVENT"]
    assert score(truth, fewer, duties, UNTIL).by_code["UNPROCESSABLE_EVENT"].missing > 0


def test_a_duty_that_was_taken_back_does_not_count() -> None:
    _, _, duties = run()
    raised = msgspec.structs.replace(duties[0], revision=1, status=DutyStatus.DUE)
    taken_back = msgspec.structs.replace(raised, revision=2, status=DutyStatus.RETRACTED)
    net = ScoredNet()
    for duty in (taken_back, raised):
        net.add_duty(duty)
    assert net.duties() == []
