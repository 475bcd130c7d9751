"""One bad producer pauses its own topic; the others go on, and an operator resumes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.cli.main import main
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import expected, story
from tests.kafka.test_faults import CRASHED
from tests.kafka.test_worker import now


def test_a_topic_is_paused_alone_and_read_on_after_resume(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in bus.environment().items():
        monkeypatch.setenv(name, value)
    limit: dict[str, Any] = {"dead_letter_limit_records": 10}
    topic = bus.names.data_share
    bad = [
        Sent(topic=topic, key=b"k", value=b"?%d" % n, partition=number)
        for n in range(40)
        for number in range(2)
    ]
    events = story(1)
    shares = [one for one in bus.events(events) if one.topic == topic]
    others = [one for one in bus.events(events) if one.topic != topic]
    with bus.worker(**limit) as worker:
        bus.send(*bad)
        paused = [worker.wait_for("topic.paused", count) for count in (1, 2)]
        assert {(line["topic"], line["partition"]) for line in paused} == {(topic, 0), (topic, 1)}
        # Everything else is judged, though shares wait before it.
        bus.send(*shares, *others)
        until(lambda: bus.counters().judged >= len(others) or None, "the others are judged")
        assert len(bus.dead_letters()) == 18
        assert main(["verify"]) == 0
        capsys.readouterr()
        assert main(["resume", "--topic", topic, "--json"]) == 0
        resumed = json.loads(capsys.readouterr().out)["resumed"]
        assert {one["partition"] for one in resumed} == {0, 1}
        assert worker.ended() == CRASHED
    with bus.worker(dead_letter_limit_records=10, dead_letter_limit_share=1.0) as after:
        bus.settle(after)
    assert len(bus.dead_letters()) == len(bad)
    counters = bus.counters()
    assert counters.balanced
    assert (counters.read, counters.dead_lettered) == (len(bad) + len(events), len(bad))
    assert expected(events, now()) < bus.net()
