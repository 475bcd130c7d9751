"""What `consentry sinks check` and `consentry sinks test` ask of the sinks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from streams.alerts.alert import Alert
from streams.core.findings import Finding
from streams.core.identifiers import EventId, RecipientId, violation_id
from streams.core.instants import Instant
from streams.core.vocabulary import Finality, Severity, Status
from streams.errors import ConsentryError
from streams.sinks.contract import DeliveryResult, DeliveryStatus, Sink, SinkCheck
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.load import Configured

CODE: Final = "CONSENTRY_TEST"
_FAMILY: Final = "TEST"
_RECIPIENT: Final = "consentry-test"
_TOPIC: Final = "consentry sinks test"
_EN: Final = "This is a test of the connection. Nothing happened and nothing is to be done."
_NL: Final = "Dit is een test van de verbinding. Er is niets gebeurd en er is niets te doen."


class ProbeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one sink said."""

    sink: str
    type: str
    checks: tuple[SinkCheck, ...]

    @property
    def ok(self) -> bool:
        """Everything holds."""
        return all(check.ok for check in self.checks)


async def check_all(sinks: Iterable[Configured]) -> list[ProbeReport]:
    """Look at all sinks, side by side; nothing is sent."""
    return list(await asyncio.gather(*(_asked(sink, None) for sink in sinks)))


async def try_all(sinks: Iterable[Configured], now: Instant) -> list[ProbeReport]:
    """Send one marked test and its close through each sink."""
    return list(await asyncio.gather(*(_asked(sink, now) for sink in sinks)))


async def _asked(configured: Configured, now: Instant | None) -> ProbeReport:
    try:
        sink = configured.open()
    except ConsentryError as error:
        checks: Sequence[SinkCheck] = [
            SinkCheck(
                what="the sink can be opened", ok=False, answer=f"{error.problem}. {error.remedy}"
            )
        ]
    else:
        try:
            checks = await (sink.check() if now is None else _tested(sink, configured, now))
        finally:
            await sink.close()
    return ProbeReport(sink=configured.name, type=configured.options.type, checks=tuple(checks))


async def _tested(sink: Sink[Any], configured: Configured, now: Instant) -> list[SinkCheck]:
    loads = trial_updates(now) if configured.takes == "updates" else trial_alerts(now)
    checks: list[SinkCheck] = []
    for what, load in zip(("the test is taken", "its close is taken"), loads, strict=True):
        try:
            (outcome,) = await sink.send([load])
        except ConsentryError as error:
            answer = f"{error.problem}. {error.remedy}".strip()
            return [*checks, SinkCheck(what=what, ok=False, answer=answer)]
        checks.append(_of_outcome(what, outcome))
        if not outcome.settled or outcome.verdict is DeliveryStatus.REJECTED:
            break
    return checks


def _of_outcome(what: str, outcome: DeliveryResult) -> SinkCheck:
    ok = outcome.verdict in (DeliveryStatus.DELIVERED, DeliveryStatus.DUPLICATE)
    answer = f"{outcome.verdict}{': ' if outcome.reason else ''}{outcome.reason}"
    return SinkCheck(what=what, ok=ok, answer=answer)


def trial_updates(now: Instant) -> tuple[FindingUpdate, FindingUpdate]:
    """A finding that says that it is a test, and its retraction."""
    event_id = EventId(f"test-{now}")
    opened = Finding(
        violation_id=violation_id("", "", "", event_id, f"{_FAMILY}:{CODE}"),
        revision=1,
        status=Status.OPEN,
        finality=Finality.PROVISIONAL,
        code=CODE,
        family=_FAMILY,
        severity=Severity.LOW,
        reason=None,
        controller_id=None,
        subject_id=None,
        event_id=event_id,
        event_type=None,
        occurred_at=now,
        detected_at=now,
        recipient_id=RecipientId(_RECIPIENT),
        claimed_basis=None,
        consent_ids_considered=(),
        contributing_codes=(),
        uncovered_data_categories=(),
        protection_irrelevant=False,
        late_detected=False,
        breach_assessment_required=False,
        review_required=False,
        law_version="test",
        policy_version="test",
        rule_version="test",
        explanation_en=_EN,
        explanation_nl=_NL,
        citations=(),
        remediation_en="Nothing.",
        remediation_nl="Niets.",
    )
    closed = msgspec.structs.replace(
        opened, revision=2, status=Status.RETRACTED, detected_at=Instant(now + 1)
    )
    first, second = (
        FindingUpdate(record=record, topic=_TOPIC, partition=0, offset=offset, test=True)
        for offset, record in enumerate((opened, closed))
    )
    return first, second


def trial_alerts(now: Instant) -> tuple[Alert, Alert]:
    """An alert that says that it is a test, and its resolve."""
    firing = Alert(
        key=f"consentry-test-{now}",
        version=1,
        state="firing",
        severity=Severity.LOW,
        code=CODE,
        title="Test of the connection",
        recipient_id=_RECIPIENT,
        controller_id=None,
        count=1,
        open_count=1,
        first_at=now,
        last_at=now,
        summary=_EN,
        action="Nothing.",
        test=True,
    )
    return firing, msgspec.structs.replace(firing, version=2, state="resolved", open_count=0)
