"""How the judging of a record ended."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How the judging of a record ended; one of the terms that add up to records read.

    NOT_ASSESSED: a share or message from before the GDPR or `assess_from`, or a human call
    from before July 2021 (legal model 4.2 and 4.3, step 0). It is kept as a fact.
    EXPIRED is for facts from before an erasure that arrive again (4.5).
    """

    JUDGED = "judged"
    NOT_ASSESSED = "not_assessed"
    DUPLICATE = "duplicate"
    REPLAY = "replay"
    EXPIRED = "expired"
