"""Small maps for tests, and what becomes of records by them."""

from __future__ import annotations

from typing import Any

from streams.ingest import Identities, MappedEvent, Mapping, Outcome, map_from_text
from streams.ingest.golden import TEST_KEY, shown_outcome

HEAD = """
version = 1
name = "tool"
controller_id = "OURCO"
"""

PLAIN = """
[[event]]
type = "consent-change"
nature = "act"
subject = {from = "top.email", kind = "email"}

[event.set]
event_id = "t:{top.id}"
occurred_at = {from = "top.at", time = "rfc3339"}
purposes = ["OWN_DIRECT_MARKETING"]
action = {from = "top.answer", words = {yes = "GRANTED", no = "WITHDRAWN"}}
"""

RECORD: dict[str, Any] = {
    "id": "1", "email": "anna@example.nl", "at": "2026-09-01T10:00:00Z", "answer": "yes",
}  # fmt: skip


def mapping(text: str, identities: Identities | None = None) -> Mapping:
    """A map of this text, bound to the key of the test vectors."""
    return Mapping(map_from_text(text, name="map.toml"), TEST_KEY, identities)


def outcomes(text: str, record: Any, headers: dict[str, str] | None = None) -> list[Outcome]:
    """What becomes of a record."""
    return mapping(text).apply(record, headers)


def shown(text: str, record: Any, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The outcomes as plain records."""
    return [shown_outcome(one) for one in outcomes(text, record, headers)]


def one(text: str, record: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The only outcome, as a plain record."""
    (found,) = shown(text, record, headers)
    return found


def reason(text: str, record: Any) -> str:
    """Why the record is rejected."""
    return str(one(text, record)["rejected"])


def events(found: list[Outcome]) -> list[dict[str, Any]]:
    """The events among outcomes, as plain records."""
    return [shown_outcome(one) for one in found if isinstance(one, MappedEvent)]


MAP = HEAD + PLAIN
