"""What a run of a case found, as a line of results, and how it differs from what is expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from streams.conformance.cases import Case
from streams.conformance.net import CaseNet, NetDuty, NetFinding
from streams.safe_text import safe_json_line

_Line = TypeVar("_Line", NetFinding, NetDuty)


def result_line(case: Case, net: CaseNet) -> bytes:
    """One line of results: sorted, as conformance/README.md defines it."""
    findings = []
    for finding in net.findings:
        found = {"event_id": finding.event_id, "code": finding.code}
        if finding.recipient_id:
            found["recipient_id"] = finding.recipient_id
        findings.append(found)
    duties = [
        {"trigger_event_id": duty.trigger_event_id, "recipient_id": duty.recipient_id}
        for duty in net.duties
    ]
    result = {"case": case.name, "findings": findings, "duties": duties}
    return safe_json_line(msgspec.json.encode(result)) + b"\n"


def differences(case: Case, net: CaseNet) -> Iterator[str]:
    """What is missing and what is extra, a line each; nothing where the case is met."""
    if case.expected is None:
        return
    for missing in _beyond(case.expected.findings, net.findings):
        yield f"missing  {_described(missing)}"
    for extra in _beyond(net.findings, case.expected.findings):
        yield f"extra    {_described(extra)}"
    for lost in _beyond(case.expected.duties, net.duties):
        yield f"missing  duty on {lost.trigger_event_id} towards {lost.recipient_id}"
    for more in _beyond(net.duties, case.expected.duties):
        yield f"extra    duty on {more.trigger_event_id} towards {more.recipient_id}"


def _beyond(these: Iterable[_Line], those: Iterable[_Line]) -> list[_Line]:
    """What is among these more often than among those."""
    return sorted((Counter(these) - Counter(those)).elements())


def _described(finding: NetFinding) -> str:
    towards = f" towards {finding.recipient_id}" if finding.recipient_id else ""
    return f"{finding.code} on {finding.event_id}{towards}"
