"""Ordering the owners to end what their state does not say (docs/adr/0102)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from streams.control.in_force import policy_now
from streams.errors import ConsentryError
from streams.operate.commanding import SentCommand, send
from streams.operate.rebuilding.unsaid import unsaid
from streams.settings import Settings
from streams.verify.pace import Advance
from streams.verify.topics import count_partitions
from streams.wire.commands import Command, HeldOutput

NAMED_AT_ONCE: Final = 200
BYTES_AT_ONCE: Final = 200_000
"""How much a command names at most, so that it is a small record on any broker."""


class Retraction(NamedTuple):
    """What was named to the owners, and what they answered.

    `named` by partition number; `unnamed` counts records whose key is no text, which nobody
    can name.
    """

    named: dict[int, int]
    unnamed: int
    sent: tuple[SentCommand, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """What was done, by what it was, over all partitions."""
        sums: Counter[str] = Counter()
        for one in self.sent:
            for result in one.results:
                sums.update(result.counts)
        return dict(sums)


def retract(
    settings: Settings,
    partition: int | None,
    order: Command | None,
    *,
    wait_s: float,
    advance: Advance | None = None,
) -> Retraction:
    """Look for what the state of one partition number, or of all, does not say, and have it ended.

    `order` is a command of kind `retract` that names nothing yet; None: only look. Waits for the
    results up to `wait_s` in all. Raises as `unsaid` and `send` do.
    """
    policy = policy_now(settings).policy
    count = count_partitions(settings)
    if partition is not None and partition >= count:
        raise ConsentryError(
            f"there is no partition {partition}",
            f"The topics have the partitions 0 to {count - 1}.",
        )
    numbers = range(count) if partition is None else (partition,)
    deadline = time.monotonic() + wait_s
    named: dict[int, int] = {}
    sent: list[SentCommand] = []
    unnamed = 0
    for number, read in unsaid(settings, policy, numbers, advance):
        unnamed += read.unnamed
        named[number] = 0
        for some in pieces(read.unsaid()):
            named[number] += len(some)
            if order is not None:
                left_s = max(0.0, deadline - time.monotonic())
                sent.append(_send(settings, order, number, some, left_s))
    return Retraction(named, unnamed, tuple(sent))


def _send(
    settings: Settings, order: Command, number: int, some: tuple[HeldOutput, ...], wait_s: float
) -> SentCommand:
    command = msgspec.structs.replace(order, standing=some)
    return send(settings, command, lambda _: (number,), wait_s, _nobody_waits)


def pieces(standing: Iterable[HeldOutput]) -> Iterator[tuple[HeldOutput, ...]]:
    """As much as one command names, in the same order."""
    some: list[HeldOutput] = []
    size = 0
    for one in standing:
        bytes_of = len(msgspec.json.encode(one))
        if some and (len(some) == NAMED_AT_ONCE or size + bytes_of > BYTES_AT_ONCE):
            yield tuple(some)
            some, size = [], 0
        some.append(one)
        size += bytes_of
    if some:
        yield tuple(some)


def _nobody_waits(_done: int, _of: int) -> None:
    """The bar is that of the reading."""
