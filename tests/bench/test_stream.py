"""The stream of the bench: people named as producers name them, in turn or in random order."""

from __future__ import annotations

import gc
import re
from collections import Counter

import msgspec
import pytest

from bench.batches import Parameters
from bench.collector import as_in_a_worker
from bench.core_alone import new_judge, records_of
from bench.peers.consentry import BASIS
from bench.reference import Reference
from bench.stream import STAGE_ONE_TURNS, Order, key_of, make, pseudonym_of
from streams.cli.garbage import COLLECT_EVERY
from streams.transport.fetch.poll_batch import PollBatch
from streams.wire.decode import Decoded, decode
from streams.wire.findings import decode_finding
from streams.wire.pseudonym import ValueKind, pseudonym

EVENTS, SUBJECTS = 4_000, 160
ORDERS: tuple[Order, Order] = ("in turn", "random")


def test_people_have_names_as_docs_events_md_asks_of_producers() -> None:
    form = re.compile(r"p1-[0-9a-f]{40}")
    assert form.fullmatch(pseudonym(bytes(32), ValueKind.CUSTOMER_ID, "1"))
    names = [pseudonym_of(subject).decode() for subject in range(10_000)]
    assert len(set(names)) == len(names)
    assert all(form.fullmatch(name) for name in names)
    # As in those, any digit comes first about as often as any other.
    assert len(Counter(name[3] for name in names)) == 16
    assert max(Counter(name[3] for name in names).values()) < 2 * len(names) / 16
    (made,) = make(1, 1)
    decoded = decode(made.value, made.kind)
    assert isinstance(decoded, Decoded)
    assert decoded.event.subject_id == names[0]
    assert key_of(0).endswith(names[0].encode())


def test_in_random_order_only_the_second_stage_differs() -> None:
    turns, drawn = (list(make(EVENTS, SUBJECTS, order=order)) for order in ORDERS)
    first = STAGE_ONE_TURNS * SUBJECTS
    assert drawn[:first] == turns[:first]
    assert drawn == list(make(EVENTS, SUBJECTS, order="random"))
    people = [one.subject for one in drawn[first:]]
    assert people != [one.subject for one in turns[first:]]
    assert set(people) == set(range(SUBJECTS))
    for kind, count in Counter(one.kind for one in turns).items():
        assert Counter(one.kind for one in drawn)[kind] == pytest.approx(count, rel=0.25)


def test_the_two_orders_are_two_streams_on_disk() -> None:
    of_turns, of_drawn = (
        msgspec.json.encode(Parameters(events=1, subjects=1, partitions=1, order=order))
        for order in ORDERS
    )
    assert of_turns != of_drawn


@pytest.mark.parametrize("order", ORDERS)
def test_consentry_finds_in_either_order_what_the_plain_count_finds(order: Order) -> None:
    plain, judge = Reference(), new_judge()
    records = records_of(plain.seen(make(EVENTS, SUBJECTS, order=order)))
    found = set()
    for batch in judge.batches(PollBatch(0, 0, {}, records)):
        for output in batch.output.outputs:
            if output.topic == "consentry.violations" and output.value is not None:
                finding = decode_finding(output.value)
                if finding.family == BASIS:
                    found.add(finding.event_id)
    assert plain.uncovered
    assert found == plain.uncovered


def test_what_is_measured_here_has_the_collector_of_a_worker() -> None:
    before = gc.get_threshold()
    with as_in_a_worker():
        assert gc.get_threshold() == COLLECT_EVERY
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
