"""The texts of a verdict or duty.

Each that is published asks for them, and there are only so many: they are kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from streams.core import texts
from streams.core.state import Verdict
from streams.core.texts.appended import LABEL, PROTECTION
from streams.core.vocabulary import Cause, ClosingReason, Code, DutyStatus, Status, Trigger

_RETRACTED: Final = Status.RETRACTED

_KEPT: Final = 4_096
"""Texts that are kept at most; under one policy there are some hundreds."""


def worded(verdict: Verdict, status: Status) -> texts.Wording:
    """The texts, with the sentences that belong there while the finding stands."""
    if status is _RETRACTED:
        return _wording(verdict.code, status, verdict.reason)
    reason = texts.Variant.ENDED_BY_ID if verdict.ended_by_id else verdict.reason
    appended = []
    if verdict.protection_irrelevant:
        appended.append(PROTECTION)
    if verdict.label_set_aside:
        appended.append(LABEL)
    return _wording(verdict.code, status, reason, *appended)


@lru_cache(_KEPT)
def _wording(
    code: Code, status: Status, reason: Cause | texts.Variant | None, *appended: texts.Bilingual
) -> texts.Wording:
    wording = texts.finding(code, status, reason)
    if not appended:
        return wording
    return wording._replace(explanation=texts.joined(wording.explanation, *appended))


@lru_cache(_KEPT)
def worded_duty(trigger: Trigger, status: DutyStatus, reason: ClosingReason) -> texts.Wording:
    """The texts of a duty, as `texts.duty` puts them together."""
    return texts.duty(trigger, status, reason)
