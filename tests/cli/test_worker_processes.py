"""`consentry worker --processes`: what it asks for before anything starts."""

from __future__ import annotations

import os

import pytest

from streams.cli.main import main
from streams.cli.worker_processes import NAME_LENGTH, names_of
from streams.errors import ConsentryError
from streams.settings import Settings


def test_the_names_come_from_that_of_the_whole() -> None:
    assert names_of(Settings(instance_id="host"), 3) == ["host-1", "host-2", "host-3"]


def test_without_a_name_it_says_how_to_give_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONSENTRY_INSTANCE_ID", raising=False)
    assert main(["worker", "--processes", "2", "--brokers", "127.0.0.1:1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: worker --processes needs a lasting name")
    assert "--instance-id worker-1" in said


def test_a_name_that_is_too_long_with_its_number_is_refused() -> None:
    longest = "w" * (NAME_LENGTH - 2)
    assert len(names_of(Settings(instance_id=longest), 9)[-1]) == NAME_LENGTH
    with pytest.raises(ConsentryError, match="too long"):
        names_of(Settings(instance_id=longest), 10)
    # As long as the settings take, and no longer.
    Settings(instance_id="w" * NAME_LENGTH)
    with pytest.raises(ValueError, match="instance_id"):
        Settings(instance_id="w" * (NAME_LENGTH + 1))


def test_where_there_is_no_fork_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    with pytest.raises(ConsentryError, match="fork"):
        names_of(Settings(instance_id="w"), 2)


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_number_of_processes_is_at_least_1(number: str) -> None:
    assert main(["worker", "--processes", number]) == 2


def test_it_does_not_reach_the_commands_of_the_worker_unseen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["worker", "--processes", "2", "remove", "w1"]) == 2
    assert "options go after" in capsys.readouterr().err
