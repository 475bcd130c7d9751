"""Commands on a real Kafka: processing is restricted, a lost output topic is made again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from streams.cli.main import main
from streams.control.in_force import policy_now
from streams.control.write import append
from streams.core.policy import default_policy
from streams.policy_file import standalone
from streams.settings import Settings
from streams.topics import admin_session, create_topics
from streams.verify import verify
from streams.wire.decode import Decoded, decode
from tests.kafka.harness import Bus, until
from tests.kafka.stories import CONTROLLER, RECIPIENT, stories
from tests.kafka.vandal import Vandal
from tests.policy_log.bus import record as record_of_policy

FIELD_CASES = Path(__file__).parents[1] / "policy" / "field_cases"


@pytest.fixture(autouse=True)
def environment(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)


def test_processing_is_restricted_and_a_lost_topic_is_made_again(bus: Bus) -> None:
    events = stories(12)
    who = events[0].subject_id
    words = ["--controller", CONTROLLER, "--subject", who, "--why", "a request", "--yes"]
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        bus.settle(worker)
        of = words[:4]
        shown = (["person", *of], ["explain", who, *of[:2]], ["recipient", RECIPIENT])
        assert main(["restrict", *words]) == 0
        assert [main(command) for command in shown] == [3, 3, 3]
        assert verify(bus.settings, default_policy()).equal
        assert main(["unrestrict", *words]) == 0
        assert [main(command) for command in shown] == [0, 0, 0]
        assert worker.stop()[0] == 0
    with admin_session(bus.settings.connection) as admin:
        admin.delete_topics([bus.names.violations])
        until(lambda: bus.names.violations not in admin.list_topics() or None, "gone")
    until(lambda: _created(bus) or None, "created again")
    with bus.worker() as worker:
        assert not verify(bus.settings, default_policy()).equal
        assert main(["outputs", "rebuild", "--why", "it was deleted"]) == 0
        assert verify(bus.settings, default_policy()).equal
        assert worker.stop()[0] == 0


def test_what_an_earlier_generation_and_others_wrote_ends(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (FIELD_CASES / "orphan.jsonl").read_bytes().splitlines()
    events = [one.event for line in lines if isinstance(one := decode(line, None), Decoded)]
    with bus.worker() as worker:
        bus.send(*bus.events([*events, *stories(4)]))
        bus.settle(worker)
        assert worker.stop()[0] == 0
    [orphan] = [one for one in bus.findings() if one.event_id == events[-1].event_id]
    vandal = Vandal(bus)
    record, finding = vandal.finding(1, "early")
    vandal.report(record.partition, msgspec.structs.replace(finding, revision=9, code="ADVISORY"))
    vandal.put(bus.names.violations, 0, b"nonsense", b"?")
    vandal.close()
    given = bus.settings.model_dump(exclude_unset=True)
    bus.settings = Settings(**given | {"generation": 2})
    monkeypatch.setenv("CONSENTRY_GENERATION", "2")
    create_topics(bus.settings)
    policy = standalone(FIELD_CASES / "orphan-after.toml")
    asyncio.run(append(bus.settings, lambda log: record_of_policy(log.sequence + 1, policy)))
    with bus.worker() as worker:
        bus.settle(worker)
        in_force = policy_now(bus.settings).policy
        capsys.readouterr()
        assert main(["outputs", "rebuild", "--why", "generation 2", "--json"]) == 0
        ended = json.loads(capsys.readouterr().out)["ended"]
        assert ended["counts"]["removed"] >= 1
        assert ended["counts"]["retracted"] >= 1
        found = verify(bus.settings, in_force)
        assert [one.what for one in found.differences] == []
        assert main(["outputs", "rebuild", "--why", "once more", "--dry-run", "--json"]) == 0
        assert set(json.loads(capsys.readouterr().out)["named"].values()) == {0}
        assert worker.stop()[0] == 0
    last = {one.violation_id: one for one in bus.findings()}
    closed, outdone = last[orphan.violation_id], last[finding.violation_id]
    assert (closed.status, closed.reason, closed.revision) == ("RETRACTED", "SUPERSEDED", 2)
    assert (outdone.revision, outdone.code) == (10, finding.code)


def _created(bus: Bus) -> bool:
    create_topics(bus.settings)
    return True
