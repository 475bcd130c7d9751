"""Real lives of findings and duties, as the core gives them, revision after revision."""

from __future__ import annotations

from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.identifiers import EventId
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.core.quality import quality_finding
from streams.core.vocabulary import Code
from tests.core.builders import START, grant, notify, share, withdraw
from tests.core.stories import Story, story

TERM = 72
"""P14 by default, in hours: when recipients must have been notified."""
FINAL_AFTER = 30 * 24
"""P15 by default, in hours."""


def _published(lived: Story) -> list[OutputRecord]:
    record: list[OutputRecord] = []
    for decision in lived.decisions:
        record += [*decision.findings, *decision.duties]
    return record


def _findings(lived: Story) -> list[Finding]:
    return [one for one in _published(lived) if isinstance(one, Finding)]


def _duties(lived: Story) -> list[Duty]:
    return [one for one in _published(lived) if isinstance(one, Duty)]


def finding_life() -> list[Finding]:
    """Opened without a consent; revised when an expired one arrives; closed when a valid one
    arrives; reopened when its withdrawal arrives.
    """
    expired = grant(-2, id="expired", expires_at=1)
    return _findings(story(share(2), expired, grant(0), withdraw(1)))


def duty_fulfilled() -> list[Duty]:
    """Due, then fulfilled in time."""
    return _duties(story(grant(-1), share(0), withdraw(1), notify(2)))


def duty_missed() -> list[OutputRecord]:
    """Due, then overdue with the finding O02, then fulfilled late with O02 remedied."""
    lived = story(grant(-1), share(0), withdraw(1)).tick(1 + TERM, ms=1)
    return _published(lived.take(notify(2 + TERM)))


def label_only() -> list[Finding]:
    """Opened, and published again when it becomes FINAL."""
    return _findings(story(share(2)).tick(2 + FINAL_AFTER, ms=1))


def advisory() -> Finding:
    """A consent that nobody can rely on, before anybody did."""
    (one,) = _findings(story(grant(0, consent_method="PRE_TICKED")))
    return one


def quality() -> Finding:
    """A record that could not be read: no controller, no person, no event."""
    return quality_finding(
        Code.UNPROCESSABLE_EVENT,
        controller_id=None,
        subject_id=None,
        event_id=EventId("data-share/0/1042"),
        event_type=None,
        occurred_at=None,
        detected_at=Instant(START + 5),
        policy=default_policy(),
    )


def lives() -> dict[str, OutputRecord]:
    """All of them, by what happens."""
    opened, revised, closed, reopened = finding_life()
    due, fulfilled = duty_fulfilled()
    _, overdue, not_notified, *late = duty_missed()
    if isinstance(overdue, Finding):
        overdue, not_notified = not_notified, overdue
    first, second = late
    remedied, fulfilled_late = (first, second) if isinstance(first, Finding) else (second, first)
    _, label = label_only()
    return {
        "finding opened": opened,
        "finding revised": revised,
        "finding closed": closed,
        "finding reopened": reopened,
        "finding labelled final": label,
        "duty due": due,
        "duty fulfilled": fulfilled,
        "duty overdue": overdue,
        "finding of the overdue duty": not_notified,
        "duty fulfilled late": fulfilled_late,
        "finding remedied": remedied,
        "advisory": advisory(),
        "quality without a person": quality(),
    }
