"""`consentry explain` with an id, from changelog and violations topic; `ask` from the changelog."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from streams.check.engine import judged
from streams.check.gather import gather
from streams.cli.main import main
from streams.conformance.cases import case_policy
from streams.core.instants import format_instant
from streams.core.vocabulary import Status
from streams.files.records import Line
from streams.transport.tasks.state_owner import owner_of
from streams.wire.arrival import partition_for
from streams.wire.findings import encode_finding
from streams.wire.progress import PROGRESS_KEY, Progress, encode_progress
from tests.check.events import lines, share
from tests.core.builders import grant, moment, withdraw
from tests.core.builders import share as shared
from tests.core.stories import story
from tests.kafka.harness import Bus, Sent
from tests.subject_access.stored import records


def test_what_is_stored_under_an_id(
    bus: Bus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lived = story(shared(3), grant(0, recorded_at=4), withdraw(1, recorded_at=9))
    topic, count = bus.names.changelog, bus.settings.partitions
    rows = list(records(lived))
    home = partition_for((rows[0].key or b"").partition(b"\0")[0], count)
    progress = Progress(positions={}, owner=owner_of(bus.settings))
    kept = [Sent(topic=topic, key=one.key, value=one.value, partition=home) for one in rows]
    value = encode_progress(progress)
    bus.send(*kept, Sent(topic=topic, key=PROGRESS_KEY, value=value, partition=home))
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", bus.settings.topic_prefix)
    monkeypatch.setenv("CONSENTRY_APPLICATION_ID", bus.settings.application_id)
    brokers = ["--brokers", bus.settings.connection.bootstrap]
    wanted = lived.published[-1]
    assert main(["explain", wanted.violation_id, *brokers, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert [one["status"] for one in values["history"]] == ["OPEN", "RETRACTED", "OPEN"]
    assert len(values["facts"]) == 3
    assert main(["explain", "s-1", *brokers]) == 0
    assert "The id of a person, of s-1 (OURCO)" in capsys.readouterr().out
    assert main(["explain", "s-1", "--controller", "OTHER", *brokers]) == 2
    asked = tmp_path / "people.txt"
    asked.write_text("s-1\ns-2\n")
    share_of = ["--recipient", "ACME", "--purpose", "THIRD_PARTY_DIRECT_MARKETING"]
    what = [*share_of, "--controller", "OURCO", "--at", format_instant(moment(0.5))]
    capsys.readouterr()
    assert main(["ask", *what, "--format", "jsonl", *brokers, str(asked)]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["covered"], one["reason"]) for one in answers] == [
        (True, None),
        (False, "NOTHING_STORED"),
    ]


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
    monkeypatch.setenv("CONSENTRY_APPLICATION_ID", bus.settings.application_id)
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
    assert "no id of anything that is stored" in " ".join(capsys.readouterr().err.split())
    # Its subject has left: the old revisions are on the topic until it is compacted.
    bus.send(Sent(topic=topic, key=key, value=None))
    assert main(["explain", opened.violation_id, *brokers]) == 2
    assert "no id of anything that is stored" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "nowhere.")
    assert main(["explain", unknown, *brokers]) == 2
    assert "does not exist" in capsys.readouterr().err
