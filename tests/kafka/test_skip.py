"""A record that stops a worker is set aside on an operator's word, and all still adds up."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from streams.settings import Settings
from streams.topics import create_topics
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import expected, stories
from tests.kafka.test_faults import A_RULE_RAISES, CRASHED
from tests.kafka.test_worker import now


def consentry(bus: Bus, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return bus.command(*words, **settings)


def skip(bus: Bus, where: dict[str, Any], **changed: Any) -> subprocess.CompletedProcess[str]:
    place = {name: where[name] for name in ("topic", "partition", "offset")} | changed
    words = [word for name, value in place.items() for word in (f"--{name}", str(value))]
    return consentry(bus, "skip", *words, "--why", "a rule raises", "--by", "operator")


def verified(bus: Bus) -> bool:
    found = consentry(bus, "verify", "--json")
    document = json.loads(found.stdout)
    assert document["differences"] == [], document["differences"]
    return found.returncode == 0


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
def test_a_record_that_stops_a_worker_is_set_aside(bus: Bus, tmp_path: Path, store: str) -> None:
    kept: dict[str, Any] = {"store": store, "store_folder": tmp_path}
    events = stories(5)
    with bus.worker(fault=A_RULE_RAISES, **kept) as broken:
        bus.send(*bus.events(events))
        assert broken.ended() == CRASHED
        [where] = broken.logged("worker.crashed")
        said = [line for line in broken.text.splitlines() if line][-1]
        assert f"consentry skip --topic {where['topic']} --partition {where['partition']} " in said
        assert f"--offset {where['offset']} " in said
    with bus.start(fault=A_RULE_RAISES, **kept) as again:
        assert again.ended() == CRASHED
    ordered, again_ordered = skip(bus, where), skip(bus, where)
    assert ordered.returncode == again_ordered.returncode == 0, ordered.stderr
    assert "ordered before, by operator" in again_ordered.stdout
    with bus.worker(fault=A_RULE_RAISES, **kept) as going:
        bus.settle(going)
        rest = [event for event in events if event.event_id != "3-fine"]
        reference = f"{where['topic']}/{where['partition']}/{where['offset']}"
        bus.settle(going)
        going.kill()
    with bus.worker(fault=A_RULE_RAISES, **kept) as restarted:
        bus.settle(restarted)
        # The clock brings what is overdue.
        until(lambda: expected(rest, now()) <= bus.net() or None, "what is overdue is found")
        assert verified(bus)
    [letter] = bus.dead_letters()
    assert letter.letter.code == "OPERATOR_SKIPPED"
    assert "by operator" in letter.letter.reason
    assert "a rule raises" in letter.letter.reason
    assert b"3-fine" in (letter.original.value or b"")
    net = bus.net()
    assert [code for event, code, _ in net if event == reference] == ["UNPROCESSABLE_EVENT"]
    assert {one for one in net if one[0] != reference} == expected(rest, now())
    counters = bus.counters()
    assert counters.balanced
    assert (counters.read, counters.dead_lettered) == (len(events), 1)
    passed = skip(bus, where, offset=0) if where["offset"] else skip(bus, where)
    assert passed.returncode == 2
    assert "judged already" in passed.stderr


def test_a_worker_that_runs_is_fenced_and_nothing_is_judged_twice(bus: Bus) -> None:
    events = stories(4)
    with bus.worker() as running:
        bus.send(*bus.events(events))
        bus.settle(running)
        ahead = bus.event(stories(5)[-1], partition=0)
        running.pause()
        bus.send(ahead)
        end = len([r for r in bus.read(ahead.topic) if r.partition == 0])
        ordered = skip(bus, {"topic": ahead.topic, "partition": 0, "offset": end - 1})
        running.go_on()
        assert ordered.returncode == 0, ordered.stderr
        assert running.ended() == CRASHED
    with bus.worker() as after:
        bus.settle(after)
        assert verified(bus)
    [letter] = bus.dead_letters()
    assert letter.letter.code == "OPERATOR_SKIPPED"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"offset": 999}, "there is no such record"),
        ({"offset": 0}, "judged already"),
        ({"partition": 7}, "has no partition 7"),
        ({"topic": "other"}, "is no topic that is judged"),
    ],
)
def test_what_is_not_there_or_was_judged_is_refused(
    bus: Bus, changed: dict[str, Any], words: str
) -> None:
    events = stories(2)
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        bus.settle(worker)
    place = bus.read(bus.names.data_share)[0]
    where = {"topic": place.topic, "partition": place.partition, "offset": 0}
    before = bus.progress()
    refused = skip(bus, where, **changed)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert bus.progress() == before


def judged(bus: Bus) -> None:
    """A few stories, so that there is a state."""
    with bus.worker() as worker:
        bus.send(*bus.events(stories(2)))
        bus.settle(worker)
        assert worker.stop()[0] == 0


def state_ends(bus: Bus) -> dict[TopicPartition, int]:
    """Where the changelog ends; each order, and the start of each producer, would move it."""
    places = [TopicPartition(bus.names.changelog, n) for n in range(bus.settings.partitions)]
    return bus.ends(places)


def refuses(bus: Bus, where: dict[str, Any], *words: str) -> None:
    """The order is refused in these words, and nothing is written, and nobody fenced."""
    before = state_ends(bus)
    refused = skip(bus, where)
    assert refused.returncode == 2, refused.stdout
    problem, remedy = refused.stderr.splitlines()
    assert problem.startswith("error: ")
    for word in words:
        assert word in refused.stderr
    assert remedy
    assert state_ends(bus) == before


@pytest.mark.parametrize("ends", ["committed", "aborted"])
def test_the_mark_of_a_transaction_is_no_record(bus: Bus, ends: str) -> None:
    judged(bus)
    topic, records = bus.names.data_share, bus.events([*stories(6)[-2:]])
    place = TopicPartition(topic, 0)
    first = bus.ends([place])[place]
    producer = KafkaProducer(
        **bus.settings.connection.kafka_python_options(),
        transactional_id=f"{bus.settings.application_id}-team",
    )
    producer.init_transactions()
    producer.begin_transaction()
    for one in records:
        producer.send(topic, key=one.key, value=one.value, partition=0).get(10)
    if ends == "committed":
        producer.commit_transaction()
    else:
        producer.abort_transaction()
    producer.close()
    mark = first + len(records)
    until(lambda: bus.ends([place])[place] == mark + 1 or None, "the mark")
    words = "there is no record, only a place in the log (a transaction's mark"
    refuses(bus, {"topic": topic, "partition": 0, "offset": mark}, words)
    taken_back = {"topic": topic, "partition": 0, "offset": first}
    if ends == "aborted":
        refuses(bus, taken_back, words)
    else:
        assert skip(bus, taken_back).returncode == 0
    with bus.worker() as after:
        bus.settle(after)
        assert verified(bus)
    assert len(bus.dead_letters()) == (ends == "committed")


def test_the_state_of_another_installation_is_left_alone(bus: Bus) -> None:
    judged(bus)
    own, other = bus.settings, f"{bus.settings.topic_prefix}other."
    given = own.model_dump(exclude_unset=True) | {"topic_prefix": other}
    create_topics(Settings(**given | {"application_id": f"{own.application_id}-other"}))
    # The same application id under another prefix, as after a copy of a file of settings.
    bus.settings = Settings(**given)
    bus.send(Sent(topic=f"{other}data-share", key=b"k", value=b"{}", partition=0))
    bus.names = own.topics
    theirs = {"topic": f"{other}data-share", "partition": 0, "offset": 0}
    refuses(bus, theirs, "belongs to another installation", own.topic_prefix, other)


def test_an_offset_of_a_topic_that_was_created_again_means_nothing(bus: Bus) -> None:
    judged(bus)
    topic = bus.names.purchase
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    before = admin.describe_topics([topic])[0]["topic_id"]
    admin.delete_topics([topic])
    until(lambda: topic in create_topics(bus.settings).created or None, "it is created again")
    now_id = admin.describe_topics([topic])[0]["topic_id"]
    admin.close()
    bus.send(Sent(topic=topic, key=b"k", value=b"{}", partition=0))
    place = {"topic": topic, "partition": 0, "offset": 0}
    refuses(bus, place, f"{topic} was deleted and created again", str(before), str(now_id))
