"""One update as an event for Splunk's HTTP Event Collector."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from streams.core.instants import Instant
from streams.siem.producer import Producer
from streams.sinks.contract import DeliveryResult
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.render import as_object


def hec_event(
    update: FindingUpdate, form: str, producer: Producer, beside: Mapping[str, str]
) -> bytes | DeliveryResult:
    """The event with what Splunk keeps beside it (host, source, ...); the field `uid` is indexed."""
    made = as_object(update, form, producer)
    if isinstance(made, DeliveryResult):
        return made
    time = seconds(update.record.detected_at)
    event = {"time": time, **beside, "event": made, "fields": {"uid": update.uid}}
    return msgspec.json.encode(event)


def seconds(at: Instant) -> str:
    """Seconds since 1970 with milliseconds, as text: a JSON number would be rounded."""
    sign, at_ms = ("-", -at) if at < 0 else ("", at)
    return f"{sign}{at_ms // 1000}.{at_ms % 1000:03d}"
