"""What every marketing message must show: M20 and M21 (legal model 4.3, step 1)."""

from __future__ import annotations

from typing import Final

from streams.core.events import MarketingMessage
from streams.core.rules.rule import Rule
from streams.core.state import Verdict
from streams.core.vocabulary import CALLS, Channel, Code, Reason

RULE: Final = Rule(
    norm="4.3, step 1",
    judges=MarketingMessage,
    codes=(Code.MSG_NO_UNSUBSCRIBE, Code.MSG_SENDER_NOT_IDENTIFIABLE),
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_POST: Final = Channel.POST
_CALLS: Final = CALLS


def judge_message_extras(message: MarketingMessage) -> list[Verdict]:
    """A way to stop in every message (not on paper), and a true sender.

    A field that a producer does not fill accuses nobody: only false is a defect.
    """
    found: list[Verdict] = []
    if message.channel is not _POST and message.unsubscribe_present is False:
        found.append(Verdict(code=Code.MSG_NO_UNSUBSCRIBE))
    missing: Reason | None = None
    if message.sender_identity_present is False:
        missing = Reason.SENDER_IDENTITY
    elif message.contact_point_present is False:
        missing = Reason.CONTACT_POINT
    elif message.channel in _CALLS and message.caller_id_shown is False:
        missing = Reason.CALLER_ID
    if missing is not None:
        found.append(Verdict(code=Code.MSG_SENDER_NOT_IDENTIFIABLE, reason=missing))
    return found
