"""`consentry explain` with the id of a finding on the violations topic."""

from __future__ import annotations

import json

import msgspec
import pytest

from streams.check.engine import judged
from streams.check.gather import gather
from streams.cli.main import main
from streams.conformance.cases import case_policy
from streams.core.vocabulary import Status
from streams.files.records import Line
from streams.wire.findings import encode_finding
from tests.check.events import lines, share
from tests.kafka.harness import Bus, Sent


def test_the_revisions_of_a_finding(
    bus: Bus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = case_policy({})
    (one,) = judged(gather([Line("f", 1, lines(share("a")))], policy, None), policy, None)
    (opened,) = one.findings
    retracted = msgspec.structs.replace(opened, revision=2, status=Status.RETRACTED)
    key = opened.violation_id.encode()
    topic = bus.names.violations
    bus.send(
        Sent(topic=topic, key=key, value=encode_finding(opened)),
        Sent(topic=topic, key=b"another", value=b"no finding at all"),
        Sent(topic=topic, key=b"another", value=None),
        Sent(topic=topic, key=key, value=encode_finding(retracted)),
    )
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", bus.settings.topic_prefix)
    brokers = ["--brokers", bus.settings.connection.bootstrap]
    assert main(["explain", opened.violation_id, *brokers, "--json"]) == 0
    published = json.loads(capsys.readouterr().out)
    assert [(h["revision"], h["status"]) for h in published["history"]] == [
        (1, "OPEN"),
        (2, "RETRACTED"),
    ]
    assert published["finding"]["event_id"] == "a"
    unknown = "00000000-0000-5000-8000-000000000001"
    assert main(["explain", unknown, *brokers]) == 2
    assert f"is in the topic {topic}" in capsys.readouterr().err
    # Its subject has left: the old revisions are on the topic until it is compacted.
    bus.send(Sent(topic=topic, key=key, value=None))
    assert main(["explain", opened.violation_id, *brokers]) == 2
    assert f"is in the topic {topic}" in capsys.readouterr().err
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "nowhere.")
    assert main(["explain", unknown, *brokers]) == 2
    assert "nowhere.consentry.violations does not exist" in capsys.readouterr().err
