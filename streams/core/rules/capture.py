"""A grant that cannot be relied on, reported when it is recorded: A01 (legal model 4.4).

A violation comes only when somebody relies on it; the advisory comes before.
"""

from __future__ import annotations

from typing import Final

from streams.core.events import ConsentChange
from streams.core.policy import Policy
from streams.core.rules.consent_validity import SHARE_CODES, defects, reason_of
from streams.core.rules.rule import Rule
from streams.core.signals import Grant
from streams.core.state import Verdict
from streams.core.vocabulary import Code

RULE: Final = Rule(norm="4.4", judges=ConsentChange, codes=(Code.CONSENT_DEFECT_RECORDED,))


def judge_capture(grant: Grant, policy: Policy) -> list[Verdict]:
    """A01 where a grant is recorded that cannot be relied on."""
    failed = defects(grant, policy)
    if not failed:
        return []
    verdict = Verdict(
        code=Code.CONSENT_DEFECT_RECORDED,
        reason=reason_of(failed[0], grant, policy, None),
        consent_ids_considered=(grant.consent_id,) if grant.consent_id else (),
        contributing_codes=tuple([SHARE_CODES[test] for test in failed]),
    )
    return [verdict]
