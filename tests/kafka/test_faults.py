"""Things broken on purpose in a worker's process: it ends, and the next one repairs it."""

from __future__ import annotations

import pytest

from tests.kafka.harness import Bus
from tests.kafka.stories import expected, stories, story
from tests.kafka.test_worker import now

CRASHED = 70

LOSES_A_SLICE = """
from streams.transport import consumer_thread
fetch, seen = consumer_thread.Thread._fetch, []
async def lossy(self, places, timeout):
    polled = await fetch(self, places, timeout)
    seen.extend(one for one in polled if "data-share" in one.topic)
    if len(seen) > 2 and not hasattr(consumer_thread, "lost"):
        consumer_thread.lost = True
        return []
    return polled
consumer_thread.Thread._fetch = lossy
"""

A_RULE_RAISES = """
from streams.agents import event_judge
judge = event_judge.judge
def broken(subject, fact, *more):
    if fact.event.event_id == "3-fine":
        raise ValueError(f"secret {fact.event.subject_id}")
    return judge(subject, fact, *more)
event_judge.judge = broken
"""


AN_ASSIGNMENT_RAISES = """
from streams.transport import faust_driver
def broken(*given):
    raise ValueError("secret")
faust_driver.new_assignment = broken
"""


def dies_in_transaction(method: str, *, after: bool) -> str:
    """Die before or after a step of the third transaction."""
    calls = "await step(self, *given, **named)\n        " if after else ""
    return f"""
import os
from streams.transport.commit.direct_producer import DirectProducer
step, count = DirectProducer.{method}, []
async def dying(self, *given, **named):
    count.append(1)
    if len(count) > 6:
        {calls}os._exit(99)
    return await step(self, *given, **named)
DirectProducer.{method} = dying
"""


def test_a_lost_slice_ends_the_worker_and_no_record_is_lost(bus: Bus) -> None:
    events = stories(20)
    with bus.worker(fault=LOSES_A_SLICE) as lossy:
        for one in bus.events(events):
            bus.send(one)
            if lossy.process.poll() is not None:
                break
        bus.send(*bus.events(events))
        assert lossy.ended() == CRASHED
        assert "does not continue" in lossy.text
    with bus.worker() as good:
        bus.settle(good)
        bus.comes_to(expected(events, now()))
    assert bus.counters().balanced


def test_a_rule_that_raises_leaves_its_record_uncommitted_and_out_of_the_log(bus: Bus) -> None:
    events = stories(5)
    with bus.worker(fault=A_RULE_RAISES) as broken:
        bus.send(*bus.events(events))
        assert broken.ended() == CRASHED
        [line] = broken.logged("worker.crashed")
        assert line["topic"] == bus.names.data_share
        assert line["error"] == "ValueError"
        assert "secret" not in broken.text
        assert "subject-" not in broken.text
    assert not any(finding.event_id == "3-fine" for finding in bus.findings())
    with bus.worker() as repaired:
        bus.settle(repaired)
        bus.comes_to(expected(events, now()))
    counters = bus.counters()
    assert counters.read == counters.judged == len(events)


def test_a_worker_that_cannot_take_an_assignment_ends(bus: Bus) -> None:
    with bus.start(fault=AN_ASSIGNMENT_RAISES) as broken:
        assert broken.ended() == CRASHED
        [line] = broken.logged("worker.crashed")
        assert (line["where"], line["error"]) == ("assignment", "ValueError")
        assert "secret" not in broken.text


@pytest.mark.parametrize(
    ("method", "after"),
    [
        ("begin_transaction", True),
        ("send_batch", True),
        ("send_offsets_to_transaction", True),
        ("commit_transaction", False),
        ("commit_transaction", True),
    ],
)
def test_dying_at_any_step_of_a_transaction_leaves_nothing_half_done(
    bus: Bus, method: str, *, after: bool
) -> None:
    events = story(1) + story(2) + story(3)
    with bus.worker(fault=dies_in_transaction(method, after=after)) as dying:
        for one in bus.events(events):
            bus.send(one)
        assert dying.ended() == 99
    with bus.worker() as good:
        bus.settle(good)
        bus.comes_to(expected(events, now()))
        assert good.stop()[0] == 0
    counters = bus.counters()
    assert counters.read == counters.judged == len(events)
