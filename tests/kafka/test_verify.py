"""`consentry verify` on a real bus: silent on what is right, exact on what is broken."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from kafka import KafkaProducer

from streams.cli.main import main
from streams.errors import ConsentryError
from streams.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import stories
from tests.kafka.vandal import POLICY, Vandal, impatient, judged_bus, run

__all__ = ["impatient"]


@pytest.fixture(scope="module")
def whole(kafka: str) -> Iterator[tuple[Bus, Vandal]]:
    """For tests that leave all as it was."""
    with judged_bus(kafka, f"verify-{uuid.uuid4().hex[:8]}") as both:
        yield both


def test_what_was_judged_is_equal_and_balanced(whole: tuple[Bus, Vandal]) -> None:
    bus, _ = whole
    found = run(bus)
    assert found.equal, found.differences
    assert sum(cut.facts for cut in found.cuts) == 60
    # Early and late share of each story, and the finding about the bad record is none of a subject.
    assert sum(cut.findings for cut in found.cuts) >= 24
    rekeyed = [line for line in found.balance if line.topic == bus.names.rekeyed]
    assert sum(line.counted["judged"] for line in rekeyed) == 1
    assert all(line.seen is not None and line.start == 0 for line in found.balance)
    letters = sum(line.seen.dead_lettered for line in found.balance if line.seen)
    assert letters == 1


def test_a_worker_under_load_is_equal_at_every_cut(bus: Bus) -> None:
    command = [sys.executable, "-m", "streams.cli.main", "verify", "--json"]
    facts = []
    with bus.worker() as worker:
        for turn in range(3):
            # So few that a slow machine is not led to ever more of them.
            waiting = iter(stories(100, 100 * turn))
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, env=bus.environment()
            ) as verifying:
                while verifying.poll() is None:
                    bus.send(*bus.events(islice(waiting, 20)))
                    time.sleep(0.05)
                assert verifying.stdout is not None
                found = json.load(verifying.stdout)
            assert found["equal"], found["differences"]
            assert verifying.returncode == 0
            facts.append(sum(cut["facts"] for cut in found["partitions"]))
        assert worker.process.poll() is None
    assert sorted(facts) == facts
    assert facts[0] < facts[-1], "it judged while it was verified"


def test_the_command_says_it_by_its_exit_code(
    whole: tuple[Bus, Vandal], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bus, vandal = whole
    as_environment(monkeypatch, bus)
    assert main(["verify"]) == 0
    out = capsys.readouterr()
    assert "equal: 60 facts" in out.out
    assert out.err == ""
    place, one = vandal.finding(1, "early")
    vandal.put(bus.names.violations, place.partition, place.key, None)
    assert main(["verify", "--json", "--details", "1", "--no-inputs"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["equal"] is False
    assert document["counts"] == {"missing": 1}
    [difference] = document["differences"]
    assert difference["violation_id"] == one.violation_id
    [fact] = [fact for fact in difference["facts"] if fact["event_id"] == "1-early"]
    assert fact["source"]["topic"] == bus.names.data_share
    assert main(["verify", "--partition", str(place.partition)]) == 1
    assert f"missing: {bus.names.violations}, partition {place.partition}" in one_line(capsys)
    assert main(["verify", "--partition", str(1 - place.partition)]) == 0
    capsys.readouterr()
    # What was removed may begin again.
    vandal.report(place.partition, one)
    assert main(["verify", "--partition", str(place.partition)]) == 0


def test_the_state_answers_for_a_person_and_for_a_recipient(
    whole: tuple[Bus, Vandal],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    as_environment(monkeypatch, whole[0])
    of = ["person", "--controller", "SHOP", "--subject", "subject-3"]
    assert main([*of, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["facts"]) == 5
    codes = {one["code"] for fact in document["facts"] for one in fact["findings"]}
    assert codes == {
        one.code for one in whole[0].findings() if one.subject_id == "subject-3"
    }  # fmt: skip
    letter = tmp_path / "letter.html"
    assert main([*of, "--letter", "nl", "--format", "html", "-o", str(letter)]) == 0
    assert "ons kenmerk: ACME" in letter.read_text("utf-8")
    assert "no legal name for ACME" in capsys.readouterr().err
    assert main(["person", "--controller", "SHOP", "--subject", "nobody"]) == 1
    assert "Nothing is stored of this person" in capsys.readouterr().err

    assert main(["recipient", "ACME", "--format", "jsonl"]) == 0
    captured = capsys.readouterr()
    shares = [json.loads(line) for line in captured.out.splitlines()]
    assert {one["subject_id"] for one in shares} == {f"subject-{at}" for at in range(12)}
    assert f"{len(shares)} shares of 12 persons" in captured.err
    late = ["recipient", "ACME", "--since", "2027-01-01T00:00:00Z"]
    assert main(late) == 1
    [header] = capsys.readouterr().out.splitlines()
    assert header.startswith("controller_id,subject_id,occurred_at,event_id,purpose,")
    assert header.endswith(",data_categories,open_codes,restricted_since")


def test_what_cannot_be_verified_ends_with_a_reason(
    whole: tuple[Bus, Vandal],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    bus, _ = whole
    as_environment(monkeypatch, bus)

    def refused(*arguments: str) -> str:
        assert main(["verify", *arguments]) == 2
        return one_line(capsys)

    assert "there is no partition 2" in refused("--partition", "2")
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "other"\nunknown_age = "ALLOW"\n')
    assert "rest on another policy" in refused("--policy", str(policy))
    monkeypatch.setenv("CONSENTRY_CONNECT_TIMEOUT_S", "1")
    assert "no broker answered" in refused("--brokers", "127.0.0.1:1")
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "other.")
    assert "does not exist" in refused()


def test_without_a_worker_there_is_nothing_to_verify(bus: Bus) -> None:
    with pytest.raises(ConsentryError, match="there is no state to verify"):
        run(bus)


def test_a_transaction_that_hangs_is_named(
    whole: tuple[Bus, Vandal], monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, _ = whole
    monkeypatch.setattr("streams.verify.bus.MARKER_GRACE_S", 0.5)
    settings = bus.settings.model_copy(update={"transaction_timeout_s": 0.5})
    options = bus.settings.connection.kafka_python_options()
    hanging = KafkaProducer(**options, transactional_id=f"{bus.settings.group_id}-hanging")
    hanging.init_transactions()
    hanging.begin_transaction()
    hanging.send(bus.names.violations, key=b"k", value=b"v", partition=1).get(10)
    try:
        with pytest.raises(ConsentryError) as refused:
            verify(settings, POLICY)
    finally:
        hanging.abort_transaction()
        hanging.close()
    assert f"{bus.names.violations}, partition 1: a transaction is open" in refused.value.problem


def as_environment(monkeypatch: pytest.MonkeyPatch, bus: Bus) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    written = capsys.readouterr()
    return " ".join((written.out + written.err).split())
