"""Parts of the indexes are made when they are asked for, and then know what was there before."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from bench.adversarial import consent, message, purchase, share, signal
from streams.core.event_kinds import event_key
from streams.core.events import Event
from streams.core.identifiers import EventKey
from streams.core.indexes import INDEXED_FROM, Indexes
from streams.core.instants import EARLIEST, Instant
from streams.core.judge import left_by
from streams.core.subject import Subject
from streams.core.vocabulary import ConsentAction
from tests.core.stories import Story
from tests.core.test_index_shapes import assessed, drawn

EVENTS = 200
END = Instant(1 << 60)
WITHDRAWN = ConsentAction.WITHDRAWN


def index_of(story: Story) -> Indexes:
    index = story.subject.arrange(story.policy, always=True)
    assert index is not None
    return index


def parts_of(index: Indexes) -> tuple[object, ...]:
    """All of them, asked for."""
    return index.ledger, index.messages, index.sales, index.findings


def made(story: Story) -> set[str]:
    """Which parts there are."""
    index = index_of(story)
    parts = {
        "ledger": index._ledger,
        "messages": index._message_kinds,
        "sales": index._sale_index,
        "findings": index._findings,
    }
    return {name for name, part in parts.items() if part is not None}


def test_what_nobody_asks_for_is_not_made() -> None:
    story = Story().take(consent(0), *(share(place) for place in range(1, 2 * INDEXED_FROM)))
    assert story.subject.index is not None
    assert made(story) == set()
    story.take(purchase(100), message(101))
    assert made(story) == {"sales"}
    story.take(signal(102, WITHDRAWN))  # whom is it a duty towards?
    assert made(story) == {"sales", "ledger"}
    story.take(signal(50, WITHDRAWN))  # what came after it?
    assert made(story) == {"sales", "ledger", "messages"}
    story.take(consent(40, "late"))  # what was said of that?
    assert made(story) == {"sales", "ledger", "messages", "findings"}


def contested(draw: Random) -> list[Event]:
    """Events of all kinds in any order of arrival; some ids come with a second payload."""
    events = [drawn(draw, place) for place in range(EVENTS)]
    events += [
        msgspec.structs.replace(
            drawn(draw, EVENTS + place),
            event_id=events[place].event_id,
            recorded_at=events[place].recorded_at - draw.choice([-1, 1]),
        )
        for place in range(0, EVENTS, 5)
    ]
    draw.shuffle(events)
    return events


@pytest.mark.parametrize("seed", range(6))
def test_a_part_made_later_says_what_one_from_the_start_says(seed: int) -> None:
    events = contested(Random(seed))
    early, late = Story(), Story()
    index = index_of(early)
    assert all(part is not None for part in parts_of(index))
    assert (len(made(early)), len(made(late))) == (4, 0)
    for event in events:
        early.take(event)
        late.take(event)
        assert late.published == early.published
    assert len(made(late)) == 4
    assert assessed(late, late.subject) == assessed(early, early.subject)


def test_a_part_that_misses_a_share_is_seen() -> None:
    story = Story().take(consent(0), share(5), share(6))
    misses, whole = index_of(story), index_of(Story().take(consent(0), share(5), share(6)))
    misses.ledger.remove(next(iter(story.subject.shares)))
    assert [len(kind.shares) for kind in misses.ledger.kinds()] == [1]
    assert [len(kind.shares) for kind in whole.ledger.kinds()] == [2]
    story.take(signal(3, WITHDRAWN))
    assert len(story.findings) == 1  # the other one is not judged again


def test_what_is_found_without_a_payload_leaves_the_index_as_it_was() -> None:
    """After a restart in the middle of a conflict: the duty of what counts is still found."""
    counts = signal(5, WITHDRAWN)
    other = msgspec.structs.replace(
        consent(5), event_id=counts.event_id, recorded_at=counts.recorded_at + 1
    )
    story = Story().take(consent(0), share(1), other, counts, share(7))
    again = Subject.from_rows(
        story.subject.controller_id,
        story.subject.subject_id,
        [row for one in story.subject.records.values() for row in (one.row, *one.others)],
    )
    key = event_key(counts)
    assert again.records[key].others
    left_by(again, again.records[key].row.fact, story.policy, (EARLIEST, EventKey("")))
    index = again.arrange(story.policy, always=True)
    assert index is not None
    assert index.findings.unmet.between(Instant(-END), END) == [key]
