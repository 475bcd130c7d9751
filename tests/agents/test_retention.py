"""Subjects leave when P20 and P26 are over: who, when, with what, and what comes after."""

from __future__ import annotations

import msgspec
import pytest
from structlog.testing import capture_logs

from streams.core.events import Event
from streams.core.instants import EARLIEST, LATEST, Instant, days, hours
from streams.core.policy import DatedValue, Policy, fixed_policy
from streams.core.vocabulary import Status
from streams.wire.findings import decode_finding
from streams.wire.progress import BATCH_HEADER, decode_progress
from tests.agents.retention_world import END, GRACE, POLICY, key, world
from tests.agents.world import NAMES, Shelf, World
from tests.kafka.stories import START, grant, share, story, withdrawal


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
