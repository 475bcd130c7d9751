"""Updates in a format, with the mark of a test."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS, Rendered
from streams.siem.producer import Producer
from streams.sinks.contract import DeliveryResult, DeliveryStatus
from streams.sinks.finding_update import FindingUpdate


def rendered(update: FindingUpdate, form: str, producer: Producer) -> Rendered | DeliveryResult:
    """The update in a format, or REJECTED where it cannot be written.

    An update that a format stumbles over must not hold up all that follow.
    """
    try:
        made = FORMATS[form](update.record, producer)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        return rejected(f"cannot be written as {form}: {type(error).__name__}")
    if update.test and isinstance(made, dict):
        _mark(made, form)
    return made


def as_object(
    update: FindingUpdate, form: str, producer: Producer
) -> dict[str, Any] | DeliveryResult:
    """The update as a JSON object; for a format that has objects."""
    made = rendered(update, form, producer)
    if isinstance(made, KafkaRecord):
        event: dict[str, Any] = msgspec.json.decode(made.value)
        return event
    assert not isinstance(made, str)
    return made


def as_line(update: FindingUpdate, form: str, producer: Producer) -> bytes | DeliveryResult:
    """The update as one line without its end."""
    made = rendered(update, form, producer)
    if isinstance(made, DeliveryResult):
        return made
    if isinstance(made, KafkaRecord):
        return made.value
    return made.encode() if isinstance(made, str) else msgspec.json.encode(made)


def rejected(reason: str) -> DeliveryResult:
    """Never to be taken, for a reason of one short line."""
    return DeliveryResult(verdict=DeliveryStatus.REJECTED, reason=reason)


def retry(reason: str, retry_after_s: float | None = None) -> DeliveryResult:
    """Not taken now."""
    return DeliveryResult(verdict=DeliveryStatus.RETRY, reason=reason, retry_after_s=retry_after_s)


def _mark(made: dict[str, Any], form: str) -> None:
    """Where a rule of the receiver can leave tests out. The texts say it in every format."""
    if form == "ecs":
        made["tags"] = [*made["tags"], "test"]
    elif form == "ocsf":
        made["unmapped"]["test"] = True
    elif form == "flat":
        made["consentry.test"] = True
