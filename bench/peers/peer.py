"""What a peer is: a program that reads the inputs, reports violations and commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.bus import Bus
from bench.process import Command
from bench.programs.job import Aim, Job
from bench.stream import Order


def job(bus: Bus, folder: Path, aim: Aim, *, keep: bool = False) -> Job:
    """The job on a bus."""
    return Job(
        brokers=bus.bootstrap,
        inputs={kind.value: name for kind, name in bus.inputs.items()},
        violations=bus.violations,
        state=bus.state,
        group=bus.tag,
        partitions=bus.partitions,
        folder=str(folder),
        aim=aim,
        keep=keep,
    )


def plain_id(value: bytes) -> str | None:
    """The event id in a peer's violation: `event id 0x1F code`."""
    return value.split(b"\x1f", 1)[0].decode()


def plain_topic(bus: Bus) -> str:
    """Where peers write their violations."""
    return bus.violations


def never_missing() -> None:
    """For peers that come with the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One contestant.

    `prepare` makes topics of its own. `command` gives the program. `missing` says why it
    cannot run here, None where it can. `published_on` is the topic of its violations and
    `event_id` reads one of them: None for a record that is no uncovered share. `share` is
    how much of the stream it reads: slow ones get a shorter one, of the same make, and very
    fast ones a longer one, so that the clock runs for seconds with each. `order` is that of the
    people in it. `rounds` is how often it takes part at most.
    """

    key: str
    name: str
    command: Callable[[Bus, Path, Aim], Command]
    missing: Callable[[], str | None] = never_missing
    prepare: Callable[[Bus], object] = lambda _: None
    published_on: Callable[[Bus], str] = plain_topic
    event_id: Callable[[bytes], str | None] = plain_id
    share: float = 1.0
    order: Order = "in turn"
    rounds: int = 1_000
    about: Mapping[str, Any] = field(default_factory=dict)
