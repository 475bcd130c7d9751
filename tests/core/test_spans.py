"""Spans against a plain list: whatever is put in, ended and taken out, every answer is the same."""

from __future__ import annotations

from random import Random

import pytest

from streams.core.instants import Instant
from streams.core.spans import ENDLESS, Order, Spans

LATEST = 60
"""Few instants for many values, so that most have neighbours at their own."""


class Plain:
    """What `Spans` stands for: values with their ends, sorted when asked for."""

    def __init__(self) -> None:
        self.ends: dict[Order, int] = {}

    def sorted(self) -> list[Order]:
        return sorted(self.ends)

    def alive(self, through: int, at: int) -> list[Order]:
        return [o for o in reversed(self.sorted()) if o[0] <= through and self.ends[o] > at]


def asked(spans: Spans[Order], draw: Random) -> list[object]:
    """One answer of every kind."""
    since, until = Instant(draw.randrange(LATEST)), Instant(draw.randrange(LATEST))
    order = since, "", str(draw.randrange(40))
    return [
        spans.after(order),
        spans.before(order),
        spans.has(order),
        spans.between(since, until),
        spans.newest(since),
        spans.last(),
        list(spans.begun(since)),
        list(spans.alive(since, until)),
    ]


def expected(plain: Plain, draw: Random) -> list[object]:
    since, until = draw.randrange(LATEST), draw.randrange(LATEST)
    order = since, "", str(draw.randrange(40))
    held = plain.sorted()
    after, before = [o for o in held if o > order], [o for o in held if o < order]
    begun = [o for o in reversed(held) if o[0] <= since]
    return [
        after[0] if after else None,
        before[-1] if before else None,
        order in plain.ends,
        [o for o in held if since <= o[0] < until],
        begun[0] if begun else None,
        held[-1] if held else None,
        begun,
        plain.alive(since, until),
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("late", [0, 0.2, 1])
def test_every_answer_is_that_of_a_plain_list(seed: int, late: float) -> None:
    draw = Random(seed)
    spans: Spans[Order] = Spans()
    plain = Plain()
    for step in range(400):
        chance = draw.random()
        held = plain.sorted()
        if chance < 0.6 or not held:
            at = draw.randrange(LATEST) if draw.random() < late else step * LATEST // 400
            order: Order = (at, "", str(draw.randrange(40)))
            if order not in plain.ends:
                end = draw.choice([ENDLESS, draw.randrange(LATEST)])
                spans.add(order, order, end)
                plain.ends[order] = end
        elif chance < 0.8:
            order = draw.choice(held[-3:] if chance < 0.7 else held)
            end = draw.randrange(LATEST)
            spans.end(order, Instant(end))
            plain.ends[order] = end
        elif chance < 0.88:
            order = draw.choice(held[-3:] if chance < 0.84 else held)
            spans.remove(order)
            del plain.ends[order]
        assert len(spans) == len(plain.ends)
        assert bool(spans) is bool(plain.ends)
        number = draw.randrange(1 << 30)
        assert asked(spans, Random(number)) == expected(plain, Random(number))
