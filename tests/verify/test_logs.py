"""What the logs and the state say together of input that is gone."""

from __future__ import annotations

import pytest

from streams.verify.input_span import InputSpan
from streams.verify.logs import passed_over, recreated
from streams.verify.result import DifferenceKind, Seen
from streams.wire.progress import Counters, Gap, Progress


def progress(*, read: int, begin: int | None = 0, gaps: tuple[Gap, ...] = ()) -> Progress:
    begins = {} if begin is None else {"in": begin}
    return Progress(
        positions={"in": 100}, counters={"in": Counters(read=read)}, begins=begins, gaps=gaps
    )


def span(start: int, seen: int, end: int = 100) -> InputSpan:
    return InputSpan("in", start, end, Seen(read=seen))


def test_offsets_that_nothing_explains_were_passed_over() -> None:
    [found] = passed_over(progress(read=70), [span(80, 20)], 3)
    assert (found.kind, found.topic, found.partition) == (DifferenceKind.LOST_INPUT, "in", 3)
    assert found.what.startswith("30 records between offset 0 and 80")


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (progress(read=100), span(80, 20)),
        (progress(read=101), span(80, 20)),
        (progress(read=70, gaps=(Gap("in", 10, 40),)), span(80, 20)),
        (progress(read=60, begin=40), span(80, 20)),
        (progress(read=70, begin=None), span(80, 20)),
        (progress(read=70), span(80, 19)),
        (progress(read=70), span(0, 100)),
        (progress(read=70), span(100, 0)),
    ],
    ids=[
        "all was read",
        "something twice",
        "an accepted gap",
        "reading began later",
        "nobody knows where it began",
        "there are markers",
        "nothing was deleted",
        "nothing is left",
    ],
)
def test_what_is_explained_or_cannot_be_known(state: Progress, seen: InputSpan) -> None:
    assert passed_over(state, [seen], 0) == []


def test_another_gap_explains_nothing_here() -> None:
    assert passed_over(progress(read=70, gaps=(Gap("other", 10, 40),)), [span(80, 20)], 0)


def test_a_topic_with_another_id() -> None:
    state = Progress(positions={}, topic_ids={"in": "one", "out": "two"})
    assert recreated(state, {"in": "one", "out": "two"}, 0) == []
    assert recreated(state, {}, 0) == []
    [found] = recreated(state, {"in": "three", "out": "two"}, 0)
    assert (found.kind, found.topic) == (DifferenceKind.LOST_INPUT, "in")
    assert "its id was one, and is three" in found.what
