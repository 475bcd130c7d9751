"""`consentry ingest` on a real Kafka: topics that are not ours, `kill -9`, and each event once.

Three source topics with other partition counts, codecs, keys and cleanup than Consentry's, written
by librdkafka; two instances, one of which is killed at random moments; an identity table on a
compacted topic.
"""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import TopicPartition

from streams.cli.main import main
from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.ingest.rejects import PREFIX
from streams.ingest.service.record_mapper import INGESTED_FROM
from streams.topics import admin_session
from streams.wire.decode import Decoded, decode
from streams.wire.murmur2 import murmur2
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.ingesting import CONFIG, KEY, MAP, RECORDS, TOPICS, Ingest, sent, subject
from tests.kafka.replayed_rejects import require_rejects_are_mapped_again

pytest.importorskip("confluent_kafka", reason="librdkafka is not installed")
pytestmark = pytest.mark.timeout(150)


@pytest.fixture
def ingest(kafka: str, unique: str, tmp_path: Path) -> Iterator[Ingest]:
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "consentry.toml").write_text(CONFIG.format(name=unique))
    for name in TOPICS:
        (tmp_path / f"{name}").mkdir()
        (tmp_path / name / "map.toml").write_text(MAP.format(name=name))
    with Bus(kafka, unique) as bus, admin_session(bus.settings.connection) as client:
        wanted = {
            f"{unique}.{topic}": {"num_partitions": count, "replication_factor": 1, "configs": c}
            for topic, count, _, c in TOPICS.values()
        }
        wanted[f"{unique}.people"] = {"num_partitions": 1, "replication_factor": 1,
                                      "configs": {"cleanup.policy": "compact"}}  # fmt: skip
        client.create_topics(wanted)
        yield Ingest(bus, unique, tmp_path)


def test_every_event_once_whatever_is_killed(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bus, drawn = ingest.bus, random.Random(7)
    people = json.dumps({"customer-id": "p1-canonical", "email": subject("person1@example.nl")})
    bus.send(sent(ingest, "people", b"c-1", people.encode()))
    ingest.send(0, RECORDS // 3)
    first, second = ingest.start("i1"), ingest.start(None)
    try:
        first.wait_for("ingest.ready")
        second.wait_for("ingest.ready")
        ingest.send(RECORDS // 3, RECORDS * 2 // 3)
        for _ in range(2):
            time.sleep(drawn.uniform(0.05, 0.6))
            first.kill()
            first = ingest.start("i1")
            first.wait_for("ingest.assigned")
        ingest.send(RECORDS * 2 // 3, RECORDS)
        assert second.stop()[0] == 0  # its partitions go to the other
        ingest.settle(first)
        shown = scraped(first)
        require_people_are_followed(ingest, first)
        assert first.stop()[0] == 0
    finally:
        first.kill()
        second.kill()
    require_once(ingest)
    require_rejects(ingest)
    require_balanced(first)
    require_balanced(second)
    assert 'consentry_ingest_records_total{outcome="mapped",source="shop"}' in shown
    assert "person" not in first.text + second.text
    require_rejects_are_mapped_again(ingest, monkeypatch, capsys)
    require_looks_at_topics(ingest, capsys)
    require_lost_input_is_named(ingest)


def require_balanced(process: WorkerProcess) -> None:
    """Every record that it read has ended, and every outcome is counted."""
    counts = {line["source"]: line for line in process.logged("ingest.counts")}
    assert set(counts) == {*TOPICS, "ingest-replay"}
    assert sum(line["records"] for line in counts.values()) > 0
    for line in counts.values():
        ends = ("mapped", "ignored", "rejected", "tombstones")
        assert line["records"] == sum(line[end] for end in ends)
        outcomes = line["events"] + line["ignored_items"] + line["rejected_items"]
        assert outcomes >= line["records"] - line["tombstones"]


def require_people_are_followed(ingest: Ingest, process: WorkerProcess) -> None:
    """A person who becomes known while it runs is known to what comes then."""
    own = subject("late@example.nl")
    value = json.dumps({"canonical": "p1-late", "email": own}).encode()
    ingest.bus.send(sent(ingest, "people", b"c-2", value), sent(ingest, "people", b"c-3", b"{"))
    known = 'consentry_ingest_identity_records_total{outcome="read"} 2.0'
    until(lambda: known in scraped(process) or None, "the person is known", worker=process)
    late = {"id": "late", "email": "late@example.nl", "at": "2026-09-02T10:00:00Z", "answer": "yes"}
    ingest.bus.send(sent(ingest, "shop", b"k", json.dumps(late).encode()))
    ingest.settle(process)
    (event,) = [one for one in events(ingest) if one.event_id == "shop:late"]
    assert event.subject_id == "p1-late"
    assert process.logged("ingest.identity_refused")[0]["offset"] == 2


def events(ingest: Ingest) -> list[Any]:
    """What stands on the topic of consent changes."""
    found = []
    for record in ingest.bus.read(ingest.bus.names.consent_change):
        decoded = decode(record.value, EventType.CONSENT_CHANGE)
        assert isinstance(decoded, Decoded)
        found.append(decoded.event)
    return found


def require_looks_at_topics(ingest: Ingest, capsys: pytest.CaptureFixture[str]) -> None:
    """`try`, `coverage` and `guess` on the last records of a topic, in no group."""
    topic = f"{ingest.name}.mail.events"
    own = ["--topic", topic, "--brokers", ",".join(ingest.bus.settings.brokers)]
    folder = str(ingest.folder / "mail")
    assert main(["ingest", "try", folder, *own, "--last", "30", "--controller", "OURCO"]) == 1
    said = capsys.readouterr().out
    assert "30 records: 27 events, 1 ignored, 2 rejected" in said
    assert f"{topic}/0:" in said
    assert "person" not in said
    assert main(["ingest", "coverage", folder, *own, "--last", "30"]) == 1
    assert "1 without a word at consent-change: top.answer: perhaps" in capsys.readouterr().out
    assert main(["ingest", "guess", *own]) == 0
    assert 'from = "top.answer"  # guess' in capsys.readouterr().out
    assert main(["ingest", "guess", "--topic", f"{topic}.none", *own[2:]]) == 2
    assert f"there is no topic {topic}.none" in capsys.readouterr().err


def scraped(process: WorkerProcess) -> str:
    """What `/metrics` says, once `/ready` says yes: another member may just be joining."""
    address = process.wait_for("health.listening")["address"]

    def ready() -> bool | None:
        try:
            with urllib.request.urlopen(f"http://{address}/ready", timeout=10) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return None

    until(ready, "it is ready", worker=process)
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def require_once(ingest: Ingest) -> None:
    """Each event once, under its key, on the partition of the key; persons as the table says."""
    bus = ingest.bus
    count = bus.settings.partitions
    found: Counter[tuple[str, str]] = Counter()
    for record in bus.read(bus.names.consent_change):
        decoded = decode(record.value, EventType.CONSENT_CHANGE)
        assert isinstance(decoded, Decoded)
        event = decoded.event
        assert record.key == subject_key(event.controller_id, event.subject_id)
        assert record.partition == murmur2(record.key) % count
        headers = dict(record.headers)
        assert headers[INGESTED_FROM].startswith(ingest.name.encode())
        if event.event_id != "shop:late":
            assert headers["traceparent"].startswith(b"00-")
        found[event.event_id, event.subject_id] += 1
    wanted: set[tuple[str, str]] = set()
    for event_id in ingest.expected.events:
        number = int(event_id.split(":")[1])
        own = subject(f"person{number % 50}@example.nl")
        known = number % 50 == 1
        if number % 3 == 0:
            wanted.add((event_id, own))
        if known:
            wanted.add((event_id, "p1-canonical"))
        elif number % 3:
            wanted.add((event_id, own))
    assert {one for one in found if one[0] != "shop:late"} == wanted
    assert set(found.values()) == {1}


def require_rejects(ingest: Ingest) -> None:
    """Each once, as it was, with the reason and its place."""
    bus = ingest.bus
    rejects = bus.read(bus.names.ingest_rejects)
    assert len(rejects) == ingest.expected.rejected
    places = set()
    for record in rejects:
        headers = dict(record.headers)
        names = ("source", "topic", "partition", "offset", "reason")
        source, topic, partition, offset, reason = (headers[PREFIX + n].decode() for n in names)
        places.add((topic, partition, offset))
        assert topic == f"{ingest.name}.{TOPICS[source][0]}"
        assert record.key.startswith(b"key-")
        assert "traceparent" in headers
        if record.value.startswith(b"\0"):
            assert "registry" in reason
        else:
            assert json.loads(record.value)["answer"] == "perhaps"
            assert reason == "top.answer: the map has no word for the value"
    assert len(places) == len(rejects)


def require_lost_input_is_named(ingest: Ingest) -> None:
    """Records that were deleted before they were mapped stop it, in words."""
    shop = f"{ingest.name}.shop"
    ingest.bus.send(sent(ingest, "shop", b"k", b"{}"), sent(ingest, "shop", b"k", b"{}"))
    place = TopicPartition(shop, 0)
    end = ingest.bus.ends([place])[place]
    with admin_session(ingest.bus.settings.connection) as client:
        client.delete_records({place: end})
    with ingest.start("i1") as process:
        assert process.ended() == 2
    assert f"{shop}, partition 0: the broker no longer has offset" in process.text
    assert "accept_lost_input" in process.text
