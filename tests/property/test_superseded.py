"""Whatever earlier generations left: readers of the highest revision come to hold the state's word."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.events import Event
from streams.core.instants import Instant, days
from streams.core.policy import Policy, default_policy, fixed_policy
from streams.verify.output_record import read_output
from streams.wire.commands import REBUILT
from tests.agents.superseding import Topics, outputs, plain
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, grant, share, withdrawal
from tests.transport.records import One

POLICIES = [default_policy(), fixed_policy(withdrawal_grace=days(900))]
EVENTS: list[Event] = [
    event
    for who in ("a", "b")
    for event in (
        share(who, f"{who}0", START),
        grant(who, f"{who}g", Instant(START + 1)),
        share(who, f"{who}1", Instant(START + 2)),
        withdrawal(who, f"{who}w", Instant(START + 3)),
        share(who, f"{who}2", Instant(START + days(2))),
    )
]
some_events = st.lists(st.sampled_from(EVENTS), max_size=10)
some_policy = st.sampled_from(POLICIES)


def generation(events: list[Event], policy: Policy) -> World:
    one = World(policy=policy)
    one.take(*one.story(*events))
    return one


def rises(world: World) -> bool:
    """Whether revisions of each id rise, or begin again after a tombstone; twice only where it is marked."""
    highest: dict[tuple[str, bytes | None], int] = {}
    for one in outputs(world):
        place = one.topic, one.key
        if one.value is None:
            highest.pop(place, None)
            continue
        revision = read_output(one.value, duty=one.topic == NAMES.duties).revision
        marked = REBUILT in one.headers
        if revision < highest.get(place, 0) + (not marked):
            return False
        highest[place] = revision
    return True


@settings(max_examples=60, deadline=None)
@given(
    earlier=st.lists(st.tuples(some_events, some_policy), min_size=1, max_size=2),
    policy=some_policy,
    first=some_events,
    between=some_events,
    orders_at=st.integers(0, 10),
    crashes=st.sets(st.integers(0, 14), max_size=3),
    twice=st.booleans(),
)
def test_the_state_is_what_readers_hold(
    earlier: list[tuple[list[Event], Policy]],
    policy: Policy,
    first: list[Event],
    between: list[Event],
    orders_at: int,
    crashes: set[int],
    *,
    twice: bool,
) -> None:
    one = generation(first, policy)
    topics = Topics(one, *(generation(events, of) for events, of in earlier))
    orders = topics.orders()
    # They were made before some of the events, and are read behind them.
    records: list[One] = [*one.story(*between[:orders_at]), *orders]
    records += [*(orders[:-1] if twice else ()), *one.story(*between[orders_at:])]
    for step, record in enumerate(records):
        one.take(record)
        if step in crashes:
            one.restart(policy)
    assert topics.unsaid() == []
    held = topics.held()
    assert plain(held) == plain(topics.stated())
    assert rises(one)
    # Another policy in force afterwards goes on from there.
    other = next(one for one in POLICIES if one is not policy)
    one.change(other).sweep()
    assert plain(topics.held()) == plain(topics.stated())
