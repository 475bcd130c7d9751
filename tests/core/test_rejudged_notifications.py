"""A notification judges again the duties that it is the first to fulfil, and no others: counted."""

from __future__ import annotations

from tests.core.builders import notify, refuse, share
from tests.core.stories import Story

DUTIES = 200


def shared_against_a_refusal(*, notified_every: int) -> Story:
    """A share an hour to R1 of a person who refused: each brings a duty to notify R1."""
    lived = Story().take(refuse(-1))
    for n in range(DUTIES):
        lived.take(share(n, id=f"s{n}", recipient_id="R1"))
        if n % notified_every == notified_every - 1:
            lived.take(notify(n, ms=1, id=f"n{n}", recipient_id="R1"))
    return lived


def test_those_of_before_the_notification_before_it_are_left_alone() -> None:
    lived = shared_against_a_refusal(notified_every=10)
    counts = [one.rejudged for one in lived.decisions if one.duties and one.rejudged > 1]
    assert counts == [10 + 1] * (DUTIES // 10)
    lived.take(notify(DUTIES, id="last", recipient_id="R1"))
    assert lived.decisions[-1].rejudged == 1


def test_the_first_one_judges_all_of_them() -> None:
    lived = shared_against_a_refusal(notified_every=DUTIES + 1)
    lived.take(notify(DUTIES, id="first", recipient_id="R1"))
    assert lived.decisions[-1].rejudged == DUTIES + 1


def test_one_that_comes_late_judges_those_between_its_neighbours() -> None:
    lived = shared_against_a_refusal(notified_every=50)
    lived.take(notify(70, ms=1, id="late", recipient_id="R1"))
    assert lived.decisions[-1].rejudged == 21 + 1
    lived.take(notify(70, ms=1, id="other", recipient_id="R2"))
    assert lived.decisions[-1].rejudged == 1
