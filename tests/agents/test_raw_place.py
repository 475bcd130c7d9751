"""The finding about raw personal data says where they stand, and an alert about it says so too."""

from __future__ import annotations

import json
from pathlib import Path

from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.core.state import FactSource
from streams.core.vocabulary import EventType
from streams.siem.producer import Language
from streams.sinks.alert_fields import facts, what_to_do
from streams.sinks.finding_update import FindingUpdate
from streams.wire.guard import guard_record
from streams.wire.looks import RawKind
from streams.wire.origin import Origin
from streams.wire.refused import Refused
from streams.wire.rejected import raw_key, reject_raw
from tests.alerts.building import NOON, policy

ROOT = Path(__file__).parents[2]
VALUE = "m.jansen@example.org"
RECORD = {
    "event_type": "marketing-message",
    "event_id": "bad-x1",
    "controller_id": "DUINZICHT",
    "subject_id": "sdef216727bc2a911570bae6c",
    "occurred_at": "2026-08-04T16:55:59.335Z",
    "recorded_at": "2026-08-04T16:55:59.335Z",
    "source_system": VALUE,
}
ORIGIN = Origin(FactSource("marketing-message", 3, 417), NOON, Instant(NOON))


def finding_about(record: dict[str, str]) -> Finding:
    found = guard_record(record)
    assert found is not None
    rejected = reject_raw(found, record, EventType.MARKETING_MESSAGE)
    return Refused(ORIGIN, rejected).finding(default_policy())


def test_it_names_topic_partition_offset_and_field_and_never_the_value() -> None:
    finding = finding_about(RECORD)
    assert finding.explanation_en.endswith(
        "The record stands on marketing-message, partition 3, offset 417, in the field "
        "source_system."
    )
    assert finding.explanation_nl.endswith(
        "Het bericht staat op marketing-message, partitie 3, offset 417, in het veld source_system."
    )
    assert VALUE not in repr(finding)


def test_where_no_field_is_known_the_place_is() -> None:
    rejected = reject_raw(guard_record(RECORD), RECORD, None)  # type: ignore[arg-type]  # it is found
    keyed = rejected.__class__(dead_letter=raw_key(RawKind.EMAIL))
    explanation = Refused(ORIGIN, keyed).finding(default_policy()).explanation_en
    assert explanation.endswith("stands on marketing-message, partition 3, offset 417.")


def test_an_alert_about_it_says_where_it_is_and_what_to_do() -> None:
    update = FindingUpdate(record=finding_about(RECORD), topic="violations", partition=0, offset=0)
    (record,) = policy().take(update, NOON)
    assert "partition 3, offset 417, in the field source_system" in dict(facts(record))["Why"]
    assert what_to_do(record)[1].startswith("Erase the personal values from the source")
    assert record.language is Language.EN
    assert VALUE not in json.dumps(facts(record))


def test_the_runbook_promises_what_the_finding_says() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    section = page[page.index("### Raw personal data") :]
    section = section[: section.index("\n### ", 5)]
    assert "names topic, partition, offset and field" in section
