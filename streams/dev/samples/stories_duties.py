"""Duties to notify recipients that were forgotten, done late or still run; unused defects."""

from __future__ import annotations

from streams.core.events import ConsentChange
from streams.core.instants import Duration, Instant, days, hours
from streams.core.vocabulary import ConsentAction, LegalBasis, NotificationKind
from streams.dev.samples.notebook import NOTIFY_TERM
from streams.dev.samples.retailer import (
    ADDRESS,
    CONTACT,
    MAILER,
    PARTNERS,
    PRINTER,
    SampleRecipient,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import OWN, TPDM
from streams.dev.samples.stories_shared import INVALID_METHODS
from streams.dev.samples.story import Beside, Story


def _withdrawn(s: Scribe, at: Instant, partner: SampleRecipient) -> ConsentChange:
    """Withdrawn at `at`, from 5 to 50 days after a share that consent covered."""
    shared = Instant(at - s.between(days(5), days(50)))
    granted = Instant(shared - s.between(days(1), days(20)))
    s.grant(granted, TPDM, recipients=(partner,), data=CONTACT)
    s.share(shared, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    return s.signal(at, ConsentAction.WITHDRAWN, TPDM)


def _forgotten(s: Scribe) -> None:
    partner = s.rng.choice(PARTNERS)
    withdrawn = _withdrawn(s, s.start(days(1)), partner)
    s.owe(withdrawn, partner, settled=False)


def _notified_late(s: Scribe) -> None:
    """Informed after the term: the finding stands, remediated."""
    partner = s.rng.choice(PARTNERS)
    withdrawn = _withdrawn(s, s.start(days(12)), partner)
    s.owe(withdrawn, partner, settled=False)
    at = s.later(withdrawn.occurred_at, hours(73), days(11))
    s.notify(at, partner, withdrawn, NotificationKind.WITHDRAWAL)


def _one_of_two_notified(s: Scribe) -> None:
    """After an objection the mailing service was notified; the printer was forgotten."""
    at = s.start(days(40))
    s.share(at, MAILER, OWN, CONTACT, LegalBasis.SOFT_OPT_IN)
    s.share(s.later(at, hours(3), days(9)), PRINTER, OWN, ADDRESS, LegalBasis.LEGITIMATE_INTEREST)
    objected = s.signal(s.later(at, days(10), days(30)), ConsentAction.OBJECTED, via="CALL")
    at = s.later(objected.occurred_at, hours(2), hours(70))
    s.notify(at, MAILER, objected, NotificationKind.OBJECTION)
    s.owe(objected, MAILER, settled=True)
    s.owe(objected, PRINTER, settled=False)


def _still_running(s: Scribe) -> None:
    """Withdrawn within the last three days: a duty, and still time to do it."""
    partner = s.rng.choice(PARTNERS)
    at = Instant(s.until - s.between(hours(2), hours(60)))
    s.owe(_withdrawn(s, at, partner), partner, settled=False)


def _falls_due_now(s: Scribe) -> None:
    """The term ends within half a minute after the sample: a live run sees it pass."""
    partner = s.rng.choice(PARTNERS)
    at = Instant(s.until - NOTIFY_TERM + s.between(Duration(22_000), Duration(28_000)))
    s.owe(_withdrawn(s, at, partner), partner, settled=False)


def _defect_unused(s: Scribe) -> None:
    """A consent that cannot be relied on, and nobody has relied on it yet."""
    at = s.start(days(9))
    partner = s.rng.choice(PARTNERS)
    granted = s.grant(
        at, TPDM, recipients=(partner,), data=CONTACT, method=s.rng.choice(INVALID_METHODS)
    )
    s.expect(granted, "CONSENT_DEFECT_RECORDED")


STORIES = (
    Story("nobody-notified", _forgotten, 1),
    Story("notified-late", _notified_late, 1),
    Story("one-of-two-notified", _one_of_two_notified, 1, Beside.ORDERS),
    Story("term-still-runs", _still_running, 2),
    Story("term-ends-now", _falls_due_now, 2),
    Story("defect-never-used", _defect_unused, 2),
)
