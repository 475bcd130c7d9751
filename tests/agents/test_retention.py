"""Subjects leave when P20 and P26 are over: who, when, with what, and what comes after."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from streams.agents import retention
from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import EARLIEST, LATEST, Instant, days, hours
from streams.core.policy import DatedValue, Policy, fixed_policy
from streams.core.vocabulary import Status
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.wire.findings import decode_finding
from streams.wire.progress import BATCH_HEADER, decode_progress
from tests.agents.world import NAMES, Shelf, World
from tests.kafka.stories import CONTROLLER, START, grant, share, story, withdrawal

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


class TestWhoLeaves:
    @pytest.mark.parametrize(("ms", "left"), [(0, {key("s")}), (1, set())])
    def test_strictly_after_the_retention_of_the_latest_fact(
        self, ms: int, left: set[bytes]
    ) -> None:
        one = world(share("s", "1", Instant(START - 5)), share("s", "2", START))
        one.tick(END + ms)
        assert one.subjects == left
        assert one.stored == 2 * len(left)

    def test_the_latest_fact_is_the_latest_to_have_occurred_not_to_have_come(self) -> None:
        one = world(share("s", "2", START), share("s", "1", Instant(START - days(5))))
        one.tick(END)
        assert one.subjects == {key("s")}

    @pytest.mark.parametrize(("ms", "left"), [(0, {key("s")}), (1, set())])
    def test_a_payload_that_does_not_count_is_a_fact_too(self, ms: int, left: set[bytes]) -> None:
        event = share("s", "1", Instant(START - 5))
        later = msgspec.structs.replace(event, occurred_at=START, recorded_at=START)
        one = world(later, event)
        one.tick(END + ms)
        assert one.subjects == left

    @pytest.mark.parametrize(("ms", "left"), [(0, {key("s")}), (1, set())])
    def test_not_with_an_open_duty(self, ms: int, left: set[bytes]) -> None:
        policy = fixed_policy(
            retention=hours(10), arrival_grace=hours(1), notify_deadline=hours(72)
        )
        at = Instant(START + hours(1))
        one = world(share("s", "1", START), withdrawal("s", "2", at), policy=policy)
        one.tick(at + hours(72) + ms)
        assert one.subjects == left
        assert ("RECIPIENT_NOT_NOTIFIED" in one.codes()) == (ms == 1), "published, and then gone"

    def test_a_label_that_is_due_holds_nobody(self) -> None:
        policy = fixed_policy(retention=hours(1), arrival_grace=hours(1))
        one = world(share("s", "1", START), policy=policy, shelf=Shelf())
        one.tick(START + hours(1) + 1)
        assert one.subjects == set()
        assert one.judge.subjects.deadlines.first_passed(LATEST) is None

    def test_nobody_else(self) -> None:
        one = world(share("old", "1", START), share("new", "2", Instant(START + 1)))
        one.tick(END + 1)
        assert one.subjects == {key("new")}
        [place] = one.compacted(NAMES.changelog)
        assert place is not None
        assert place.startswith(key("new"))
        [finding] = one.compacted(NAMES.violations).values()
        assert decode_finding(finding).subject_id == "new"


class TestArrival:
    """P26: facts that came lately are kept, however old they are."""

    OLD = Instant(START - days(1000))

    @pytest.mark.parametrize(("ms", "left"), [(0, {key("s")}), (1, set())])
    def test_strictly_after_the_grace_of_the_latest_arrival(
        self, ms: int, left: set[bytes]
    ) -> None:
        one = world()
        one.take(one.record(share("s", "1", self.OLD), timestamp=START - 5))
        one.take(one.record(share("s", "2", Instant(self.OLD - 9)), timestamp=START))
        one.tick(START + GRACE + ms)
        assert one.subjects == left
        assert one.count().judged == 2, "however old it is"

    @pytest.mark.parametrize(("ms", "left"), [(0, {key("s")}), (1, set())])
    def test_it_never_arrived_before_the_time_of_the_partition(
        self, ms: int, left: set[bytes]
    ) -> None:
        """Producers may stamp a record with the time of its event."""
        one = world()
        one.tick(START)
        one.take(one.record(share("s", "1", self.OLD), timestamp=self.OLD))
        one.restart()
        one.tick(START + GRACE + ms)
        assert one.subjects == left

    def test_what_was_read_before_the_first_tick_arrived_by_it(self) -> None:
        """Inputs that are read from their start hold records of years ago."""
        one = World(policy=POLICY)
        one.take(one.record(share("s", "1", self.OLD), timestamp=self.OLD))
        one.tick(START)
        one.restart()
        one.tick(START + GRACE)
        assert one.subjects == {key("s")}
        one.tick(START + GRACE + 1)
        assert one.subjects == set()

    def test_a_duplicate_is_no_arrival_nor_is_a_record_that_was_set_aside(self) -> None:
        one = world()
        old = share("s", "1", self.OLD)
        one.take(one.record(old, timestamp=START))
        later = START + hours(30)
        future = share("s", "2", Instant(later + days(1)))
        one.take(one.record(old, timestamp=later), one.record(future, timestamp=later))
        assert (one.count().duplicates, one.count().dead_lettered) == (1, 1)
        one.tick(START + GRACE + 1)
        assert one.subjects == set()

    @pytest.mark.parametrize("old_first", [True, False])
    def test_an_import_gives_the_same_in_any_order(self, *, old_first: bool) -> None:
        one = world()
        one.tick(START)
        events: list[Event] = [grant("s", "1", self.OLD), share("s", "2", START)]
        for n, event in enumerate(events if old_first else reversed(events)):
            one.take(*(r._replace(timestamp=START + n) for r in one.story(event)))
            for tick in range(5):
                one.tick(START + n * hours(40) + tick)
            one.restart()
        last = {f.violation_id: f for f in one.findings()}
        standing = {f.code for f in last.values() if f.status is not Status.RETRACTED}
        assert standing == {"BASIS_RECORD_MISMATCH"}, "the consent of long ago covers the share"
        assert ("NO_CONSENT" in one.codes()) is not old_first


class TestWhatIsWritten:
    def test_tombstones_for_all_that_was_written(self) -> None:
        """Rows of both payloads of a conflict, findings open and retracted, and duties."""
        double = share("s", "1", START)
        one = world(
            double,
            msgspec.structs.replace(double, recorded_at=Instant(START + 1)),
            grant("s", "2", Instant(START - 1)),
            share("s", "3", Instant(START + 1)),
            withdrawal("s", "4", Instant(START + 2)),
        )
        written = {topic: one.compacted(topic) for topic in (NAMES.violations, NAMES.duties)}
        published = [decode_finding(value) for value in written[NAMES.violations].values()]
        assert {finding.status for finding in published} == {Status.OPEN, Status.RETRACTED}
        assert written[NAMES.duties]
        assert one.stored == 5
        one.tick(END + days(1))
        for topic in (NAMES.changelog, NAMES.violations, NAMES.duties):
            assert one.compacted(topic) == {}

    def test_in_the_batch_of_the_tick_with_its_number_on_the_outputs(self) -> None:
        one = world(*story(1))
        before = {name: len(one.outputs(name)) for name in (NAMES.violations, NAMES.duties)}
        [batch] = one.tick(END + days(1))
        number = b"%d" % decode_progress(batch.progress).sequence
        for topic, count in before.items():
            gone = [o for o in one.outputs(topic)[count:] if o.value is None]
            assert gone
            assert all(dict(o.headers) == {BATCH_HEADER: number} for o in gone)
        rows = [o for o in batch.outputs if o.topic == NAMES.changelog and o.value is None]
        assert len(rows) == 5
        assert not any(o.headers for o in rows)

    def test_a_number_in_the_log_and_no_id(self) -> None:
        one = world(*story(1), *story(2))
        with capture_logs() as lines:
            one.tick(END + days(1))
            one.tick(END + days(9))
        assert lines == [
            {"event": "subjects.left", "log_level": "info", "partition": 0, "subjects": 2}
        ]
        assert one.progress.subjects_left == 2


class TestAfterwards:
    def test_a_replay_is_judged_like_anything_else_and_leaves_again(self) -> None:
        one = world(*story(1))
        one.tick(END + days(1))
        assert one.subjects == set()
        again = END + days(2)
        one.take(*(r._replace(timestamp=again) for r in one.story(*story(1))))
        counts = [one.count(topic) for topic in (NAMES.data_share, NAMES.consent_change)]
        assert [(c.read, c.judged, c.expired) for c in counts] == [(6, 6, 0), (4, 4, 0)]
        one.tick(again + GRACE)
        assert one.stored == 5
        one.tick(again + GRACE + days(1))
        assert one.subjects == set()
        assert one.progress.subjects_left == 2
        for topic in (NAMES.changelog, NAMES.violations, NAMES.duties):
            assert one.compacted(topic) == {}

    def test_a_new_event_is_judged_on_what_is_kept(self) -> None:
        """The consent has left: the model asks privacy officers to set P20 accordingly."""
        consent = grant("s", "1", START)
        one = world(consent)
        one.tick(END + 1)
        now = Instant(END + 2)
        one.take(one.record(share("s", "2", now), timestamp=now))
        assert one.codes() == ["NO_CONSENT"]
        one.take(one.record(consent, NAMES.consent_change))
        last = {f.code: f.status for f in one.findings()}
        assert last["NO_CONSENT"] is Status.RETRACTED

    def test_a_longer_retention_keeps_from_then_on(self) -> None:
        change = Instant(START + days(20))
        policy = Policy(
            entries={
                "retention": (DatedValue(EARLIEST, days(10)), DatedValue(change, days(100))),
                "arrival_grace": (DatedValue(EARLIEST, GRACE),),
            }
        )
        one = world(
            share("gone", "1", Instant(START + days(9))),
            share("kept", "2", Instant(START + days(10))),
            policy=policy,
        )
        one.tick(change - 1)
        assert one.subjects == {key("kept")}
        one.tick(change + days(2))
        one.tick(START + days(110))
        assert one.subjects == {key("kept")}
        one.tick(START + days(110) + days(1))
        assert one.subjects == set()

    def test_verify_knows_before_which_instant_facts_may_be_gone(self) -> None:
        one = world(*story(1))
        one.tick(END + 1)
        assert (one.progress.left_before, one.progress.arrived_before) == (
            START + 1, END + 1 - GRACE,
        )  # fmt: skip
        one.restart()
        one.tick(END)
        assert one.progress.left_before == START + 1


class TestThePass:
    def test_looks_at_a_bounded_number_of_rows_and_goes_on_at_the_next_tick(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "ROWS_AT_ONCE", 10)
        one = world(*(share(f"s{n}", "1", START) for n in range(95)))
        left: list[int] = []
        for tick in range(1, 12):
            one.tick(END + tick)
            left.append(len(one.subjects))
        assert left == [85, 75, 65, 55, 45, 35, 25, 15, 5, 0, 0]

    def test_goes_on_where_it_was_after_a_restart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "ROWS_AT_ONCE", 10)
        one = world(*(share(f"s{n}", "1", START) for n in range(40)))
        kept = [share(f"k{n}", "1", Instant(END + n)) for n in range(40)]
        one.take(*one.story(*kept))
        looked_at = set()
        for tick in range(1, 9):
            one.tick(END + tick)
            looked_at.add(one.progress.sweep_from)
            one.restart()
        assert one.subjects == {key(f"k{n}") for n in range(40)}
        assert one.progress.sweep_from == b""
        assert len(looked_at) == 8

    def test_goes_on_after_a_full_batch(self) -> None:
        one = world(
            *(share(f"s{n}", "1", START) for n in range(20)), bounds=Bounds(6, 1 << 20, 1.0)
        )
        batches = one.tick(END + 1)
        assert one.subjects == set()
        sizes = [len(batch.outputs) for batch in batches if batch.outputs]
        assert sizes == [6] * 6 + [4], "three subjects with a row and a finding to a batch"

    def test_the_next_begins_after_a_pause(self) -> None:
        pause = GRACE // 1_000
        one = world(share("a", "1", START), share("b", "2", Instant(START + 1)))
        one.tick(END + 1)
        one.tick(END + pause)
        assert one.subjects == {key("b")}
        one.tick(END + pause + 1)
        assert one.subjects == set()

    def test_a_pause_is_a_day_at_most(self) -> None:
        policy = fixed_policy(retention=days(5_000), arrival_grace=days(3_000))
        one = world(share("a", "1", START), share("b", "2", Instant(START + 1)), policy=policy)
        end = START + days(5_000)
        one.tick(end + 1)
        one.tick(end + days(1))
        assert one.subjects == {key("b")}
        one.tick(end + days(1) + 1)
        assert one.subjects == set()


class TestVeryManyRows:
    """Who has very many rows leaves in pieces, which nothing comes in between."""

    PIECE = 4
    MANY = 11
    BOUNDS = Bounds(6, 1 << 20, 1.0)

    @pytest.fixture(autouse=True)
    def _pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "ROWS_AT_ONCE", self.PIECE)

    def world(self) -> World:
        return world(*(share("s", f"{n}", START) for n in range(self.MANY)), bounds=self.BOUNDS)

    def begun(self, pieces: int, *, restarted: bool = True) -> World:
        """A world whose owner ended, or lost its place, after so many pieces of who leaves."""
        one = self.world()
        record = one.record(None, NAMES.ticks, value=b"t", timestamp=END + 1)
        spans = {NAMES.ticks: OffsetSpan(0, record.offset + 1)}
        for batch in one.judge.batches(PollBatch(0, 1, spans, [record])):
            one.partition.hand_over(batch.output)
            pieces -= bool(batch.output.outputs)
            if not pieces:
                break
        assert one.progress.leaving == key("s")
        assert one.progress.positions[NAMES.ticks] == record.offset, "it is to be read once more"
        return one.restart() if restarted else one

    def test_each_piece_is_a_batch(self) -> None:
        one = self.world()
        batches = [batch for batch in one.tick(END + 1) if batch.outputs]
        assert [len(batch.outputs) for batch in batches] == [8, 8, 6], "a row and its finding"
        assert one.subjects == set()
        assert one.compacted(NAMES.changelog) == one.compacted(NAMES.violations) == {}
        assert (one.progress.subjects_left, one.progress.leaving) == (1, b"")

    def test_others_have_their_turn_while_rows_are_looked_at(self) -> None:
        one = self.world()
        one.due = lambda: True
        batches = one.tick(END + 1)
        # Twice over the rows, to see that they are old and that no duty is open; then pieces.
        assert len(batches) >= 2 * (self.MANY // self.PIECE) + 3
        assert one.subjects == set()

    @pytest.mark.parametrize("restarted", [True, False])
    @pytest.mark.parametrize("pieces", [1, 2])
    def test_the_rest_leaves_before_any_record_is_read(
        self, pieces: int, *, restarted: bool
    ) -> None:
        one = self.begun(pieces, restarted=restarted)
        assert one.stored == self.MANY - pieces * self.PIECE
        # The first to come is of the same person: judged as one who is not known.
        again = share("s", "new", Instant(END + 2))
        one.take(*one.story(again))
        [place] = one.compacted(NAMES.changelog)
        assert place is not None
        assert place.startswith(key("s"))
        [finding] = one.compacted(NAMES.violations).values()
        assert decode_finding(finding).event_id == "new"
        one.tick(END + 1)
        assert one.subjects == {key("s")}
        assert one.progress.subjects_left == 1

    def test_without_that_a_part_of_the_history_would_count(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the test above looks at does go wrong where nobody finishes."""
        one = self.begun(1)
        monkeypatch.setattr(one.judge.ticks.retention, "rest", lambda: iter(()))
        one.progress.leaving = b""
        one.take(*one.story(share("s", "new", Instant(END + 2))))
        assert one.stored == self.MANY - self.PIECE + 1

    def test_what_was_left_out_of_a_commit_leaves_again(self) -> None:
        """The owner ended before a tick was through; the next one reads it again."""
        one = self.begun(2)
        one.tick(END + 1)
        assert one.subjects == set()
        assert one.compacted(NAMES.changelog) == one.compacted(NAMES.violations) == {}
        assert one.progress.subjects_left == 1

    def test_nobody_with_an_open_duty_in_any_piece(self) -> None:
        policy = fixed_policy(
            retention=hours(10), arrival_grace=hours(1), notify_deadline=hours(72)
        )
        at = Instant(START + hours(1))
        events: list[Event] = [share("s", f"{n}", START) for n in range(self.MANY)]
        one = world(*events, withdrawal("s", "w", at), policy=policy, bounds=self.BOUNDS)
        one.tick(at + hours(72))
        assert one.stored == self.MANY + 1
        one.tick(at + hours(73))
        assert one.subjects == set()
