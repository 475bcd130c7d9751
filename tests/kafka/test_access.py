"""The ACLs that `--dry-run` lists are enough, and no more: tried on a broker that enforces them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

import kafka
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
from kafka import KafkaConsumer
from kafka.errors import AuthorizationError

from streams.control.in_force import begin, policy_now
from streams.control.write import append
from streams.dev.broker import LocalBroker
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import (
    Party,
    TopicAspect,
    admin_session,
    all_topics,
    check_topics,
    create_topics,
)
from streams.topics.cluster import read_cluster
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions
from tests.kafka import harness
from tests.kafka.acl_roles import As, as_role, give, guarded, login, producer_of, role_named
from tests.kafka.stories import stories
from tests.kafka.test_skip import consentry
from tests.policy_log.bus import LATER, record, text

__all__ = ["as_role", "guarded"]


async def _send(settings: Settings, topic: str) -> None:
    async with producer_of(settings, enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key", partition=0)


async def _read(settings: Settings, topic: str, group: str | None = None) -> bytes | None:
    """The first record of partition 0, read with a group or without."""
    consumer = AIOKafkaConsumer(
        **settings.connection.aiokafka_options(),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        record = await asyncio.wait_for(consumer.getone(place), 10)
        if group is not None:
            await consumer.commit({place: record.offset + 1})
        value: bytes | None = record.value
        return value


def test_the_administrator_creates_and_checks(as_role: As) -> None:
    assert check_topics(as_role("administrator")) == []


def test_the_worker_may_check_but_not_create(as_role: As) -> None:
    settings = as_role("worker")
    assert check_topics(settings) == []
    missing = settings.model_copy(update={"topic_ticks": "other-ticks"})
    with pytest.raises(ConsentryError, match="other-ticks"):
        create_topics(missing)


def test_what_may_not_be_seen_is_called_hidden(as_role: As) -> None:
    problems = check_topics(as_role("producer of purchase"))
    by_topic = {
        p.topic: (p.check, p.what) for p in problems if p.check is not TopicAspect.PARTITIONS
    }
    assert by_topic["purchase"] == (TopicAspect.HIDDEN, "the user may not read its settings")
    assert by_topic["data-share"] == (TopicAspect.HIDDEN, "the user may not describe it")
    assert set(by_topic) == {one.name for one in all_topics(Settings(partitions=2))}


def test_a_producing_team_writes_its_own_topic_only(as_role: As) -> None:
    settings = as_role("producer of purchase")
    asyncio.run(_send(settings, "purchase"))
    _refused(TopicAuthorizationFailedError, lambda: _send(settings, "data-share"))
    _may_not_read(settings, "purchase")


def test_the_worker_does_its_whole_transaction(as_role: As) -> None:
    settings = as_role("worker")
    topics = settings.topics
    written = (
        topics.changelog,
        topics.violations,
        topics.duties,
        topics.dead_letters,
        topics.quarantine,
        topics.rekeyed,
        topics.ticks,
    )

    async def work() -> None:
        transactional_id = settings.transactional_id(0)
        async with (
            producer_of(settings, transactional_id=transactional_id) as producer,
            producer.transaction(),
        ):
            for topic in written:
                # Waited for each: aiokafka commits a transaction of which a batch was refused.
                await producer.send_and_wait(topic, b"value", key=b"key", partition=0)
            offsets = {TopicPartition(topics.purchase, 0): 0}
            await producer.send_offsets_to_transaction(offsets, settings.group_id)
        for topic in (topics.changelog, topics.rekeyed, topics.ticks):
            assert await _read(settings, topic) == b"value"

    asyncio.run(work())
    _refused(TopicAuthorizationFailedError, lambda: _send(settings, topics.purchase))
    _may_not_read(settings, topics.quarantine)

    async def foreign() -> None:
        async with producer_of(settings, transactional_id="other-1-0"):
            pass

    _refused(TransactionalIdAuthorizationFailed, foreign)


@pytest.mark.parametrize(
    ("party", "topic", "group"),
    [
        (Party.DELIVERY, "consentry.violations", "consentry-delivery"),
        (Party.DELIVERY, "consentry.duties", "consentry-delivery-siem"),
        (Party.DEAD_LETTER_READERS, "consentry.dead-letters", "consentry-dead-letters"),
        (Party.QUARANTINE_READERS, "consentry.quarantine", "consentry-quarantine"),
    ],
)
def test_readers_read_their_topic_and_not_the_quarantine(
    as_role: As, party: Party, topic: str, group: str
) -> None:
    asyncio.run(_send(as_role("worker"), topic))
    settings = as_role(party)
    assert asyncio.run(_read(settings, topic, group)) == b"value"
    other = "consentry.quarantine" if "quarantine" not in topic else "consentry.dead-letters"
    with admin_session(settings.connection) as client:
        assert read_cluster(client, [other]).hidden == {other}
    # Who may write nowhere does not even get an idempotent producer's id.
    writes = any(party in one.writers for one in all_topics(settings))
    refusal = TopicAuthorizationFailedError if writes else ClusterAuthorizationFailedError
    _refused(refusal, lambda: _send(settings, topic))
    _refused(GroupAuthorizationFailedError, lambda: _read(settings, topic, "consentry"))


def test_the_verifier_reads_everything_and_writes_nothing(as_role: As) -> None:
    settings = as_role("verifier")
    assert count_partitions(settings) == 2
    consumer = KafkaConsumer(**settings.connection.kafka_python_options())
    with contextlib.closing(consumer):
        consumer.assign([kafka.TopicPartition(topic.name, 0) for topic in all_topics(settings)])
        consumer.seek_to_beginning()
        # It raises when one of them may not be read.
        consumer.poll(timeout_ms=2_000)

    async def committed() -> dict[str, int]:
        async with LiveBus(settings, Pace(None)) as bus:
            return await bus.committed([settings.topics.data_share], 0)

    assert asyncio.run(committed()) == {}
    _refused(ClusterAuthorizationFailedError, lambda: _send(settings, "purchase"))
    with pytest.raises(ConsentryError, match="consent-change may not be described"):
        count_partitions(as_role("producer of purchase"))


def test_workers_and_the_policy_officer_write_policies_and_the_verifier_reads_them(
    as_role: As,
) -> None:
    officer, verifier = as_role(Party.POLICY), as_role(Party.VERIFIER)
    first = asyncio.run(begin(as_role("worker"), text(), "worker 1"))
    assert first.sequence >= 1
    asyncio.run(append(officer, lambda log: record(log.sequence + 1, text(LATER))))
    assert policy_now(verifier).sequence == first.sequence + 1
    assert count_partitions(officer, Party.POLICY) == 2
    with pytest.raises(ConsentryError):
        asyncio.run(append(verifier, lambda log: record(log.sequence + 1)))
    with admin_session(officer.connection) as client:
        assert read_cluster(client, ["purchase"]).hidden == {"purchase"}


def test_the_operator_sets_a_record_aside_and_no_more(guarded: LocalBroker, unique: str) -> None:
    events = stories(3)
    with harness.Bus(guarded.bootstrap, unique) as bus:
        operator, verifier = (
            role_named(bus.settings, name) for name in (Party.OPERATOR, Party.VERIFIER)
        )
        give(guarded, [operator, verifier])
        with bus.worker() as worker:
            bus.send(*bus.events(events[:-1]))
            bus.settle(worker)
            worker.kill()
        last = bus.event(events[-1], partition=0)
        place = kafka.TopicPartition(last.topic, 0)
        order = {"topic": last.topic, "partition": 0, "offset": bus.ends([place])[place]}
        bus.send(last)
        words = [word for name, value in order.items() for word in (f"--{name}", str(value))]
        words = ["skip", *words, "--why", "a test", "--by", "operator"]
        refused = consentry(bus, *words, **login(guarded, verifier))
        assert refused.returncode == 2
        assert refused.stderr.startswith("error: ")
        assert "Traceback" not in refused.stderr
        ordered = consentry(bus, *words, **login(guarded, operator))
        assert ordered.returncode == 0, ordered.stderr
        with bus.worker() as after:
            bus.settle(after)
        [letter] = bus.dead_letters()
        assert letter.letter.code == "OPERATOR_SKIPPED"
        settings = Settings(
            **bus.settings.model_dump(exclude_unset=True) | login(guarded, operator)
        )
        for topic in (bus.names.data_share, bus.names.commands):
            _refused(TopicAuthorizationFailedError, partial(_send, settings, topic))
        _may_not_read(settings, bus.names.quarantine)


def _may_not_read(settings: Settings, topic: str) -> None:
    """With kafka-python, since aiokafka asks again for ever without saying so."""
    consumer = KafkaConsumer(
        **settings.connection.kafka_python_options(), auto_offset_reset="earliest"
    )
    with contextlib.closing(consumer):
        consumer.assign([kafka.TopicPartition(topic, 0)])
        with pytest.raises(AuthorizationError):
            consumer.poll(timeout_ms=10_000)


def _refused(kind: type[KafkaError], work: Callable[[], Awaitable[object]]) -> None:
    async def run() -> None:
        await work()

    with pytest.raises(kind):
        asyncio.run(run())
