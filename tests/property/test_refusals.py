"""Records refused under the id of an event: in any order among its facts, the same is found."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import refusals
from streams.core.event_kinds import event_key, key_of
from streams.core.identifiers import EventId, EventKey
from streams.core.instants import Instant
from streams.core.render import event_type
from streams.core.state import EventRow, Fact, Refusal
from streams.core.vocabulary import Code, EventType, Status
from streams.verify.batch import evaluate
from tests.core.builders import share
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import facts as facts_of
from tests.property.histories import few
from tests.property.judging import POLICY, Run
from tests.property.test_convergence import clocks, in_legal_order, pieces, sometimes

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

hours_of = st.one_of(st.none(), st.integers(0, 90).map(lambda h: Instant(START + h * HOUR)))


@st.composite
def refused(draw: st.DrawFn, facts: list[Fact]) -> list[Refusal]:
    """Records refused under ids of facts, and under ids that no fact has."""
    known = [(event_type(fact.event), fact.event.event_id) for fact in facts]
    others = [(kind, EventId(f"none{n}")) for kind in EventType for n in range(2)]
    ids = draw(st.lists(st.sampled_from([*known, *others]), max_size=12))
    return [
        Refusal(
            event_type=kind,
            event_id=event_id,
            occurred_at=draw(hours_of),
            ingested_at=Instant(START + draw(st.integers(0, 300)) * HOUR),
        )
        for kind, event_id in ids
    ]


histories = few(16).flatmap(lambda facts: st.tuples(st.just(facts), refused(facts)))
History = tuple[list[Fact], list[Refusal]]


def shuffled(history: History, random: Random) -> list[Fact | Refusal]:
    """All of it in any order, half of it twice."""
    all_of_it: list[Fact | Refusal] = [*history[0], *history[1]]
    all_of_it += random.choices(all_of_it, k=len(all_of_it) // 2)
    random.shuffle(all_of_it)
    return all_of_it


def run(
    steps: list[Fact | Refusal], clock: Instant | None, piece: int | None, random: Random
) -> Run:
    """Take all in, one after the other, restarting now and then."""
    one = Run()
    for step in steps:
        if isinstance(step, Refusal):
            one.refuse(step, clock)
        else:
            one.take([step], clock, piece=piece, ends=sometimes(random))
        if random.random() < 0.2:
            one.restart()
    return one.tick(clock)


@given(histories, st.randoms(use_true_random=False), clocks, pieces)
@settings(max_examples=120, deadline=None)
def test_refused_records_in_any_order_give_the_batch_result(
    history: History, random: Random, clock: Instant | None, piece: int | None
) -> None:
    facts, records = history
    batch = run([*in_legal_order(facts), *records], None, None, Random(0)).tick(clock)
    steps = shuffled(history, random)
    one = run(steps, clock, piece, random)
    assert one.net() == batch.net()
    assert standing(one) == by_the_set(facts, records)


@given(histories, st.randoms(use_true_random=False), clocks)
@settings(max_examples=60, deadline=None)
def test_the_stored_rows_give_the_same_at_once(
    history: History, random: Random, clock: Instant | None
) -> None:
    one = run(shuffled(history, random), clock, None, random)
    rows: list[EventRow] = list(one.rows.values())
    net = evaluate(CONTROLLER, SUBJECT, [*one.refused.values(), *rows], POLICY, clock)
    found = {f.violation_id: (f.status, f.occurred_at) for f in net.findings if f.code == CODE}
    assert len(found) == len(one.refused)
    live = {f.violation_id: f for f in one.findings.values() if f.code == CODE}
    assert found == {
        name: (Status.OPEN if f.status is Status.REVISED else f.status, f.occurred_at)
        for name, f in live.items()
    }


CODE = Code.UNPROCESSABLE_EVENT
Standing = dict[EventKey, tuple[bool, Instant | None]]


def standing(one: Run) -> Standing:
    """Of each refused id, whether its finding is closed, and when the event occurred."""
    found = {}
    for finding in one.findings.values():
        if finding.code == CODE:
            assert finding.event_type is not None
            key = key_of(finding.event_type, finding.event_id)
            found[key] = finding.status is Status.REMEDIATED, finding.occurred_at
    return found


def by_the_set(facts: list[Fact], records: list[Refusal]) -> Standing:
    """The same from what was sent, with no step in between."""
    events = {event_key(fact.event) for fact in facts}
    said: dict[EventKey, list[Instant]] = {}
    for one in records:
        times = said.setdefault(key_of(one.event_type, one.event_id), [])
        times.extend([one.occurred_at] if one.occurred_at is not None else [])
    return {key: (key in events, min(times, default=None)) for key, times in said.items()}


def one_id_in_every_order() -> None:
    """An event, and two records that were refused under its id, in every order."""
    event = share()
    [fact] = facts_of([event])
    records = [
        Refusal(
            event_type=EventType.DATA_SHARE,
            event_id=event.event_id,
            occurred_at=at,
            ingested_at=Instant(START + HOUR),
        )
        for at in (Instant(START + 5), Instant(START))
    ]
    wanted = by_the_set([fact], records)
    steps: list[Fact | Refusal] = [fact, *records, records[0]]
    for order in permutations(steps):
        one = run(list(order), None, None, Random(1))
        assert standing(one) == wanted
        before_its_event = list(order)[: order.index(fact)]
        if before_its_event:
            still_open = run(before_its_event, None, None, Random(1))
            assert [closed for closed, _ in standing(still_open).values()] == [False]


def test_one_id_in_every_order() -> None:
    one_id_in_every_order()


@pytest.mark.parametrize(
    ("name", "otherwise"),
    [
        ("standing", lambda **_: Status.OPEN),  # a late copy opens it again
        ("standing", lambda **_: Status.REMEDIATED),  # closed without its event
        ("_earliest", lambda _one, other: other),  # the last one counts
        ("_earliest", lambda one, other: Instant(min(one, other) - 1)),  # each copy counts
    ],
)
def test_it_is_noticed_when_the_order_or_a_copy_counts(
    monkeypatch: pytest.MonkeyPatch, name: str, otherwise: object
) -> None:
    monkeypatch.setattr(refusals, name, otherwise)
    with pytest.raises(AssertionError):
        one_id_in_every_order()
