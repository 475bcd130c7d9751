"""Once the broker's own cleaner was there, one row is left of a person who was erased (GDPR 17)."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from streams.cli.main import main
from streams.core.events import DataShare, Event
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant, days, hours
from streams.core.policy import default_policy
from streams.core.vocabulary import Code
from streams.topics import all_topics
from streams.verify import verify
from streams.wire.rows import decode_row
from tests.kafka.compacting import compact_at_once, eager_cleaner
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import CONTROLLER, START, grant, share, stories, withdrawal

WHO = "p1-0a5eed"
ONLY_THEIRS = RecipientId("ONLYTHEIRS")


def lived() -> list[Event]:
    """A consent, a share under it, its end, a share after it; each id says whose it is."""
    under = share(WHO, f"{WHO}/under", Instant(START + 1))
    assert isinstance(under, DataShare)
    return [
        grant(WHO, f"{WHO}/grant", START),
        msgspec.structs.replace(under, recipient_id=ONLY_THEIRS),
        withdrawal(WHO, f"{WHO}/end", Instant(START + 2)),
        share(WHO, f"{WHO}/after", Instant(START + hours(1))),
    ]


def no_event(bus: Bus) -> Sent:
    """A record of theirs that is no fact: no row has the finding about it."""
    return bus.event(share(WHO, f"{WHO}/ahead", Instant(int(time.time() * 1000) + days(9))))


def records(bus: Bus, topic: str) -> list[Any]:
    """All that a topic holds, aborted and replaced records too."""
    consumer = KafkaConsumer(
        **bus.settings.connection.kafka_python_options(), isolation_level="read_uncommitted"
    )
    place, found = TopicPartition(topic, 0), list[Any]()
    try:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        while consumer.position(place) < end:
            found += [one for some in consumer.poll(200).values() for one in some]
    finally:
        consumer.close()
    return found


def about_them(bus: Bus, topic: str) -> list[Any]:
    """The records that hold the pseudonym, an id of theirs, or a recipient of theirs alone."""
    needles = WHO.encode(), ONLY_THEIRS.encode()
    return [
        one
        for one in records(bus, topic)
        if any(needle in part for needle in needles for part in _parts(one))
    ]


def _parts(record: Any) -> list[bytes]:
    headers = [text for name, value in record.headers for text in (name.encode(), value or b"")]
    return [record.key or b"", record.value or b"", *headers]


def others(bus: Bus) -> None:
    """What makes the broker begin new segments: it compacts none that is written to."""
    name = uuid.uuid4().hex[:8]
    at = Instant(START + 1)
    bus.send(*bus.events([share(name, f"1-{name}", START), withdrawal(name, f"2-{name}", at)]))


def test_one_row_is_left_and_a_replay_brings_nothing_back(
    kafka: str,
    unique: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Bus(kafka, unique, partitions=1) as bus, eager_cleaner(bus):
        for name, value in bus.environment().items():
            if name.startswith("CONSENTRY_"):
                monkeypatch.setenv(name, value)
        compacted = [
            topic.name
            for topic in all_topics(bus.settings)
            if topic.config["cleanup.policy"] == "compact"
        ]
        names = bus.names
        compact_at_once(bus, *compacted)
        before = [*lived(), *stories(3)]
        with bus.worker() as worker:
            bus.send(*bus.events(before), no_event(bus))
            bus.settle(worker)
            assert all(about_them(bus, topic) for topic in (names.violations, names.duties))
            words = ["--controller", CONTROLLER, "--subject", WHO, "--why", "a request", "--yes"]
            capsys.readouterr()
            assert main(["erase", *words, "--json"]) == 0
            answer = json.loads(capsys.readouterr().out)
            assert answer["findings_about_records"] == 1

            def cleaned() -> dict[str, list[Any]] | None:
                others(bus)
                bus.settle(worker)
                left = {topic: about_them(bus, topic) for topic in compacted}
                kept = sum(map(len, left.values()))
                return left if kept == 2 else None

            left = until(cleaned, "the broker's cleaner", seconds=90)
            [row], [result] = left.pop(names.changelog), left.pop(names.command_results)
            assert not any(left.values())
            # The person is named by the row alone; the result names who is to be notified.
            assert decode_row(row.value).erases
            assert WHO.encode() not in b"".join(_parts(result))
            assert {names.changelog, names.violations, names.duties} == {
                *answer["compacted_within"]
            }
            # The command and the inputs stand on topics that are deleted by age: the answer says so.
            for topic in (names.commands, names.data_share, names.consent_change):
                assert about_them(bus, topic)
                assert topic in answer["kept_until"]
            after = share(WHO, f"{WHO}/later", Instant(int(time.time() * 1000)))
            bus.send(*bus.events([*before, after]))
            bus.settle(worker)
            assert [one.code for one in bus.findings() if one.subject_id == WHO] == [
                Code.SHARE_AFTER_OBJECTION
            ]
            live = {one.key: one.value for one in records(bus, names.changelog)}
            rows = [
                decode_row(value) for key, value in live.items() if WHO.encode() in key and value
            ]
            assert [row.erases for row in rows].count(True) == 1
            assert len(rows) == 2
            assert verify(bus.settings, default_policy()).equal
            assert worker.stop()[0] == 0
