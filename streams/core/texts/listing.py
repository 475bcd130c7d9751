"""Every text that a code can have: for reviews, pages and `consentry explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from streams.core import texts
from streams.core.texts.failed_tests import FAILED_TESTS
from streams.core.texts.variants import EXPLANATIONS, REMEDIATIONS, Variant
from streams.core.texts.wording import Wording
from streams.core.vocabulary import Cause, ClosingReason, Code, DutyStatus, Status, Trigger


class Listed(NamedTuple):
    """One text. `reason` None: for every reason without a text of its own."""

    status: Status | DutyStatus
    reason: Cause | Variant | None
    wording: Wording


def every_text(code: Code) -> Iterator[Listed]:
    """The texts of a code: as it stands, by reason, and closed in every way."""
    if code is Code.RECIPIENT_NOTIFICATION_DUE:
        yield from _of_duty()
        return
    yield Listed(Status.OPEN, None, texts.of_code(code))
    for reason in reasons_of(code):
        yield Listed(Status.OPEN, reason, texts.open_finding(code, reason))
    for closing in ClosingReason:
        wording = texts.finding(code, Status.RETRACTED, closing)
        yield Listed(Status.RETRACTED, closing, wording)
    if code is Code.RECIPIENT_NOT_NOTIFIED:
        for trigger in Trigger:
            wording = texts.finding(code, Status.REMEDIATED, trigger)
            yield Listed(Status.REMEDIATED, trigger, wording)
    else:
        yield Listed(Status.REMEDIATED, None, texts.finding(code, Status.REMEDIATED, None))


def reasons_of(code: Code) -> tuple[Cause | Variant, ...]:
    """The reasons for which a finding that stands has a text of its own."""
    if code is Code.RECIPIENT_NOT_NOTIFIED:
        return tuple(Trigger)
    parts = (EXPLANATIONS, REMEDIATIONS, FAILED_TESTS)
    return tuple(dict.fromkeys(reason for part in parts for reason in part.get(code, {})))


def _of_duty() -> Iterator[Listed]:
    yield Listed(DutyStatus.DUE, None, texts.of_code(Code.RECIPIENT_NOTIFICATION_DUE))
    for trigger in Trigger:
        for status in DutyStatus:
            if status is not DutyStatus.RETRACTED:
                yield Listed(status, trigger, texts.duty(trigger, status))
    for closing in ClosingReason:
        wording = texts.duty(Trigger.WITHDRAWN, DutyStatus.RETRACTED, closing)
        yield Listed(DutyStatus.RETRACTED, closing, wording)
