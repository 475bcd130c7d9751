"""`consentry erase` and `outputs rebuild`: what they send, say, and end with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from streams.cli.main import main
from streams.operate import commanding
from streams.operate.commanding import SentCommand
from streams.settings import Settings
from streams.wire.arrival import partition_for
from streams.wire.commands import Command, CommandResult

ID = "6f1f0a52-8f6c-4f0e-9d59-0a4f1a7b1c11"
COUNT = 3
ERASE = ["erase", "--controller", "SHOP", "--subject", "p1-0a", "--why", "a request"]
REBUILD = ["outputs", "rebuild", "--why", "it was lost"]


class Workers:
    """Workers that answer for some partitions."""

    def __init__(self) -> None:
        self.sent: list[tuple[Command, list[int]]] = []
        self.silent: set[int] = set()
        self.problem: str | None = None

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
                counts={"facts": 4},
                recipients=("ACME",),
            )
            for number in numbers
            if number not in self.silent
        )
        return SentCommand(ID, results, tuple(one for one in numbers if one in self.silent))


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    one = Workers()
    monkeypatch.setattr(commanding, "send", one.send)
    return one


def test_an_erasure_goes_to_the_partition_of_the_person(
    workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ERASE, "--ticket", "T1", "--by", "an officer", "--yes"]) == 0
    [(command, numbers)] = workers.sent
    assert numbers == [partition_for(b"SHOP\x1fp1-0a", COUNT)]
    assert (command.kind, command.why, command.ticket) == ("erase", "a request", "T1")
    assert command.person is not None
    assert command.person.subject_id == "p1-0a"
    said = capsys.readouterr().out
    assert "4 facts" in said
    assert "ACME" in said
    assert "data-share: up to 30 days" in said


@pytest.mark.parametrize("subject", ["jan@example.nl", "+31612345678", "a\x1fb", ""])
def test_an_address_is_never_sent(subject: str, workers: Workers) -> None:
    words = ["erase", "--controller", "SHOP", "--subject", subject, "--why", "w", "--yes"]
    assert main(words) == 2
    assert workers.sent == []


def test_nobody_is_erased_without_a_yes(workers: Workers) -> None:
    assert main(ERASE) == 2
    assert workers.sent == []


def test_a_rebuild_goes_to_all_partitions_or_to_one(workers: Workers) -> None:
    assert main(REBUILD) == 0
    assert main([*REBUILD, "--partition", "2"]) == 0
    assert [numbers for _, numbers in workers.sent] == [[0, 1, 2], [2]]


def test_a_result_that_is_missing_is_named(
    workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    workers.silent = {1}
    assert main([*REBUILD, "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["waiting"] == [1]
    assert "do not send it again" in shown.err


def test_a_refusal_is_said(workers: Workers, capsys: pytest.CaptureFixture[str]) -> None:
    workers.problem = "this release does not know a command of this kind"
    assert main([*ERASE, "--yes"]) == 1
    assert "refused" in capsys.readouterr().err


@pytest.mark.parametrize("why", ["", " ", "x" * 501])
def test_a_reason_must_say_something(why: str, workers: Workers) -> None:
    assert main(["outputs", "rebuild", "--why", why]) == 2
    assert workers.sent == []
