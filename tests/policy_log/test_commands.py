"""`policy try`, `apply`, `history` and `show`, over a log and rows in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.core.policy import Policy, default_policy
from streams.policy_file import load_policy
from streams.settings import Settings
from streams.verify import Verification
from streams.verify.batch import evaluate
from tests.core.builders import grant, share
from tests.policy_effect.stored_bus import StoredBus, stored_rows
from tests.policy_log.bus import LATER, TOPIC, PolicyBus, record, text

Capture = pytest.CaptureFixture[str]
EVENTS = [
    grant(0, recipient_ids=[], recipient_categories=["FOOD"]),
    share(1, id="e-1", recipient_category="FOOD"),
]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy file under which nobody must name a recipient, and the settings of the bus."""
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "t.")
    monkeypatch.setenv("CONSENTRY_APPLICATION_ID", "consentry")
    file = tmp_path / "office.toml"
    file.write_text("named_recipient_required = false\n")
    return file


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> StoredBus:
    """Two facts, judged under the defaults."""
    bus = StoredBus(monkeypatch, topic_prefix="t.")
    bus.put(0, stored_rows(EVENTS, default_policy()))
    return bus


def apply(file: Path, *options: str) -> int:
    return main(["policy", "apply", str(file), "--why", "the DPO decided so", *options])


def document(capsys: Capture) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("state")
def test_try_says_what_changes_and_writes_nothing(
    bus: PolicyBus, office: Path, capsys: Capture
) -> None:
    assert main(["policy", "try", str(office)]) == 1
    out = capsys.readouterr().out
    for words in (
        "nothing is written",
        "CONSENT_RECIPIENT_NOT_NAMED",
        "1 gone, 0 new, 0 changed",
        "e-1",
        "ACME",
    ):
        assert words in out
    assert main(["policy", "try", str(office), "--json"]) == 1
    found = document(capsys)
    assert (found["gone"], found["new"], found["changed"]) == (1, 0, 0)
    assert found["by"]["recipient"] == {"ACME": {"gone": 1, "new": 0, "changed": 0}}
    assert found["examples"][0]["before"]["subject_id"] == "s-1"
    assert not bus.log().entries
    office.write_text("")
    assert main(["policy", "try", str(office)]) == 0
    assert "nothing changes" in capsys.readouterr().out


def test_try_on_files_beside_a_file_or_the_policy_in_force(
    bus: PolicyBus, office: Path, tmp_path: Path, capsys: Capture
) -> None:
    from tests.policy_effect.test_effect import write_events

    events = str(write_events(tmp_path, EVENTS))
    now = tmp_path / "now.toml"
    now.write_text("")
    command = ["policy", "try", str(office), "--input", events, "--json"]
    assert main([*command, "--against", str(now)]) == 1
    assert bus.readers == 0
    beside_file = document(capsys)
    assert beside_file["gone"] == 1
    assert main(command) == 1
    assert document(capsys) == beside_file
    bus.put(record(1, text(office.read_text())))
    assert main(command) == 0
    assert document(capsys)["gone"] == 0


@pytest.mark.parametrize(
    "options",
    [["--against", "x.toml"], ["--clock", "now"], ["--input", "x.jsonl", "--partition", "0"]],
)
def test_options_of_try_that_do_not_belong_together(office: Path, options: list[str]) -> None:
    assert main(["policy", "try", str(office), *options]) == 2


@pytest.mark.usefixtures("state")
def test_apply_shows_asks_and_writes(
    bus: PolicyBus, office: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.put(record(1))
    assert apply(office, "--dry-run") == 0
    assert "Nothing was written." in capsys.readouterr().out
    assert apply(office) == 2
    assert "Repeat it with --yes" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert apply(office) == 1
    assert [entry.record.sequence for entry in bus.log().entries] == [1]
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    assert apply(office, "--ticket", "DPO-117", "--by", "mo") == 0
    out = capsys.readouterr().out
    assert "1 gone" in out
    assert "is in force; workers follow it" in out
    written = bus.log().entries[-1].record
    assert (written.sequence, written.who, written.ticket) == (2, "mo", "DPO-117")
    assert written.version == load_policy(office).version


@pytest.mark.usefixtures("state")
def test_apply_refuses_what_is_in_force_and_a_reason_that_says_nothing(
    bus: PolicyBus, office: Path, capsys: Capture
) -> None:
    assert apply(office, "--yes", "--json") == 0
    found = document(capsys)
    assert (found["applied"], found["sequence"], found["effect"]["gone"]) == (True, 1, 1)
    office.write_text(f"# another comment\n{office.read_text()}")
    assert apply(office, "--yes") == 2
    assert "is in force already, as policy 1" in capsys.readouterr().err
    office.write_text(LATER)
    assert main(["policy", "apply", str(office), "--why", " ", "--yes"]) == 2
    assert "why: allowed" in capsys.readouterr().err
    assert bus.log().sequence == 1


@pytest.mark.usefixtures("state")
def test_apply_refuses_where_another_one_came_meanwhile(
    bus: PolicyBus, office: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.put(record(1))

    def meanwhile(*given: Any) -> Any:
        if bus.log().sequence == 1:
            bus.put(record(2, text(LATER)))
        return evaluate(*given)

    monkeypatch.setattr("streams.policy_effect.stored.evaluate", meanwhile)
    assert apply(office, "--yes") == 2
    said = capsys.readouterr().err
    assert "policy 2 was applied by mo since you looked" in said
    assert bus.log().sequence == 2


def test_history_names_who_when_why_and_what(bus: PolicyBus, office: Path, capsys: Capture) -> None:
    assert main(["policy", "history"]) == 1
    assert "has no policy yet" in capsys.readouterr().err
    bus.put(
        record(1), record(2, text(LATER), who="ada", ticket=None), record(3, text(LATER, "new"))
    )
    assert main(["policy", "history"]) == 0
    out = capsys.readouterr().out
    for words in (
        "Policy 1, office+",
        "by mo (DPO-1): the DPO decided so",
        "by ada: the DPO",
        "P14 notify_deadline: PT72H -> PT24H",
        "version: office -> new",
        "since 1970-01-01T00:00:00.007Z",
    ):
        assert words in out
    assert main(["policy", "history", "--last", "2", "--json"]) == 0
    found = document(capsys)
    assert [one["sequence"] for one in found] == [2, 3]
    [setting] = found[0]["changes"]["settings"]
    assert setting["after"] == [{"valid_from": None, "value": "PT24H"}]


@pytest.mark.usefixtures("office")
def test_history_goes_on_over_a_policy_that_this_release_cannot_load(
    bus: PolicyBus, capsys: Capture
) -> None:
    later = record(2, text("no_such_setting = 1\n"), version="later+00000000")
    bus.put(record(1), later, record(3), record(4, text(LATER)))
    assert main(["policy", "history"]) == 0
    out = capsys.readouterr().out
    assert out.count("what it changed is not known") == 2
    assert "no_such_setting" in out
    assert "P14 notify_deadline" in out


def test_show_the_one_in_force_an_earlier_one_and_the_file_before_there_is_one(
    bus: PolicyBus, office: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_POLICY_FILE", str(office))
    assert main(["policy", "show", "--json"]) == 0
    before = document(capsys)
    assert (before["record"], before["version"]) == (None, load_policy(office).version)
    bus.put(record(1), record(2, text(LATER)))
    assert main(["policy", "show"]) == 0
    out = capsys.readouterr().out
    assert "Policy 2, in force from" in out
    assert "notify_deadline = PT24H" in out
    assert main(["policy", "show", "--sequence", "1", "--json"]) == 0
    assert document(capsys)["record"]["sequence"] == 1
    assert main(["policy", "show", "--sequence", "3"]) == 2
    assert f"{TOPIC} has no policy 3" in capsys.readouterr().err
    assert main(["policy", "show", str(office), "--sequence", "1"]) == 2


def test_verify_takes_the_policy_in_force_or_notes_the_file_that_it_is_given(
    bus: PolicyBus, office: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def verified(_settings: Settings, policy: Policy, **_: Any) -> Verification:
        taken.append(policy.version)
        return Verification(limit=1, with_inputs=False)

    monkeypatch.setattr("streams.verify.verify", verified)
    bus.put(record(1, text(LATER)))
    in_force = record(1, text(LATER)).version
    assert main(["verify", "--json"]) == 0
    assert document(capsys)["notes"] == []
    assert main(["verify", "--policy", str(office), "--json"]) == 0
    [note] = document(capsys)["notes"]
    assert taken == [in_force, load_policy(office).version]
    assert all(version in note for version in taken)


@pytest.mark.parametrize("command", [["history"], ["show"], ["apply", "FILE", "--why", "it is so"]])
def test_without_a_broker_the_reason_is_given(
    office: Path, capsys: Capture, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "0.1")
    words = [str(office) if word == "FILE" else word for word in command]
    assert main(["policy", *words, "--brokers", "127.0.0.1:1"]) == 2
    assert "no broker answered" in capsys.readouterr().err
