"""Restriction of processing changes no finding, wherever in a history it begins or ends."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.events import Event
from streams.core.instants import Instant, days
from streams.core.policy import fixed_policy
from streams.wire.restricted import restriction_of
from tests.agents.ordering import command, key, order
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import START, grant, share, withdrawal

EVENTS: list[Event] = [
    grant("s", "g", START),
    share("s", "1", Instant(START + 1)),
    withdrawal("s", "w", Instant(START + 2)),
    share("s", "2", Instant(START + days(2))),
    share("s", "1", Instant(START - 1)),  # another payload under a known id
    share("s", "3", Instant(LATER + 1)),
]
OTHER_POLICY = fixed_policy(named_recipient_required=False)
Step = Event | int | str
TIMES = st.sampled_from([LATER, LATER + days(4)])
OTHER_STEPS = st.sampled_from(["restart", "sweep", "erase"])
STEPS = st.lists(
    st.one_of(st.sampled_from(EVENTS), TIMES, OTHER_STEPS, st.booleans()), min_size=3, max_size=14
)
"""Events, ticks, other steps; True restricts, False lifts it."""


def lived(steps: list[Step], *, restricting: bool) -> tuple[World, bool]:
    """The history, with or without commands of restriction; whether it should be restricted."""
    one, should = World(), False
    one.tick(START)
    for number, step in enumerate(steps):
        command_id = f"6f1f0a52-8f6c-4f0e-9d59-{number:012d}"
        if isinstance(step, bool):
            kind = "restrict" if step else "unrestrict"
            # Of whom nothing is stored there is nothing to restrict.
            should = step and bool(one.rows.rows_of(key("s")))
            if restricting:
                one.take(order(one, command(kind, "s"), command_id))
        elif isinstance(step, int):
            one.tick(step)
        elif step == "restart":
            one.restart()
        elif step == "sweep":
            one.change(OTHER_POLICY).sweep()
        elif step == "erase":
            one.take(order(one, command("erase", "s"), command_id))
        elif not isinstance(step, str):
            one.take(*one.story(step))
    return one, should


@settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_findings_and_duties_are_the_same(steps: list[Step]) -> None:
    plain, _ = lived(steps, restricting=False)
    marked, should = lived(steps, restricting=True)
    for topic in (NAMES.violations, NAMES.duties):
        assert marked.compacted(topic) == plain.compacted(topic)
    assert (restriction_of(marked.rows.rows_of(key("s"))) is not None) == should
