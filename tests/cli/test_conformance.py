"""`consentry conformance`: results, differences, exit codes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from kafka.errors import MessageSizeTooLargeError

from streams.cli.main import main
from streams.conformance.bus import CaseBus

Capture = pytest.CaptureFixture[str]

FOLDER = Path(__file__).parents[1] / "conformance"
SCENARIOS = FOLDER / "scenarios.jsonl"


def cases_of(tmp_path: Path, *names: str, **changes: object) -> Path:
    file = tmp_path / "cases.jsonl"
    raw = [json.loads(line) for line in SCENARIOS.read_text().splitlines()]
    chosen = [case | changes for case in raw if case["case"] in names]
    file.write_text("".join(json.dumps(case) + "\n" for case in chosen))
    return file


@pytest.mark.parametrize(("name", "count"), [("scenarios.jsonl", 572), ("histories.jsonl.gz", 400)])
def test_all_given_cases(name: str, count: int, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "results.jsonl"
    assert main(["conformance", str(FOLDER / name), "--output", str(output)]) == 0
    assert f"{count} cases run: {count} of {count} expectations met" in capsys.readouterr().err
    results = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(results) == count
    assert all(list(result) == ["case", "findings", "duties"] for result in results)


def test_a_wrong_expectation_is_reported(tmp_path: Path, capsys: Capture) -> None:
    wrong = [{"event_id": "k02-sh3", "code": "CONSENT_EXPIRED"}]
    duties = [{"trigger_event_id": "k02-sh3", "recipient_id": "ACME"}]
    cases = cases_of(tmp_path, "k02", findings=wrong, duties=duties)
    assert main(["conformance", str(cases)]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "case": "k02",
        "findings": [{"event_id": "k02-sh3", "code": "NO_CONSENT"}],
        "duties": [],
    }
    assert "k02 (line 1): No consent ever" in said.err
    assert "missing  CONSENT_EXPIRED on k02-sh3" in said.err
    assert "extra    NO_CONSENT on k02-sh3" in said.err
    assert "missing  duty on k02-sh3 towards ACME" in said.err
    assert "1 cases run: 0 of 1 expectations met" in said.err


def test_the_clock_overrides(tmp_path: Path, capsys: Capture) -> None:
    cases = cases_of(tmp_path, "k75")
    assert main(["conformance", str(cases)]) == 0
    assert "RECIPIENT_NOT_NOTIFIED" in capsys.readouterr().out
    assert main(["conformance", str(cases), "--clock", "2026-09-01T00:00:00Z"]) == 1
    assert "missing  RECIPIENT_NOT_NOTIFIED" in capsys.readouterr().err


def test_cases_that_cannot_be_run(tmp_path: Path, capsys: Capture) -> None:
    assert main(["conformance", str(tmp_path / "none.jsonl")]) == 2
    file = tmp_path / "cases.jsonl"
    file.write_text('{"case": "a", "events": []}\nnonsense\n')
    assert main(["conformance", str(file)]) == 2
    assert f"{file}:2: not JSON" in capsys.readouterr().err
    file.write_bytes(b"\x1f\x8bnonsense")
    assert main(["conformance", str(file)]) == 2
    assert "damaged" in capsys.readouterr().err


def test_a_broker_that_is_not_there(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "1")
    cases = cases_of(tmp_path, "k02")
    assert main(["conformance", str(cases), "--broker", "127.0.0.1:1"]) == 2
    assert "127.0.0.1:1" in capsys.readouterr().err


def test_an_error_of_kafka_in_the_middle_is_said_in_words(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise MessageSizeTooLargeError

    monkeypatch.setattr(CaseBus, "_create_topics", refused)
    monkeypatch.setattr(CaseBus, "_delete_topics", lambda _: None)
    assert main(["conformance", str(cases_of(tmp_path, "k02")), "--broker", "127.0.0.1:1"]) == 2
    assert "127.0.0.1:1" in capsys.readouterr().err


def test_cases_are_not_written_over_and_a_bomb_is_not_unpacked(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = cases_of(tmp_path, "k02")
    before = cases.read_bytes()
    (tmp_path / "link").symlink_to(cases)
    for output in (cases, tmp_path / "link"):
        assert main(["conformance", str(cases), "-o", str(output)]) == 2
        assert "over the input" in capsys.readouterr().err
    assert cases.read_bytes() == before
    monkeypatch.setattr("streams.conformance.cases.MAX_CASES", 100_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b" " * 200_000))
    assert main(["conformance", str(tmp_path / "bomb.gz")]) == 2
    assert "longer than 100000 bytes" in capsys.readouterr().err
