"""A person who is erased: what goes, what stays, and what comes again."""

from __future__ import annotations

import msgspec
import pytest

from streams.agents import retention
from streams.core.events import Event
from streams.core.instants import Instant, days
from streams.core.vocabulary import Code, ConsentAction
from streams.transport.commit.output_batch import Bounds
from streams.wire.findings import decode_finding
from streams.wire.rows import decode_row, encode_row
from tests.agents.ordering import ID, command, key, order, results
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import RECIPIENT, START, grant, share, withdrawal

ERASED = LATER
NEXT = Instant(ERASED + 1)


def history(who: str = "s") -> list[Event]:
    """A grant, a share under it, its end, which brings a duty, and a share without consent."""
    return [
        grant(who, "g", START),
        share(who, "1", Instant(START + 1)),
        withdrawal(who, "w", Instant(START + 2)),
        share(who, "2", Instant(START + days(2))),
    ]


def erased() -> World:
    one = World()
    one.take(*one.story(*history("s"), *history("other")))
    one.take(order(one, command("erase", "s")))
    return one


def open_codes(world: World) -> list[str]:
    values = world.compacted(NAMES.violations).values()
    found = [decode_finding(value) for value in values]
    return [finding.code for finding in found if finding.subject_id == "s"]


def test_only_one_row_stays_and_the_answer_names_the_recipients() -> None:
    one = erased()
    rows = [
        row
        for place, row in one.compacted(NAMES.changelog).items()
        if place and place.startswith(key("s"))
    ]
    [row] = [decode_row(row) for row in rows]
    assert row.erases
    event = row.fact.event
    assert getattr(event, "action", None) is ConsentAction.ERASED
    assert event.occurred_at == ERASED
    assert open_codes(one) == []
    assert all(b"other" in value for value in one.compacted(NAMES.duties).values())
    [result] = results(one)
    assert (result.done, result.kind, result.recipients) == (True, "erase", (RECIPIENT,))
    assert result.counts["facts"] == 4
    assert result.counts["findings"]
    assert result.counts["duties"]
    assert len(one.rows.rows_of(key("other"))) == 4, "nobody else is touched"


@pytest.mark.parametrize("restarted", [False, True])
def test_all_old_records_again_bring_nothing_back(*, restarted: bool) -> None:
    one = erased()
    if restarted:
        one.restart()
    before = one.compacted(NAMES.changelog), one.compacted(NAMES.violations)
    one.take(*one.story(*history()))
    assert (one.compacted(NAMES.changelog), one.compacted(NAMES.violations)) == before
    assert sum(one.count(topic).expired for topic in NAMES.input_types) == 4
    assert all(one.count(topic).balanced for topic in NAMES.judged)


@pytest.mark.parametrize("restarted", [False, True])
def test_what_comes_after_is_judged_against_the_erasure(*, restarted: bool) -> None:
    one = erased()
    if restarted:
        one.restart()
    one.take(*one.story(share("s", "3", NEXT)))
    assert open_codes(one) == [Code.SHARE_AFTER_OBJECTION]


def test_a_consent_given_afterwards_counts() -> None:
    one = erased()
    one.take(*one.story(grant("s", "g2", NEXT), share("s", "3", Instant(NEXT + 1))))
    assert Code.SHARE_AFTER_OBJECTION not in open_codes(one)


def test_another_event_under_its_id_does_not_displace_it() -> None:
    one = erased()
    for at in (Instant(START + 5), NEXT):
        one.take(*one.story(withdrawal("s", f"erasure-{ID}", at)))
    one.restart()
    one.take(*one.story(grant("s", "g", START), share("s", "1", Instant(START + 1))))
    one.take(*one.story(share("s", "3", Instant(NEXT + 1))))
    assert Code.SHARE_AFTER_OBJECTION in open_codes(one)
    assert sum(one.count(topic).expired for topic in NAMES.input_types) == 3


def test_who_is_unknown_is_erased_as_well() -> None:
    one = World()
    one.take(order(one, command("erase", "s")))
    [result] = results(one)
    assert result.counts["facts"] == 0
    one.take(*one.story(*history()))
    assert one.compacted(NAMES.violations) == {}


def test_twice_leaves_the_later_one_alone() -> None:
    one = erased()
    again = "7f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"
    one.take(order(one, command("erase", "s"), again, at=LATER + 5))
    [row] = [decode_row(row) for row in one.rows.rows_of(key("s")).values()]
    assert row.fact.event.occurred_at == LATER + 5


class TestVeryManyRows:
    """They go in pieces, and nothing comes in between."""

    MANY = 11

    @pytest.fixture(autouse=True)
    def _pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "ROWS_AT_ONCE", 4)

    def world(self) -> World:
        one = World(Bounds(6, 1 << 20, 1.0))
        one.take(*one.story(*(share("s", f"{n}", Instant(START + n)) for n in range(self.MANY))))
        return one

    @pytest.mark.parametrize("pieces", [1, 2])
    def test_a_crash_between_pieces(self, pieces: int) -> None:
        one = self.world()
        record = order(one, command("erase", "s"))
        one.interrupted(record, pieces)
        assert results(one) == []
        one.restart()
        # Old and new records of the person come first; then the command is read again.
        one.take(*one.story(share("s", "0", START), share("s", "new", NEXT)))
        one.take(record)
        assert open_codes(one) == [Code.SHARE_AFTER_OBJECTION]
        assert len(one.rows.rows_of(key("s"))) == 2
        [result] = results(one)
        assert result.counts["facts"] == self.MANY
        assert one.progress.command is None
        assert one.progress.subjects_left == 0

    def test_each_piece_is_a_batch(self) -> None:
        one = self.world()
        batches = one.take(order(one, command("erase", "s")))
        assert len(batches) > 2
        assert len(one.rows.rows_of(key("s"))) == 1


def test_without_the_mark_old_facts_would_come_back() -> None:
    """What the tests above look at does go wrong where a row does not say that it erases."""
    one = erased()
    [(place, row)] = one.rows.rows_of(key("s")).items()
    unmarked = msgspec.structs.replace(decode_row(row), erases=False)
    one.rows.put(place, encode_row(unmarked))
    one.take(*one.story(*history()))
    assert len(one.rows.rows_of(key("s"))) == 5
