"""Commands on a real Kafka: a person is erased, and a lost output topic is made again."""

from __future__ import annotations

import json
import time

import pytest

from streams.cli.main import main
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.core.vocabulary import Code
from streams.topics import admin_session, create_topics
from streams.verify import verify
from tests.kafka.harness import Bus, until
from tests.kafka.stories import CONTROLLER, RECIPIENT, share, stories


@pytest.fixture(autouse=True)
def environment(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)


def test_a_person_is_erased_and_a_lost_topic_is_made_again(
    bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    events = stories(12)
    who = events[0].subject_id
    words = ["--controller", CONTROLLER, "--subject", who, "--why", "a request", "--yes", "--json"]
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        bus.settle(worker)
        capsys.readouterr()
        of = words[:4]
        shown = (["person", *of], ["explain", who, *of[:2]], ["recipient", RECIPIENT])
        assert main(["restrict", *words]) == 0
        assert [main(command) for command in shown] == [3, 3, 3]
        assert verify(bus.settings, default_policy()).equal
        assert main(["unrestrict", *words]) == 0
        assert [main(command) for command in shown] == [0, 0, 0]
        capsys.readouterr()
        assert main(["erase", *words]) == 0
        answer = json.loads(capsys.readouterr().out)
        [result] = answer["results"]
        assert result["done"]
        assert result["counts"]["facts"] > 0
        # All inputs once more, and what the person does next.
        after = share(who, "after", Instant(int(time.time() * 1000)))
        bus.send(*bus.events([*events, after]))
        bus.settle(worker)
        [finding] = [one for one in bus.findings() if one.subject_id == who]
        assert finding.code == Code.SHARE_AFTER_OBJECTION
        assert verify(bus.settings, default_policy()).equal
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


def _created(bus: Bus) -> bool:
    create_topics(bus.settings)
    return True
