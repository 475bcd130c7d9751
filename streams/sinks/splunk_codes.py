"""The codes in the answers of Splunk's HTTP Event Collector, as its manual lists them."""

from __future__ import annotations

from typing import Final

from streams.sinks.contract import SinkDown
from streams.sinks.http_client import Reply, phrase

BAD_EVENT: Final = (5, 6, 12, 13, 15)
"""No data, invalid format, event missing, event blank, indexed fields wrong."""
BAD_TOKEN: Final = (1, 2, 3, 4)
NO_CHANNEL: Final = (10, 11)
WRONG_INDEX: Final = 7
NO_ACKNOWLEDGEMENT: Final = 14
_WORDS: Final = {
    5: "no data",
    6: "invalid data format",
    7: "incorrect index",
    9: "server is busy",
    10: "data channel is missing",
    11: "invalid data channel",
    12: "event field is required",
    13: "event field cannot be blank",
    14: "acknowledgement is disabled",
    15: "error in indexed fields",
}


def code_of(reply: Reply) -> int | None:
    """The code of an answer, None where it has none."""
    code = reply.json().get("code")
    return code if isinstance(code, int) else None


def answer_of(reply: Reply) -> str:
    """Status and code in Splunk's documented words; its text may quote events."""
    code = code_of(reply)
    if code is None:
        return phrase(reply.status)
    words = _WORDS.get(code, "")
    return f"{phrase(reply.status)}, code {code}" + (f": {words}" if words else "")


def no_acknowledgement(answer: str) -> SinkDown:
    """The token confirms nothing, and the sink is set to wait for it."""
    return SinkDown(
        f"no indexer acknowledgement: {answer}",
        "Switch it on for the token, or set acknowledge = false.",
        lasting=True,
    )
