"""What we write as an independent program reads it, in batches: one run for many lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streams.core.findings import OutputRecord
from streams.siem.cef import cef
from streams.siem.formats import FORMATS, one_line
from streams.siem.leef import leef
from streams.siem.ocsf import ocsf
from streams.siem.producer import OcsfClass, OcsfVersion, Producer
from streams.siem.rfc5424 import in_syslog, rfc5424
from tests.siem.hostile import output_records
from tests.siem.lives import lives
from tests.siem.readers import read_cef, read_leef, read_rfc5424
from tests.siem.receiver import needs_tenzir, run_pipeline

pytestmark = needs_tenzir

PRODUCER = Producer(version="1.2.3", instance="i-1")
LIVES = list(lives().values())

WITHIN = 8_500_000_000_000
"""The receiver counts nanoseconds in 64 bits, and passes over syslog messages that go back
centuries after others: milliseconds from 1970 to 2239."""


def within_reach(one: OutputRecord) -> OutputRecord:
    """The same with instants that the receiver knows."""
    names = ("detected_at", "occurred_at", "starts_at", "due_at", "notified_at")
    held = {name: getattr(one, name) for name in names if getattr(one, name, None) is not None}
    bounded = {name: max(0, min(WITHIN, at)) for name, at in held.items()}
    return msgspec.structs.replace(one, **bounded)


batches = st.lists(output_records.map(within_reach), min_size=1, max_size=50)
few = settings(
    max_examples=3,
    deadline=None,
    # Making a failing batch smaller would take hundreds of runs of the receiver.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_TIMES = (
    "time start_time end_time finding_info.created_time finding_info.modified_time "
    "finding_info.first_seen_time"
).split()


def lines(texts: list[str], folder: Path, suffix: str) -> Path:
    """A file with one line each."""
    path = folder / f"lines.{suffix}"
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8", newline="\n")
    return path


@given(batches)
@few
def test_cef(tmp_path: Path, many: list[OutputRecord]) -> None:
    path = lines([cef(one, PRODUCER) for one in many], tmp_path, "cef")
    events, complaints = run_pipeline(f'from_file "{path}" {{ read_cef }} | write_ndjson', tmp_path)
    assert complaints == ""
    assert len(events) == len(many)
    for one, event in zip(many, events, strict=True):
        expected = read_cef(cef(one, PRODUCER))
        assert event["device_vendor"] == event["device_product"] == "Consentry"
        assert event["severity"] == expected.header[5]
        assert list(event["extension"]) == list(expected.extension)
        for key in ("externalId", "suid", "cs4", "act", "destinationServiceName"):
            if isinstance(event["extension"].get(key), str):
                assert event["extension"][key] == expected.extension[key]


@given(batches)
@few
def test_leef(tmp_path: Path, many: list[OutputRecord]) -> None:
    path = lines([leef(one, PRODUCER) for one in many], tmp_path, "leef")
    events, complaints = run_pipeline(
        f'from_file "{path}" {{ read_leef }} | write_ndjson', tmp_path
    )
    assert complaints == ""
    assert len(events) == len(many)
    for one, event in zip(many, events, strict=True):
        expected = read_leef(leef(one, PRODUCER))
        assert event["vendor"] == event["product_name"] == "Consentry"
        assert list(event["attributes"]) == list(expected.attributes)
        for key in ("findingId", "eventId", "usrName", "action", "cat"):
            if isinstance(event["attributes"].get(key), str):
                assert event["attributes"][key] == expected.attributes[key]


@given(batches)
@few
def test_syslog_with_octet_counting(tmp_path: Path, many: list[OutputRecord]) -> None:
    messages = []
    for one in many:
        messages += [rfc5424(one, PRODUCER), in_syslog(cef(one, PRODUCER), one, PRODUCER)]
    framed = b"".join(b"%d %s" % (len(m.encode()), m.encode()) for m in messages)
    path = tmp_path / "messages"
    path.write_bytes(framed)
    events, complaints = run_pipeline(
        f'from_file "{path}" {{ read_syslog octet_counting=true }} | write_ndjson', tmp_path
    )
    assert complaints == ""
    assert len(events) == len(messages)
    for message, event in zip(messages, events, strict=True):
        expected = read_rfc5424(message)
        assert event["facility"] * 8 + event["severity"] == expected.priority
        assert event["message_id"] == expected.message_id
        assert event["hostname"] == "i-1"
        assert {
            name: list(parameters) for name, parameters in event["structured_data"].items()
        } == {name: list(parameters) for name, parameters in expected.data.items()}
        assert event["message"] == expected.text


def cast(many: list[dict[str, Any]], folder: Path) -> tuple[list[dict[str, Any]], str]:
    """Through `ocsf_cast`, which warns of unknown attributes, wrong types and wrong symbols."""
    path = lines([one_line(one) for one in many], folder, "ndjson")
    times = "".join(f" | {name} = from_epoch({name}? * 1ms)" for name in _TIMES)
    return run_pipeline(
        f'from_file "{path}" {{ read_ndjson raw=true }}{times} | ocsf_cast | write_ndjson', folder
    )


@pytest.mark.parametrize("version", OcsfVersion)
def test_ocsf_is_cast_without_a_warning(tmp_path: Path, version: OcsfVersion) -> None:
    made = []
    for kind in OcsfClass:
        producer = Producer(version="1.2.3", ocsf_version=version, ocsf_class=kind)
        made += [ocsf(one, producer) for one in LIVES]
    events, complaints = cast(made, tmp_path)
    assert complaints == ""
    assert [one["metadata"]["uid"] for one in events] == [one["metadata"]["uid"] for one in made]
    assert {one["metadata"]["version"] for one in events} == {version.value}
    assert {one["class_uid"] for one in events} == {2003, 2006}
    for event, one in zip(events, made, strict=True):
        assert set(event["unmapped"]) >= set(one["unmapped"])
        assert event["type_uid"] == one["type_uid"]


@given(batches)
@few
def test_hostile_ocsf_is_cast_without_a_warning(tmp_path: Path, many: list[OutputRecord]) -> None:
    events, complaints = cast([ocsf(one, PRODUCER) for one in many], tmp_path)
    assert complaints == ""
    assert len(events) == len(many)


def test_the_receiver_complains_of_what_is_wrong(tmp_path: Path) -> None:
    good = ocsf(LIVES[0], PRODUCER)
    assert "purpose" in cast([good | {"purpose": "x"}], tmp_path)[1]
    assert "severity_id" in cast([good | {"severity_id": "x"}], tmp_path)[1]
    forged = lines(["CEF:0|Consentry|Consentry|1|c|t|8|suid=a|b"], tmp_path, "cef")
    _, complaints = run_pipeline(f'from_file "{forged}" {{ read_cef }} | write_ndjson', tmp_path)
    assert "incorrect field count" in complaints


def test_flat_and_ecs_are_json_lines(tmp_path: Path) -> None:
    for form in ("flat", "ecs"):
        made = [FORMATS[form](one, PRODUCER) for one in LIVES]
        texts = [one_line(one) for one in made if isinstance(one, dict)]
        path = lines(texts, tmp_path, "ndjson")
        events, complaints = run_pipeline(
            f'from_file "{path}" {{ read_ndjson raw=true }} | write_ndjson', tmp_path
        )
        assert complaints == ""
        assert len(events) == len(LIVES)
