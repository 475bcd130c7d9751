"""Deadlines: strictly passed, earliest first, replaced ones forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.deadlines import Deadlines
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant

A, B = SubjectKey(b"a"), SubjectKey(b"b")


def test_a_deadline_has_passed_strictly_after_it() -> None:
    deadlines = Deadlines[SubjectKey]()
    deadlines.set(A, Instant(10))
    deadlines.set(B, Instant(5))
    assert deadlines.passed(Instant(5)) == []
    assert deadlines.passed(Instant(11)) == [B, A]
    assert deadlines.passed(Instant(99)) == []


def test_a_deadline_that_was_replaced_or_taken_away_does_not_pass() -> None:
    deadlines = Deadlines[SubjectKey]()
    deadlines.set(A, Instant(5))
    deadlines.set(A, Instant(20))
    deadlines.set(B, Instant(5))
    deadlines.set(B, None)
    assert deadlines.passed(Instant(10)) == []
    assert (A in deadlines, B in deadlines, len(deadlines)) == (True, False, 1)
    deadlines.set(A, Instant(5))
    assert deadlines.passed(Instant(10)) == [A]
    assert deadlines.passed(Instant(99)) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9))), st.integers(0, 9)
)
def test_it_agrees_with_a_dictionary(steps: list[tuple[str, int | None]], clock: int) -> None:
    deadlines, plain = Deadlines[SubjectKey](), dict[str, int]()
    for name, at in steps:
        deadlines.set(SubjectKey(name.encode()), None if at is None else Instant(at))
        plain.pop(name, None)
        if at is not None:
            plain[name] = at
    assert deadlines.next == min(plain.values(), default=None)
    passed = [key.decode() for key in deadlines.passed(Instant(clock))]
    assert passed == sorted(
        (n for n, at in plain.items() if at < clock), key=lambda n: (plain[n], n)
    )
