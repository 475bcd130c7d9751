"""The demo end to end, with its own Kafka and worker, and what it says when a part fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.core.codes import CODES
from streams.dev.demo import DemoOptions, run_demo
from streams.dev.demo.worker import WorkerProcess
from streams.errors import ConsentryError

COMMAND = [sys.executable, "-m", "streams.cli.main", "demo"]


def folders(where: Path) -> list[Path]:
    return list(where.glob("consentry-demo-*"))


def processes_with(text: str) -> list[str]:
    """Command lines of running processes that hold `text`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


def test_a_small_demo_reaches_the_full_score_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = os.environ | {
        "TMPDIR": str(tmp_path),
        # Settings of the one who runs it must not reach the demo.
        "CONSENTRY_BROKERS": "127.0.0.1:1",
        "CONSENTRY_APPLICATION_ID": "elsewhere",
    }
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "--fast", "--subjects", "120"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "full score" in done.stdout
    # In a pipe: a line for each change, retractions among them.
    assert re.search(r"^\d\d:\d\d:\d\d  raised +[A-Z]+ +[A-Z_]+  ", done.stdout, re.MULTILINE)
    assert "  retracted  " in done.stdout
    assert "Traceback" not in done.stderr
    assert folders(tmp_path) == []
    assert processes_with(str(tmp_path)) == []
    assert time.monotonic() - began < 60


def test_a_demo_at_a_pace_shows_deadlines_pass_by_ticks() -> None:
    result = run_demo(DemoOptions(subjects=500, rate=2_000))
    assert (result.missing, result.extra) == ((), ())
    assert result.by_code["RECIPIENT_NOT_NOTIFIED"].expected >= 5
    assert result.by_code.keys() == set(CODES)


def test_a_signal_to_end_stops_everything(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--subjects", "500"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "  raised  " in line:
                break
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
        assert demo.wait(40) == 130
    assert folders(tmp_path) == []
    assert processes_with(str(tmp_path)) == []


def test_a_worker_that_does_not_start_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path, {"brokers": "127.0.0.1:1", "connect_timeout_s": "0.2"})
    with worker, pytest.raises(ConsentryError) as failed:
        worker.start()
    assert "exit code 70" in failed.value.problem
    assert str(worker.log_file) in failed.value.remedy
    assert "no broker answered" in failed.value.remedy


def test_a_port_that_is_taken_is_reported_and_the_logs_are_kept(
    tmp_path: Path, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    port = int(kafka.rpartition(":")[2])
    with pytest.raises(ConsentryError) as failed:
        run_demo(DemoOptions(subjects=10, port=port))
    assert str(port) in failed.value.problem
    (kept,) = folders(tmp_path)
    assert str(kept) in failed.value.remedy
