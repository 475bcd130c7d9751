"""What every marketing message must show: M20 and M21 (legal model 4.3, step 1)."""

from __future__ import annotations

from typing import Final

from streams.core.events import MarketingMessage
from streams.core.identifiers import Slot
from streams.core.state import Verdict
from streams.core.vocabulary import CALLS, Channel

UNSUBSCRIBE_SLOT = Slot("M.UNSUB")
IDENTITY_SLOT = Slot("M.IDENT")

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_POST: Final = Channel.POST


def judge_message_extras(message: MarketingMessage) -> dict[Slot, Verdict]:
    """A way to stop in every message (not on paper), and a true sender.

    A field that a producer does not fill accuses nobody: only false is a defect.
    """
    found: dict[Slot, Verdict] = {}
    if message.channel is not _POST and message.unsubscribe_present is False:
        found[UNSUBSCRIBE_SLOT] = Verdict(code="MSG_NO_UNSUBSCRIBE")
    missing = None
    if message.sender_identity_present is False:
        missing = "SENDER_IDENTITY"
    elif message.contact_point_present is False:
        missing = "CONTACT_POINT"
    elif message.channel in CALLS and message.caller_id_shown is False:
        missing = "CALLER_ID"
    if missing is not None:
        found[IDENTITY_SLOT] = Verdict(code="MSG_SENDER_NOT_IDENTIFIABLE", reason=missing)
    return found
