"""Ids of events of which one record makes several, and of states that come again."""

from __future__ import annotations

from collections.abc import Sequence

from streams.core.instants import Instant
from streams.core.vocabulary import ConsentAction, Purpose
from streams.ingest.outcomes import reject
from streams.ingest.values import text_fault

Parts = tuple[tuple[Purpose, ...], str, str | None]
"""The purposes, event id and consent id of one grant."""


def by_purpose(
    purposes: tuple[Purpose, ...], event_id: str, consent_id: str | None
) -> Sequence[Parts]:
    """A grant for each purpose: with several, the purpose is part of event and consent id.

    Raises Stopped where there is no purpose, and for an id that would be too long.
    """
    if len(purposes) == 1:
        return ((purposes, event_id, consent_id),)
    if not purposes:
        reject("purposes is absent, and a grant names its purpose")
    return [
        (
            (purpose,),
            _checked("event_id", f"{event_id}:{purpose}"),
            None if consent_id is None else _checked("consent_id", f"{consent_id}:{purpose}"),
        )
        for purpose in purposes
    ]


def state_id(event_id: str, action: ConsentAction, occurred_at: Instant) -> str:
    """A state that comes again is the same event; one that changed is another. Raises Stopped."""
    return _checked("event_id", f"{event_id}:{action}:{occurred_at}")


def _checked(name: str, text: str) -> str:
    fault = text_fault(name, text)
    if fault is not None:
        reject(fault)
    return text
