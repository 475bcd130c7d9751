"""Several installations on one bus: side by side, and never in each other's place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from streams.core.policy import default_policy
from streams.settings import Settings
from streams.topics import create_topics
from streams.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import expected, stories
from tests.kafka.test_refusals import REFUSED
from tests.kafka.test_worker import now


class Environment(Bus):
    """A bus whose installation is known by its prefix alone, or by an id that it was given."""

    def __init__(self, bootstrap: str, prefix: str, application_id: str | None = None) -> None:
        super().__init__(
            bootstrap, prefix, topic_prefix=prefix, application_id=application_id or ""
        )


@pytest.fixture
def pair(kafka: str, unique: str) -> Iterator[tuple[Bus, Bus]]:
    with (
        Environment(kafka, f"{unique}.prod.") as prod,
        Environment(kafka, f"{unique}.staging.") as staging,
    ):
        yield prod, staging


def command(bus: Bus, *words: str) -> subprocess.CompletedProcess[str]:
    return bus.command(*words)


def test_two_that_differ_in_their_prefix_only_work_side_by_side(pair: tuple[Bus, Bus]) -> None:
    prod, staging = pair
    ours, theirs = stories(6), stories(4, 6)
    with prod.worker() as first, staging.worker() as second:
        prod.send(*prod.events(ours))
        staging.send(*staging.events(theirs))
        prod.settle(first)
        staging.settle(second)
        assert first.process.poll() is None
        assert second.process.poll() is None
        prod.comes_to(expected(ours, now()))
        staging.comes_to(expected(theirs, now()))
    assert verify(prod.settings, default_policy()).equal
    assert verify(staging.settings, default_policy()).equal


def test_one_that_takes_the_name_of_another_is_refused(kafka: str, unique: str) -> None:
    with Environment(kafka, f"{unique}.prod.", unique) as prod:
        events = stories(6)
        with prod.worker() as worker:
            prod.send(*prod.events(events[:12]))
            prod.settle(worker)
            taken = Settings(
                **prod.settings.model_dump(exclude_unset=True)
                | {"topic_prefix": f"{unique}.staging."}
            )
            intruder = Bus.__new__(Bus)
            intruder.__dict__.update(prod.__dict__)
            intruder.settings, intruder.names = taken, taken.topics
            for words in (("topics", "create"), ("topics", "check"), ("worker",)):
                said = command(intruder, *words)
                assert said.returncode == REFUSED, said.stderr
                assert f"topic_prefix {unique}.prod." in said.stderr
                assert f"topic_prefix {unique}.staging." in said.stderr
                assert "application_id" in said.stderr
                assert "Traceback" not in said.stderr
            # Nobody was fenced, and nobody joined.
            prod.send(*prod.events(events[12:]))
            prod.settle(worker)
            assert worker.process.poll() is None
            assert len(worker.logged("worker.ready")) == 1
            prod.comes_to(expected(events, now()))


HIDDEN_GROUP = """
from streams.topics import ownership
ownership.read_group = lambda client, group: {}
"""


def test_foreign_state_is_refused_where_the_group_says_nothing(kafka: str, unique: str) -> None:
    """As where the user may not look at the other's topics: the changelog says whose it is."""
    with Environment(kafka, f"{unique}.prod.", unique) as prod:
        with prod.worker() as worker:
            prod.send(*prod.events(stories(4)))
            prod.settle(worker)
            assert worker.stop()[0] == 0
        before = prod.committed()
        other = Settings(
            **prod.settings.model_dump(exclude_unset=True) | {"topic_prefix": f"{unique}.staging."}
        )
        monkeypatched = pytest.MonkeyPatch()
        with monkeypatched.context() as patch:
            patch.setattr("streams.topics.ownership.read_group", lambda _client, _group: {})
            create_topics(other)
        with prod.start("w2", fault=HIDDEN_GROUP, topic_prefix=f"{unique}.staging.") as intruder:
            assert intruder.ended() == REFUSED, intruder.text
            last = "\n".join(intruder.text.splitlines()[-2:])
            assert f"topic_prefix {unique}.prod." in last
            assert f"topic_prefix {unique}.staging." in last
        assert prod.committed() == before
        with prod.worker() as again:
            prod.settle(again)
