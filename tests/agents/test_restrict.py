"""A person whose processing is restricted: how the mark stands, and what does not lose it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days, hours
from streams.core.policy import fixed_policy
from streams.wire.commands import encode_command
from streams.wire.restricted import marked, restriction_of
from tests.agents.ordering import command, key, order, results
from tests.agents.retention_world import END
from tests.agents.retention_world import world as short_lived
from tests.agents.test_erase import history
from tests.agents.test_refusals import KEY, SHARE, bad
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import RECIPIENT, START, share, withdrawal

OTHER_ID = "7f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"


def since(one: World, who: str = "s") -> Instant | None:
    return restriction_of(one.rows.rows_of(key(who)))


def restrict(one: World, who: str = "s", at: int = LATER) -> None:
    one.take(order(one, command("restrict", who), at=at))


def restricted_world() -> World:
    one = World()
    one.take(*one.story(*history("s"), *history("other")))
    restrict(one)
    return one


def test_one_row_bears_the_mark_and_the_answer_names_the_recipients() -> None:
    one = restricted_world()
    assert since(one) == LATER
    assert since(one, "other") is None
    assert len(list(marked(one.rows.rows_of(key("s"))))) == 1
    [result] = results(one)
    assert (result.done, result.kind, result.recipients) == (True, "restrict", (RECIPIENT,))
    assert result.counts["facts"] == 4
    written = [o for o in one.kept.batches[-1].outputs if o.topic != NAMES.command_results]
    assert [o.topic for o in written] == [NAMES.changelog], "findings stay as they are"


def test_it_is_lifted() -> None:
    one = restricted_world()
    one.take(order(one, command("unrestrict", "s"), OTHER_ID))
    assert since(one.restart()) is None
    assert results(one)[-1].counts["restrictions_lifted"] == 1


def test_twice_counts_since_the_first() -> None:
    one = restricted_world()
    one.take(order(one, command("restrict", "s"), OTHER_ID, at=LATER + 5))
    assert since(one) == LATER
    assert results(one)[-1].counts["already_restricted"] == 1
    one.take(order(one, command("unrestrict", "other"), OTHER_ID))
    assert results(one)[-1].counts["restrictions_lifted"] == 0


def test_of_whom_nothing_is_stored_it_is_answered() -> None:
    one = World()
    restrict(one)
    [result] = results(one)
    assert not result.done
    assert result.problem is not None
    assert "nothing is stored" in result.problem
    assert one.stored == 0


def test_it_concerns_one_person() -> None:
    one = World()
    value = encode_command(command("restrict"))
    one.take(one.record(None, NAMES.commands, key=OTHER_ID.encode(), value=value))
    assert "one person" in (results(one)[0].problem or "")


def _more(one: World) -> None:
    """Every row of the person is written again: a withdrawal, another payload of an event."""
    late = withdrawal("s", "w0", Instant(START + 1))
    other = share("s", "1", Instant(START - days(1)))
    one.take(*one.story(late, other, *history()))


def _sweep(one: World) -> None:
    one.change(fixed_policy(notify_deadline=hours(1))).sweep()


def _erase(one: World) -> None:
    one.take(order(one, command("erase", "s"), OTHER_ID, at=LATER + 1))
    assert len(one.rows.rows_of(key("s"))) == 1


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("what", [_more, _sweep, _erase])
def test_nothing_takes_the_mark_away(what: Callable[[World], None], *, restarted: bool) -> None:
    one = restricted_world()
    if restarted:
        one.restart()
    what(one)
    assert since(one) == LATER
    assert since(one.restart()) == LATER


class TestRetention:
    """To keep the data may be what the person asked for (GDPR 18(1)(b), (c))."""

    @pytest.mark.parametrize("who", [True, False])
    def test_who_is_restricted_stays_until_it_is_lifted(self, *, who: bool) -> None:
        one = short_lived(share("s", "1", START), share("s", "2", START))
        if who:
            restrict(one, at=START)
        one.tick(END + 1)
        assert one.subjects == ({key("s")} if who else set[SubjectKey]())
        one.take(order(one, command("unrestrict", "s"), OTHER_ID, at=END + 1))
        one.tick(END + days(1) + 1)
        assert one.subjects == set()

    def test_a_mark_on_a_refused_id_holds_the_facts_that_come(self) -> None:
        one = short_lived()
        one.take(bad(one, timestamp=START))
        who = SHARE.subject_id
        restrict(one, who, at=START)
        assert since(one, who) == START
        one.take(*one.story(share(who, "2", START)))
        one.tick(LATER + days(3))
        assert one.subjects == {KEY}
        one.take(order(one, command("unrestrict", who), OTHER_ID, at=LATER + days(3)))
        one.tick(LATER + days(5))
        assert one.subjects == set()
