"""`consentry erase`, `restrict` and `outputs rebuild`: what they send, say, and end with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.errors import ConsentryError
from streams.operate import erased_records
from streams.operate.commanding import SentCommand
from streams.wire.arrival import partition_for
from streams.wire.commands import Command
from tests.cli.answering import COUNT, Workers

ERASE = ["erase", "--controller", "SHOP", "--subject", "p1-0a", "--why", "a request"]
REBUILD = ["outputs", "rebuild", "--why", "it was lost"]


@pytest.fixture(autouse=True)
def removed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Whose findings about records were looked for; nothing is found."""
    asked: list[tuple[str, str]] = []

    def remove(_: Any, controller: str, subject: str, order: Command, __: float) -> list[Any]:
        assert order.kind == "retract"
        asked.append((controller, subject))
        return []

    monkeypatch.setattr(erased_records, "remove_about_records", remove)
    return asked


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
    assert "consentry.violations: 7 days, once something later" in said


@pytest.mark.parametrize("subject", ["jan@example.nl", "+31612345678", "a\x1fb", ""])
def test_an_address_is_never_sent(subject: str, workers: Workers) -> None:
    words = ["erase", "--controller", "SHOP", "--subject", subject, "--why", "w", "--yes"]
    assert main(words) == 2
    assert workers.sent == []


def test_findings_about_records_are_looked_for_or_it_is_said_that_they_were_not(
    workers: Workers,
    removed: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*ERASE, "--yes"]) == 0
    assert removed == [("SHOP", "p1-0a")]

    def refuse(*_: Any) -> None:
        raise ConsentryError("the topic may not be read", "")

    monkeypatch.setattr(erased_records, "remove_about_records", refuse)
    capsys.readouterr()
    assert main([*ERASE, "--yes", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["findings_about_records"] is None
    assert "were not looked for: the topic may not be read" in " ".join(shown.err.split())
    workers.problem = "no"
    removed.clear()
    assert main([*ERASE, "--yes"]) == 1
    assert removed == []


def test_findings_about_records_that_still_stand_are_no_success(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = SentCommand("the id", (), (2,))
    monkeypatch.setattr(erased_records, "remove_about_records", lambda *_: [waiting])
    assert main([*ERASE, "--yes"]) == 1
    said = capsys.readouterr()
    assert "Erased. What went:" in said.out
    assert "no result yet of partition 2. The command the id stands" in " ".join(said.err.split())


def test_nobody_is_erased_without_a_yes(workers: Workers) -> None:
    assert main(ERASE) == 2
    assert workers.sent == []


def test_the_answer_says_which_receivers_delete(
    workers: Workers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the secrets that the sinks have where findings are delivered."""
    file = tmp_path / "settings.toml"
    file.write_text(
        '[sinks.search]\ntype = "elasticsearch"\nurl = "https://search:9200"\n'
        '[sinks.chat]\ntype = "slack"\n[sinks.odd]\ntype = "other"\n'
    )
    assert main([*ERASE, "--yes", "--config", str(file)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "sink search: its receiver is instructed to delete" in said
    assert "sink chat: its receiver cannot delete" in said
    assert main([*ERASE, "--yes", "--config", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["receivers_delete"] == {"search": True, "chat": False}
    assert len(workers.sent) == 2


@pytest.mark.parametrize(
    ("words", "counts", "said"),
    [
        (("restrict",), {"already_restricted": 0}, "Processing is restricted."),
        (("restrict",), {"already_restricted": 1}, "restricted already"),
        (("unrestrict", "--yes"), {"restrictions_lifted": 1}, "The restriction is lifted."),
        (("unrestrict", "--yes"), {"restrictions_lifted": 0}, "was not restricted"),
    ],
)
def test_what_became_of_a_restriction_is_said(
    words: tuple[str, ...],
    counts: dict[str, int],
    said: str,
    workers: Workers,
    capsys: pytest.CaptureFixture[str],
) -> None:
    workers.counts = counts
    assert main([words[0], *ERASE[1:], *words[1:]]) == 0
    assert [command.kind for command, _ in workers.sent] == [words[0]]
    shown = capsys.readouterr().out
    assert said in shown
    assert ("ACME" in shown) == (words[0] == "restrict"), "recipients are to be notified (GDPR 19)"


def test_a_restriction_is_not_lifted_before_the_person_was_informed(workers: Workers) -> None:
    assert main(["unrestrict", *ERASE[1:]]) == 2
    assert workers.sent == []


def test_a_rebuild_goes_to_all_partitions_or_to_one(workers: Workers) -> None:
    assert main(REBUILD) == 0
    assert main([*REBUILD, "--partition", "2"]) == 0
    assert [numbers for _, numbers in workers.sent] == [[0, 1, 2], [2]]


def test_what_the_state_does_not_say_is_ended_first(
    workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(REBUILD) == 0
    shown = capsys.readouterr()
    assert (
        "3 stood on the topics that the state does not say.\n1 elsewhere, 2 retracted." in shown.out
    )
    assert "2 records have a key that is no text" in shown.err
    assert "1 are about persons of another partition" in shown.err
    assert main([*REBUILD, "--dry-run"]) == 0
    assert "partition 2: 1 that the state does not say." in capsys.readouterr().out
    assert [order and order.kind for order in workers.ended] == ["retract", None]
    assert len(workers.sent) == 1


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
