"""Judging a partition's slices, without a broker: counters, batches, time, and keys."""

from __future__ import annotations

from typing import Any

import pytest

from streams.agents import event_judge
from streams.agents.partition_judge import PartitionJudge
from streams.agents.rule_fault import RuleFault
from streams.core.events import MarketingMessage
from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.instants import Instant, days
from streams.core.law import GDPR_APPLIES, TELEPHONE_OPT_IN
from streams.core.policy import Policy
from streams.core.vocabulary import Channel, MessagePurpose
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds
from streams.wire.arrival import partition_for
from streams.wire.progress import BATCH_HEADER, Counters, decode_progress
from tests.agents.world import LATER, NAMES, POLICY, World
from tests.kafka.stories import CONTROLLER, START, share, stories, withdrawal
from tests.transport.records import One


def test_every_record_ends_as_one_of_the_counted_kinds() -> None:
    world = World()
    first = world.record(share("s", "1", START))
    world.take(
        first,
        first,
        world.record(share("s", "1", START)),
        world.record(None, value=b"?"),
        world.record(share("s", "2", START), key=b"other"),
    )
    assert world.count() == Counters(
        read=5, judged=1, duplicates=1, replays=1, rekeyed=1, dead_lettered=1
    )
    assert world.count().balanced


def test_a_batch_carries_positions_and_progress_up_to_itself_and_no_further() -> None:
    world = World(Bounds(records=4, bytes=1 << 20, seconds=1.0))
    records = world.story(*stories(4))
    batches = world.take(*records)
    assert len(batches) > 2
    assert [batch.final for batch in batches] == [False] * (len(batches) - 1) + [True]
    read = [
        sum(c.read for c in decode_progress(batch.progress).counters.values()) for batch in batches
    ]
    assert read == sorted(set(read[:-1])) + read[-1:]
    for batch, seen in zip(batches[:-1], read[:-1], strict=True):
        last = records[seen - 1]
        assert batch.positions[last.topic] == last.offset + 1
    assert read[-1] == len(records)
    assert decode_progress(batches[-1].progress).positions == batches[-1].positions


def test_several_topics_of_one_type_are_counted_apart_and_judged_as_one() -> None:
    settings = Settings(topic_data_share="data-share,crm.shares")
    world = World()
    world.judge = PartitionJudge(world.partition, settings, world.policy)
    event = share("s", "1", START)
    world.take(
        world.record(event),
        world.record(event, "crm.shares"),
        world.record(share("s", "2", START), "crm.shares"),
        world.record(share("s", "3", START), "crm.shares", key=b"other"),
    )
    counters = world.progress.counters
    assert counters["data-share"] == Counters(read=1, judged=1)
    assert counters["crm.shares"] == Counters(read=3, judged=1, duplicates=1, rekeyed=1)
    [again] = world.outputs(NAMES.rekeyed)
    assert ("consentry-topic", b"crm.shares") in again.headers


def test_old_events_are_judged_like_any_others() -> None:
    world = World()
    world.take(*world.story(share("known", "1", START)))
    world.take(world.record(None, NAMES.ticks, timestamp=LATER))
    old = Instant(LATER - POLICY.at(LATER).retention - 1)
    world.take(*world.story(share("new", "2", old), share("known", "3", old)))
    assert world.count() == Counters(read=3, judged=3)


def test_what_lies_before_the_assessed_time_is_counted_apart() -> None:
    """Shares and messages only, and human calls of the opt-out era; all of them are facts."""
    start = Instant(START + days(1))
    world = World(policy=Policy(assess_from=start))
    world.take(*world.story(share("s", "1", Instant(start - 1)), share("s", "2", start)))
    assert world.count() == Counters(read=2, judged=1, not_assessed=1)
    assert {finding.event_id for finding in world.findings()} == {"2"}
    assert world.stored == 2
    [batch] = world.judged
    assert batch.stats.first_shares == 0, "the first one says nothing of consents"
    world.take(*world.story(withdrawal("s", "3", Instant(start - 1))))
    assert world.count(NAMES.consent_change) == Counters(read=1, judged=1)
    assert [o.value for o in world.outputs(NAMES.duties)], "its recipients must be notified"
    again = share("s", "1", Instant(start - 1))
    world.take(*world.story(again))
    assert world.count().duplicates == 1


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"channel": Channel.PHONE_HUMAN}, "not_assessed"),
        ({"channel": Channel.EMAIL}, "judged"),
        ({"channel": Channel.PHONE_HUMAN, "occurred_at": TELEPHONE_OPT_IN}, "judged"),
        (
            {
                "channel": Channel.PHONE_HUMAN,
                "message_purpose": MessagePurpose.SERVICE,
                "contains_promotion": False,
            },
            "judged",
        ),
        ({"channel": Channel.EMAIL, "occurred_at": GDPR_APPLIES}, "judged"),
        ({"channel": Channel.EMAIL, "occurred_at": Instant(GDPR_APPLIES - 1)}, "not_assessed"),
    ],
)
def test_messages_that_the_model_does_not_assess(changes: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {
        "event_id": EventId("1"),
        "controller_id": CONTROLLER,
        "subject_id": SubjectId("s"),
        "occurred_at": Instant(TELEPHONE_OPT_IN - 1),
        "recorded_at": START,
        "message_purpose": MessagePurpose.MARKETING,
    }
    message = MarketingMessage(**(given | changes))
    world = World()
    world.take(*world.story(message))
    counted = Counters(read=1)
    setattr(counted, outcome, 1)
    assert world.count(NAMES.marketing_message) == counted


def test_a_record_on_a_wrong_partition_goes_to_its_own_with_where_it_stood() -> None:
    key = subject_key(CONTROLLER, "s")
    home = partition_for(key, 4)
    world = World(number=(home + 1) % 4, count=4)
    record = world.record(share("s", "1", START), headers=(("trace", b"7"), ("none", None)))
    world.take(record)
    [sent] = world.outputs(NAMES.rekeyed)
    assert (sent.partition, sent.key, sent.value) == (home, key, record.value)
    there = World(number=home, count=4)
    there.take(
        One(NAMES.rekeyed, home, 0, LATER + days(1), sent.key, sent.value, tuple(sent.headers))
    )
    [row] = [
        r.row
        for r in there.judge.subjects.find(key).records.values()  # type: ignore[union-attr]
    ]
    assert row.fact.ingested_at == LATER
    assert (row.fact.source.topic, row.fact.source.offset) == (record.topic, record.offset)


@pytest.mark.parametrize("text", ["2026", "-1x"])
def test_a_rekeyed_record_without_coordinates_is_a_dead_letter(text: str) -> None:
    world = World()
    record = world.record(share("s", "1", START), NAMES.rekeyed)
    headers = (("consentry-topic", b"t"), ("consentry-partition", text.encode()))
    world.take(record, record._replace(headers=headers))
    assert world.count(NAMES.rekeyed).dead_lettered == 2


def test_a_fault_names_the_record_and_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("jan@example.org")

    monkeypatch.setattr(event_judge, "judge", broken)
    world = World()
    with pytest.raises(RuleFault) as fault:
        world.take(*world.story(share("s", "1", START)))
    assert fault.value.where == {
        "topic": NAMES.data_share,
        "partition": 0,
        "offset": 1,
        "error": "KeyError",
    }
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__


def test_the_limit_on_dead_letters_counts_over_a_window_that_slides() -> None:
    world = World()
    bad = world.record(None, NAMES.purchase, value=b"?")
    world.take(*[bad] * 9)
    with pytest.raises(ConsentryError, match="could not be judged"):
        world.take(bad)
    world = World()
    bad = world.record(None, value=b"?")
    good = [world.record(share("s", str(n), START)) for n in range(40)]
    world.take(*good, *[bad] * 9)
    assert world.progress.windows[NAMES.data_share].read < 20


def test_findings_and_duties_carry_the_number_of_their_batch() -> None:
    world = World(Bounds(records=1, bytes=1 << 20, seconds=1.0))
    batches = world.take(*world.story(share("s", "1", START), share("s", "2", START)))
    assert len(batches) == 3, "two of one record, and the end of the slice"
    for batch in batches:
        sequence = decode_progress(batch.progress).sequence
        for output in batch.outputs:
            stamped = output.topic in (NAMES.violations, NAMES.duties)
            assert dict(output.headers) == ({BATCH_HEADER: b"%d" % sequence} if stamped else {})
    assert world.progress.sequence == 3
