"""Workers that answer commands without a bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from streams.operate.commanding import SentCommand
from streams.operate.rebuilding.retract import Retraction
from streams.settings import Settings
from streams.wire.commands import Command, CommandResult

ID = "6f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"
COUNT = 3


def _ended(number: int) -> SentCommand:
    counts = {"retracted": 1} if number else {"elsewhere": 1}
    result = CommandResult(
        command_id=ID, partition=number, offset=0, kind="retract", done=True, counts=counts
    )
    return SentCommand(ID, (result,), ())


class Workers:
    """Workers that answer for some partitions."""

    def __init__(self) -> None:
        self.sent: list[tuple[Command, list[int]]] = []
        self.silent: set[int] = set()
        self.problem: str | None = None
        self.counts = {"facts": 4}
        self.ended: list[Command | None] = []

    def retract(
        self, _settings: Settings, partition: int | None, order: Command | None, **_: Any
    ) -> Retraction:
        """What the topics hold beyond the state, one thing on each partition."""
        self.ended.append(order)
        named = dict.fromkeys(range(COUNT) if partition is None else [partition], 1)
        if order is None:
            return Retraction(named, 0)
        return Retraction(named, 2, tuple(_ended(number) for number in named))

    def send(
        self,
        _settings: Settings,
        command: Command,
        chosen: Callable[[int], Iterable[int]],
        _wait_s: float,
        _answered: Any,
    ) -> SentCommand:
        numbers = list(chosen(COUNT))
        self.sent.append((command, numbers))
        results = tuple(
            CommandResult(
                command_id=ID,
                partition=number,
                offset=1,
                kind=command.kind,
                done=self.problem is None,
                problem=self.problem,
                counts=self.counts,
                recipients=("ACME",),
            )
            for number in numbers
            if number not in self.silent
        )
        return SentCommand(ID, results, tuple(one for one in numbers if one in self.silent))
