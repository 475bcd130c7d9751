"""A partition with a short retention, for the tests of who leaves."""

from __future__ import annotations

from typing import Any

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant, days
from streams.core.policy import Policy, fixed_policy
from tests.agents.world import World
from tests.kafka.stories import CONTROLLER, START

KEPT = days(10)
GRACE = days(2)
POLICY = fixed_policy(retention=KEPT, arrival_grace=GRACE)
END = Instant(START + KEPT)
"""The last partition time at which what occurred at START is kept."""


def world(*events: Event, policy: Policy = POLICY, **fields: Any) -> World:
    """A partition that judged these events, each ingested when it occurred, amid ticks."""
    one = World(policy=policy, **fields)
    one.tick(START - days(1))
    one.take(*(record._replace(timestamp=e.occurred_at)
               for e, record in zip(events, one.story(*events), strict=True)))  # fmt: skip
    return one


def key(subject: str) -> bytes:
    return subject_key(CONTROLLER, subject)
