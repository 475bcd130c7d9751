"""What is sent again, as what, and what never is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from streams.operate.dead_letters.kept import INGEST_REJECT, KeptIn, KeptRecord
from streams.operate.dead_letters.rejects import read_reject
from streams.operate.dead_letters.replaying import ReplayPlan, ReplayTargets, sent_again
from streams.operate.dead_letters.selection import Selection
from streams.operate.record_place import RecordPlace
from streams.wire.dead_letters import PartCut
from tests.kafka.stories import START
from tests.operate.letters import NAMES, VALUE, kept, original, with_header
from tests.transport.records import One

INPUTS = frozenset(NAMES.inputs.values())
CUT = (PartCut(part="value", cut_at=100, length=5000, sha256="ab"),)
EVERYTHING = Selection(reason="")


TARGETS = ReplayTargets(INPUTS, NAMES.ingest_replay)


def plan(records: Sequence[KeptRecord], selection: Selection = EVERYTHING) -> ReplayPlan:
    made = ReplayPlan(selection, TARGETS)
    made.take(records)
    return made


def reject(topic: str) -> KeptRecord:
    headers = [("consentry-ingest-topic", topic.encode()), ("consentry-ingest-partition", b"1"),
               ("consentry-ingest-offset", b"2"), ("consentry-ingest-timestamp", b"1788000000000"),
               ("consentry-ingest-reason", b"no word"), ("traceparent", b"00-1"),
               ("consentry-source", b"shop"), ("consentry-ingest-topic", b"of the record")]  # fmt: skip
    return read_reject(One("consentry.ingest-rejects", 0, 3, START, b"k", b"{}", tuple(headers)))


def test_a_record_goes_back_with_its_own_key_headers_and_bytes() -> None:
    headers = (("trace", b"1"), ("consentry-topic", b"x"), ("naïve", None))
    sent = sent_again(kept(original(headers=headers)), NAMES.data_share)
    assert (sent.topic, sent.partition) == (NAMES.data_share, 3)
    assert (sent.key, sent.value) == (b"shop\x1fp-1", VALUE)
    assert sent.headers == [
        ("trace", b"1"), ("naïve", None), ("consentry-replayed", b"consentry.dead-letters/0/7"),
    ]  # fmt: skip


def test_a_replay_that_came_back_stands_for_what_it_was_sent_from() -> None:
    mark = ("consentry-replayed", b"consentry.dead-letters/0/7")
    again = kept(with_header(original(offset=90), *mark), offset=8)
    made = plan([kept(), again])
    assert [place.offset for place in made.chosen()] == [8]
    assert made.superseded == 1
    assert sent_again(again, NAMES.data_share).headers == [
        ("consentry-replayed", b"consentry.dead-letters/0/8")
    ]


def test_a_mark_that_somebody_forged_takes_no_ones_place() -> None:
    mark = ("consentry-replayed", b"consentry.dead-letters/0/7")
    forged = kept(with_header(original(value=b"?"), *mark), offset=8)
    assert [place.offset for place in plan([kept(), forged]).chosen()] == [7, 8]


def test_a_replay_that_was_made_of_another_reason_counts_too() -> None:
    mark = ("consentry-replayed", b"consentry.dead-letters/0/7")
    again = kept(with_header(original(), *mark), offset=8, reason="something else")
    made = plan([kept(), again], Selection(reason="purpose is missing"))
    assert made.chosen() == {}
    assert made.superseded == 1


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (kept(original(cuts=CUT)), "bytes are missing (value cut at 100 of 5000)"),
        (kept(topic=NAMES.quarantine, code="RAW_PERSONAL_DATA_IN_EVENT"), "personal data"),
        (kept(topic=NAMES.quarantine, code="OPERATOR_SKIPPED"), "or may"),
        (kept(original(topic="other")), "other is no input"),
    ],
)
def test_what_cannot_be_sent_is_named(record: KeptRecord, why: str) -> None:
    made = plan([record, kept(offset=9)])
    assert [place.offset for place in made.chosen()] == [9]
    assert made.not_sent_count == 1
    assert made.not_sent[0].place == record.place
    assert why in made.not_sent[0].why


@pytest.mark.parametrize("topic", ["consentry.raw.shop", "crm.orders", NAMES.data_share])
def test_rejects_go_to_ingest_and_never_to_the_topic_of_their_source(topic: str) -> None:
    one = reject(topic)
    assert one.code == INGEST_REJECT
    assert plan([one]).chosen() == {one.place: NAMES.ingest_replay}
    sent = sent_again(one, NAMES.ingest_replay)
    assert (sent.topic, sent.partition) == (NAMES.ingest_replay, one.place.partition)
    assert (sent.key, sent.value) == (b"k", b"{}")
    assert sent.headers == [
        ("consentry-ingest-topic", topic.encode()),
        ("consentry-ingest-partition", b"1"),
        ("consentry-ingest-offset", b"2"),
        ("consentry-ingest-timestamp", b"1788000000000"),
        ("traceparent", b"00-1"),
        ("consentry-source", b"shop"),
        ("consentry-replayed", b"consentry.ingest-rejects/0/3"),
    ]


def test_a_reject_without_its_place_is_not_sent() -> None:
    unknown = read_reject(One("consentry.ingest-rejects", 0, 3, START, b"k", b"{}"))
    assert "unknown" in str(TARGETS.refusal(unknown))
    assert unknown.kept_in is KeptIn.INGEST_REJECTS


def test_a_place_for_which_nothing_is_kept_is_named() -> None:
    one, nothing = kept(), RecordPlace(NAMES.dead_letters, 0, 99)
    assert one.origin is not None
    made = plan([one], Selection(places=frozenset({one.origin, nothing})))
    assert [*made.chosen()] == [one.place]
    assert (made.not_sent_count, [left.place for left in made.not_sent]) == (1, [nothing])


def test_only_what_is_meant_is_sent_and_counted_by_topic() -> None:
    other = original(topic=NAMES.purchase)
    made = plan(
        [kept(), kept(other, offset=8), kept(offset=9, reason="another")],
        Selection(reason="purpose"),
    )
    chosen = made.chosen()
    assert ReplayPlan.by_topic(chosen) == {NAMES.data_share: 1, NAMES.purchase: 1}
    assert made.not_sent == []
