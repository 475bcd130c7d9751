"""The net result of a case: its findings and duties, as cases name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.vocabulary import Code

OVERDUE: Final = Code.RECIPIENT_NOT_NOTIFIED


class NetFinding(msgspec.Struct, frozen=True, order=True):
    """A finding of a case. `recipient_id` is empty but for RECIPIENT_NOT_NOTIFIED."""

    event_id: str
    code: str
    recipient_id: str = ""


class NetDuty(msgspec.Struct, frozen=True, order=True):
    """A duty of a case."""

    trigger_event_id: str
    recipient_id: str


class CaseNet(msgspec.Struct, frozen=True):
    """The net result of a case, sorted.

    Events of different types may share an id, which is all that a line names: so a line can
    occur twice, and both count.
    """

    findings: tuple[NetFinding, ...]
    duties: tuple[NetDuty, ...]

    @staticmethod
    def of(findings: Iterable[NetFinding], duties: Iterable[NetDuty]) -> CaseNet:
        """The net result of these, in any order."""
        return CaseNet(tuple(sorted(findings)), tuple(sorted(duties)))


def net_of(findings: Iterable[Finding], duties: Iterable[Duty]) -> CaseNet:
    """The net result as cases name it; retracted ones must be left out already."""
    return CaseNet.of(
        (
            NetFinding(
                finding.event_id,
                finding.code,
                (finding.recipient_id or "") if finding.code == OVERDUE else "",
            )
            for finding in findings
        ),
        (NetDuty(duty.trigger_event_id, duty.recipient_id) for duty in duties),
    )
