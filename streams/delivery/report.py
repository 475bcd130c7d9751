"""What a deliverer says of itself: the body that `/live` and `/ready` answer with."""

from __future__ import annotations

import msgspec


class SinkReport(msgspec.Struct, frozen=True, kw_only=True):
    """One sink. `circuit` is closed, open or half-open; `problem` is why, "" while all is well.

    `state` is starting, delivering, standby (another deliverer has its partitions) or
    halted (somebody must put something right). `lag` counts offsets that were not read yet,
    None while an end is unknown. `last_delivered_s` is how long ago the receiver took
    something, None before it did.
    """

    state: str
    circuit: str
    problem: str
    partitions: int
    lag: int | None
    pending: int
    last_delivered_s: float | None


class DeliverReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. Ready: every sink delivers or stands by, and no circuit is open."""

    live: bool
    ready: bool
    reasons: list[str]
    sinks: dict[str, SinkReport]
