"""What a worker published of a backlog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from streams.core.findings import Finding
from streams.core.identifiers import ViolationId
from streams.core.vocabulary import EventType, Status

RANK = {kind: rank for rank, kind in enumerate(EventType)}


class Outputs(NamedTuple):
    """What was said of findings: those taken back, those revised, and those that stand."""

    retracted: frozenset[ViolationId]
    revised: frozenset[ViolationId]
    standing: frozenset[tuple[ViolationId, str]]


def outputs(findings: Iterable[Finding]) -> Outputs:
    """What findings said in the order in which they were sent."""
    last: dict[ViolationId, Finding] = {}
    retracted, revised = set(), set()
    for finding in findings:
        last[finding.violation_id] = finding
        if finding.status is Status.RETRACTED:
            retracted.add(finding.violation_id)
        elif finding.status is Status.REVISED:
            revised.add(finding.violation_id)
    standing = {
        (one.violation_id, one.code)
        for one in last.values()
        if one.status in (Status.OPEN, Status.REVISED)
    }
    return Outputs(frozenset(retracted), frozenset(revised), frozenset(standing))
