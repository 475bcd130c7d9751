"""What `/live` and `/ready` of a receiver answer with."""

from __future__ import annotations

import msgspec


class ReceiveReport(msgspec.Struct, frozen=True, kw_only=True):
    """How it is; `accepted` and `refused` count requests by source."""

    live: bool
    ready: bool
    reasons: list[str]
    accepted: dict[str, int]
    refused: dict[str, int]
