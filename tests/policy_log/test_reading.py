"""What is read: every policy, in order, or a named error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import structlog

from streams.cli import worker, worker_process
from streams.cli.main import main
from streams.control.in_force import (
    Given,
    begin,
    file_policy,
    given_policy,
    policy_now,
    report_other_file,
)
from streams.control.log import ControlLog, PolicyInForce
from streams.control.read import read_control, read_log
from streams.control.record import encode
from streams.core.policy import default_policy
from streams.errors import ConsentryError
from streams.policy_file import load_policy, policy_from_text
from streams.settings import Settings
from tests.policy_log.bus import LATER, SETTINGS, TOPIC, PolicyBus, record, text


def test_all_policies_in_order_and_the_last_in_force(bus: PolicyBus) -> None:
    bus.put(record(1), record(2, text(LATER)), record(3))
    log = read_control(SETTINGS)
    assert [entry.record.sequence for entry in log.entries] == [1, 2, 3]
    assert (log.sequence, log.next_offset, log.entries[0].at) == (3, 3, 7)
    assert log.entry(2).in_force().digest == policy_from_text(LATER).digest
    with pytest.raises(ConsentryError, match="has no policy 4") as error:
        log.entry(4)
    assert "1 to 3" in error.value.remedy


def test_the_last_alone_where_no_more_is_wanted(bus: PolicyBus) -> None:
    bus.put(record(1), record(2), record(3, text(LATER)))
    log = asyncio.run(read_log(SETTINGS, last_only=True))
    assert [entry.record.sequence for entry in log.entries] == [3]


def test_an_empty_log_has_no_policy(bus: PolicyBus) -> None:
    log = read_control(SETTINGS)
    assert (log.sequence, log.last, log.in_force()) == (0, None, None)
    with pytest.raises(ConsentryError, match="has no policy 1"):
        log.entry(1)
    assert bus.readers == 1


def test_numbers_that_do_not_follow_each_other(bus: PolicyBus) -> None:
    bus.put(record(1), record(3))
    with pytest.raises(ConsentryError, match="offset 1: sequence is 3, and 2 must follow"):
        read_control(SETTINGS)


def test_a_record_of_somebody_else(bus: PolicyBus) -> None:
    bus.put(record(1))
    bus.broker.append(TOPIC, 0, key=b"policy", value=b"{}", timestamp=1)
    with pytest.raises(ConsentryError, match=f"{TOPIC}, partition 0, offset 1: the key"):
        read_control(SETTINGS)


def test_a_policy_on_another_partition() -> None:
    key, value = encode(record(1))
    from tests.model.log import Record

    with pytest.raises(ConsentryError, match="partition 1, offset 0: policies stand on"):
        ControlLog(TOPIC).take([Record(TOPIC, 1, 0, 0, key, value)])


def test_commands_take_the_log_and_before_there_is_one_the_file(
    bus: PolicyBus, tmp_path: Path
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(LATER)
    named = SETTINGS.model_copy(update={"policy_file": file})
    assert policy_now(named).sequence == 0
    assert policy_now(named).version == load_policy(file).version
    assert policy_now(SETTINGS).version == default_policy().version
    bus.put(record(1))
    assert policy_now(named)[1] == 1
    assert policy_now(named).digest == default_policy().digest


def test_a_file_that_differs_is_logged_once_with_both(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(LATER)
    named = SETTINGS.model_copy(update={"policy_file": file})
    given = given_policy(named)
    running = PolicyInForce(default_policy(), 5)
    with structlog.testing.capture_logs() as logs:
        assert report_other_file(named, given, running)
        assert not report_other_file(named, given, PolicyInForce(file_policy(named), 5))
        assert not report_other_file(SETTINGS, given_policy(SETTINGS), running)
    [line] = logs
    assert line["event"] == "policy.file_differs"
    assert line["log_level"] == "warning"
    assert (line["file_digest"], line["digest"]) == (load_policy(file).digest, running.digest)
    assert (line["file_version"], line["version"]) == (load_policy(file).version, running.version)


def test_a_broken_file_stops_no_worker_whose_topic_has_a_policy(
    bus: PolicyBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "office.toml"
    file.write_text('\nnotify_deadlin = "PT24H"\n')
    monkeypatch.setenv("CONSENTRY_POLICY_FILE", str(file))
    monkeypatch.setattr(worker, "require_broker", lambda _: None)
    monkeypatch.setattr(worker, "require_topics", lambda _: None)
    started: list[tuple[Settings, Given]] = []
    monkeypatch.setattr(worker_process, "run_worker", lambda *given: started.append(given[:2]))
    assert main(["worker"]) == 0
    [(_, given)] = started
    with pytest.raises(ConsentryError, match=r"office\.toml:2: notify_deadlin:"):
        asyncio.run(begin(SETTINGS, given, "worker 1"))
    assert not bus.log().entries
    bus.put(record(1))
    in_force = asyncio.run(begin(SETTINGS, given, "worker 1")).in_force()
    assert in_force is not None
    with structlog.testing.capture_logs() as logs:
        assert report_other_file(SETTINGS, given, in_force)
    [line] = logs
    assert (line["event"], line["log_level"]) == ("policy.file_unreadable", "warning")
    assert "office.toml:2: notify_deadlin:" in line["problem"]
    assert line["version"] == in_force.version
