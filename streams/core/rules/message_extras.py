"""What every marketing message must show: M20 and M21 (legal model 4.3, step 1)."""

from __future__ import annotations

from streams.core.events import MarketingMessage
from streams.core.identifiers import Slot
from streams.core.state import Verdict
from streams.core.vocabulary import Channel

UNSUBSCRIBE_SLOT = Slot("M.UNSUB")
IDENTITY_SLOT = Slot("M.IDENT")

_CALLS = frozenset({Channel.PHONE_HUMAN, Channel.AUTOMATED_CALL})


def judge_message_extras(message: MarketingMessage) -> dict[Slot, Verdict]:
    """A way to stop in every message (not on paper), and a true sender.

    A field that a producer does not fill accuses nobody: only false is a defect.
    """
    found: dict[Slot, Verdict] = {}
    if message.channel is not Channel.POST and message.unsubscribe_present is False:
        found[UNSUBSCRIBE_SLOT] = Verdict(code="MSG_NO_UNSUBSCRIBE")
    missing = [
        reason
        for reason, defect in (
            ("SENDER_IDENTITY", message.sender_identity_present is False),
            ("CONTACT_POINT", message.contact_point_present is False),
            ("CALLER_ID", message.channel in _CALLS and message.caller_id_shown is False),
        )
        if defect
    ]
    if missing:
        found[IDENTITY_SLOT] = Verdict(code="MSG_SENDER_NOT_IDENTIFIABLE", reason=missing[0])
    return found
