"""What is stored of a person, counted for the result of a command about that person."""

from __future__ import annotations

from collections.abc import Mapping

from streams.core.events import DataShare
from streams.core.state import EventRow
from streams.wire.commands import NAMED_MAX, Ongoing
from streams.wire.rows import decode_any


def count_stored(rows: Mapping[bytes, bytes], ongoing: Ongoing) -> None:
    """Facts and what was published about them, and who received data (GDPR 19).

    Raises CorruptRow.
    """
    recipients: set[str] = set()
    for what in ("facts", "refused_ids", "findings", "duties"):
        ongoing.count(what, 0)
    for place, stored in rows.items():
        row = decode_any(stored, place)
        if not isinstance(row, EventRow):
            ongoing.count("refused_ids")
            ongoing.count("findings")
            continue
        ongoing.count("facts")
        ongoing.count("findings", len(row.published))
        ongoing.count("duties", len(row.duties))
        if isinstance(row.fact.event, DataShare):
            recipients.add(row.fact.event.recipient_id)
    ongoing.count("recipients", len(recipients))
    ongoing.recipients = tuple(sorted(recipients)[:NAMED_MAX])
