"""ECS by the fields and types of ECS 9.4.0."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from streams.core.findings import OutputRecord
from streams.siem.ecs import ecs
from tests.siem.goldens import PRODUCER
from tests.siem.hostile import output_records
from tests.siem.lives import lives

_LINES = (Path(__file__).parent / "ecs_9_4_fields.txt").read_text("utf-8").splitlines()[1:]
FIELDS = dict(line.split(" ", 1) for line in _LINES)
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "strings": (str, list),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
}
OWN = "consentry"
"""Elastic asks for a namespace of one's own beside its fields."""


def problems(document: dict[str, Any]) -> list[str]:
    """What in a document ECS does not know, or knows otherwise."""
    found = []
    for name, value in flattened(document):
        if name == OWN or name.startswith((f"{OWN}.", "labels.")):
            continue
        if name not in FIELDS:
            found.append(f"{name} is no field")
        elif not isinstance(value, TYPES[FIELDS[name]]):
            found.append(f"{name} is {FIELDS[name]}")
    return found


def flattened(value: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, member in value.items():
        if isinstance(member, dict):
            found += flattened(member, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", member))
    return found


@pytest.mark.parametrize("life", lives())
def test_every_life_is_ecs(life: str) -> None:
    assert problems(ecs(lives()[life], PRODUCER)) == []


@given(output_records)
def test_hostile_findings_are_ecs(one: OutputRecord) -> None:
    document = ecs(one, PRODUCER)
    assert problems(document) == []
    names = [name for name, _ in flattened(document)]
    # Elasticsearch refuses a keyword of more than 32,766 bytes.
    assert all(
        len(text.encode()) < 32_766
        for _, value in flattened(document)
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    )
    assert len(names) == len(set(names))


def test_the_check_bites() -> None:
    document = ecs(lives()["finding opened"], PRODUCER)
    assert problems(document | {"purpose": "x"}) == ["purpose is no field"]
    assert problems(document | {"event": {"severity": "high"}}) == ["event.severity is number"]


def test_allowed_values() -> None:
    for one in lives().values():
        document = ecs(one, PRODUCER)
        # `signal` is Elastic's own; none of the categories is privacy.
        assert document["event"]["kind"] in ("alert", "event")
        assert document["event"]["type"] == ["info"]
        assert "category" not in document["event"]
        assert all(isinstance(value, str) for value in document["labels"].values())
        datetime.fromisoformat(document["@timestamp"])


def test_the_instant_of_the_judged_event_is_not_the_timestamp() -> None:
    document = ecs(lives()["finding revised"], PRODUCER)
    assert document["event"]["start"] == document["event"]["end"] == "2026-09-01T12:00:00.000Z"
    assert document["@timestamp"] == document["event"]["created"] != document["event"]["start"]


def test_duties_have_a_data_stream_of_their_own() -> None:
    for life, one in lives().items():
        expected = "consentry.duty" if life.startswith("duty") else "consentry.violation"
        document = ecs(one, PRODUCER)
        assert document["data_stream"]["dataset"] == document["event"]["dataset"] == expected
