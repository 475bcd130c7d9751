"""The events of `consentry sample` as a worker reads them: in order of arrival, many of them late."""

from __future__ import annotations

from typing import Final

from bench.core_alone import Arrived
from streams.core.instants import parse_instant
from streams.core.policy import Policy
from streams.dev.samples import POLICY_FILE, SampleOptions, make_sample
from streams.policy_file import load_policy
from streams.settings import Settings
from streams.wire.encode import event_to_avro
from streams.wire.record import Record

UNTIL: Final = "2026-11-01T00:00:00Z"
"""Where it ends; it reaches back eight months."""


def sample_records(subjects: int) -> tuple[list[Record], Policy]:
    """Late, repeated and contested records in Avro, and the policy that goes with them.

    What cannot be judged is left out: it goes another way, and is no event.
    """
    options = SampleOptions(subjects=subjects, seed=1, until=parse_instant(UNTIL), bad=0)
    topics = Settings().topics.inputs
    offsets = dict.fromkeys(topics.values(), 0)
    found: list[Record] = []
    for one in sorted(make_sample(options).records, key=lambda one: one.arrives_at):
        if one.event is None:
            continue
        topic = topics[one.topic]
        value = event_to_avro(one.event)
        found.append(Arrived(topic, offsets[topic], one.arrives_at, one.key, value))
        offsets[topic] += 1
    return found, load_policy(POLICY_FILE)
