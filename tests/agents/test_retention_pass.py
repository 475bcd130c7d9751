"""Who leaves is looked for in bounded passes, and leaves in pieces where there are many rows."""

from __future__ import annotations

import pytest

from streams.agents import retention
from streams.core.events import Event
from streams.core.instants import Instant, days, hours
from streams.core.policy import fixed_policy
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.wire.findings import decode_finding
from tests.agents.retention_world import END, GRACE, key, world
from tests.agents.world import NAMES, World
from tests.kafka.stories import START, share, withdrawal


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
            looked_at.add(one.progress.retention_from)
            one.restart()
        assert one.subjects == {key(f"k{n}") for n in range(40)}
        assert one.progress.retention_from == b""
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
