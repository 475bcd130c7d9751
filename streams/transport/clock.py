"""This machine's clock, beside which the times on the topics are looked at.

Time passes by ticks that a broker stamps (architecture 4, invariant 9), and what it brings
is for good: deadlines pass and people leave. So a tick that lies far ahead of the worker's
own clock ends the worker: one of the two clocks is wrong, and only people know which. A
tick in the past is ordinary: a worker that catches up reads them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.errors import ConsentryError


def machine_time() -> Instant:
    """What this machine's clock says."""
    return Instant(time.time_ns() // 1_000_000)


class OwnClock:
    """The worker's own clock, and how far ahead of it another may be."""

    def __init__(self, jump_max_s: float, now: Callable[[], Instant] = machine_time) -> None:
        """`jump_max_s` is the setting `clock_jump_max_s`, in seconds."""
        self._jump_max_s = jump_max_s
        self._now = now

    @property
    def now(self) -> Instant:
        """What the clock says."""
        return self._now()

    @property
    def limit(self) -> Instant:
        """The latest instant that another clock may say now."""
        return Instant(self._now() + int(self._jump_max_s * 1000))

    def far_ahead_of(self, at: int) -> bool:
        """Whether an instant lies so far behind that it cannot be the present."""
        return at < self._now() - int(self._jump_max_s * 1000)

    def check_tick(self, topic: str, partition: int, offset: int, at: int) -> None:
        """Raise ConsentryError for a tick that lies too far ahead."""
        if at <= self.limit:
            return
        command = f"consentry skip --topic {topic} --partition {partition} --offset {offset}"
        raise ConsentryError(
            f"{topic}, partition {partition}, offset {offset}: {self._ahead('this tick', at)}. "
            "Nothing after it is judged, and nothing is committed past it: deadlines would "
            "pass, and people would leave, for good",
            "If this machine's clock is behind, set it right (NTP) and start the worker again. "
            "If the clock that stamped the tick was ahead (the broker's, or your scheduler's), "
            "set that one right, take the tick out of the way, and start again. Where there "
            "are many of them, delete the records of this topic instead (kafka-delete-records): "
            "no input is lost with ticks, and later ones give the time.",
            steps=(f'{command} --why "..."',),
        )

    def check_state(self, changelog: str, partition: int, at: int | None) -> None:
        """Raise ConsentryError for a state whose time lies too far ahead."""
        if at is None or at <= self.limit:
            return
        raise ConsentryError(
            f"{changelog}, partition {partition}: {self._ahead('the time of this state', at)}. "
            "A tick of a wrong clock was judged, or this machine's clock is behind",
            "If this machine's clock is behind, set it right (NTP) and start the worker again. "
            "Otherwise deadlines have passed, and people may have left, before their time: "
            "stop all workers, raise the setting `generation`, create its topics, and bring a "
            "backup from before the wrong tick with `consentry facts import`; an export made "
            "now has the wrong time too. The workers go on behind the backup; a wrong tick "
            "that is still on its topic stops them, and they say how to take it out of the way.",
        )

    def _ahead(self, what: str, at: int) -> str:
        now = self._now()
        return (
            f"{what} says {_shown(at)}, {_length(at - now)} ahead of this machine's clock "
            f"({_shown(now)}), where clock_jump_max_s allows "
            f"{_length(int(self._jump_max_s * 1000))}"
        )


def _shown(at: int) -> str:
    return format_instant(Instant(at)) if EARLIEST <= at <= LATEST else f"{at} ms since 1970"


def _length(duration_ms: int) -> str:
    """A duration for people: its largest unit, one decimal."""
    for name, unit in (("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000)):
        if duration_ms >= unit:
            return f"{duration_ms / unit:.1f} {name}"
    return f"{duration_ms / 1000:.1f} seconds"
