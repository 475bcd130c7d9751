"""Whatever happens to its workers, a paused topic loses nothing, and the rest is judged.

Floods of bad shares pause that topic; an operator resumes it at any moment, while workers are
killed, put out of the group and started. In the end it is resumed with a limit that lets
all of them through, and what stands on the topics is what one batch gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.operate.resume_topic import go_on
from streams.settings import Settings
from streams.wire.progress import PROGRESS_KEY, Progress, decode_progress, encode_progress
from tests.model.committed import Reader
from tests.model.log import Content
from tests.model.play import OFTEN, Event, finish, schedules
from tests.model.staging import staged
from tests.model.traffic import NAMES, PARTITIONS, SETTINGS
from tests.model.truth import check
from tests.model.world import World

LIMIT = {"dead_letter_limit_records": 10, "dead_letter_limit_share": 0.5}
SHARES = NAMES.data_share
EVENTS = (
    *OFTEN,
    *("flood", "mix") * 6,
    *("resume",) * 3,
    "rebalance",
    "evict",
    "expire",
    "compact",
)

resumed: Counter[int] = Counter()
"""How often the topic was resumed in a partition number, in any schedule."""


class PausingWorld(World):
    """A world in which dead letters pause a topic, and an operator resumes it."""

    limited = True

    def settings_now(self) -> Settings:
        """With the limit, as long as it holds."""
        settings = super().settings_now()
        return settings.model_copy(update=LIMIT) if self.limited else settings

    def do_flood(self, number: int, salt: int) -> None:
        """A bad deployment of the producer of shares."""
        for _ in range(salt % 8 + 10):
            self._send(SHARES, number % PARTITIONS, b"another key", b"??", None)

    def do_resume(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """An operator writes into the progress row, as owner of the partition number."""
        number %= PARTITIONS
        if not self._progress(number).paused:
            return
        broker, owner = self.broker, SETTINGS.transactional_id(number)
        refusals, broker.refusals = broker.refusals, 0
        broker.expire(owner)
        broker.settle()
        session = broker.init_producer(owner)
        progress = self._progress(number)
        changed, _ = go_on(progress, SHARES)
        if changed:
            place = NAMES.changelog, number
            broker.add_places(session, [place])
            row = Content(PROGRESS_KEY, encode_progress(progress), (), None)
            broker.produce(session, place, [row])
            broker.end(session, commit=True)
            broker.settle()
            resumed[number] += 1
        broker.refusals = refusals
        self.faults += 1

    def _progress(self, number: int) -> Progress:
        rows = [
            record.value
            for record in self.broker.visible(NAMES.changelog, number)
            if record.key == PROGRESS_KEY and record.value is not None
        ]
        return decode_progress(rows[-1]) if rows else Progress(positions={})

    def resume_all(self) -> None:
        """The producer is corrected, and all that stands there may pass."""
        self.limited = False
        for process in self.living:
            self.forget(process, None)
        self.processes.clear()
        self.on_the_way.clear()
        self.broker.settle()
        for number in range(PARTITIONS):
            self.do_resume(number, 0)


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    with staged():
        yield


def played(world: PausingWorld, schedule: list[Event]) -> None:
    """Play a schedule, look after every event whether all is well, and come to the end."""
    reader = Reader(world)
    world.start()
    try:
        for name, first, second in schedule:
            getattr(world, f"do_{name}")(first, second)
            check(world, reader)
        world.resume_all()
        finish(world, reader, survivors=False)
    finally:
        for process in world.processes:
            process.kill()


@pytest.mark.timeout(600)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 199), st.booleans(), schedules(EVENTS))
def test_a_paused_topic_loses_nothing(
    seed: int,
    lasting: bool,  # noqa: FBT001 - drawn
    schedule: list[Event],
) -> None:
    played(PausingWorld(seed, lasting), schedule)


def test_a_flood_is_paused_resumed_and_paused_again() -> None:
    on: list[Event] = [("mix", 119, 0)] * 10
    world, before = PausingWorld(3), resumed[0]
    # The tick is what the worker before commits next, and is fenced by.
    again: list[Event] = [("resume", 0, 0), ("tick", 0, 1), *on, ("evict", 0, 0)]
    again += [("start", 0, 0), *on]
    again += [("flood", 0, 5), *on]
    played(world, [*on, ("flood", 0, 5), *on, ("send", 5, 0), *on, *again])
    assert resumed[0] - before >= 2
