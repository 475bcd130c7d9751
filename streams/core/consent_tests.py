"""The tests that a consent must pass, T1 to T11 (legal model 4.2)."""

from __future__ import annotations

from enum import IntEnum


class ConsentTest(IntEnum):
    """T1 to T11 in the order of legal model 4.2; 0 means that there is no grant at all."""

    RECORD = 0
    PURPOSE = 1
    RECIPIENT = 2
    RECIPIENT_NAMED = 3
    DATA_CATEGORY = 4
    CHANNEL = 5
    EXPIRY = 6
    AFFIRMATIVE = 7
    GUARDIAN = 8
    DEMONSTRABLE = 9
    INFORMED = 10
    FREE_AND_SPECIFIC = 11
