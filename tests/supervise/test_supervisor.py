"""Processes of one service begin together and end together, and the exit code says why.

Each test runs a small service in a process of its own: real forks, signals and sockets.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Service:
    """A service of small processes, and what it says."""

    def __init__(self, folder: Path, *does: str) -> None:
        self.ready_file = folder / "ready"
        self._said = folder / "said"
        program = [sys.executable, "-m", "tests.supervise.small_service", json.dumps(does)]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*program, str(self.ready_file)], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT
            )
        self.pids: list[int] = self.logged("supervising")["pids"]
        # Where one ends at once, the others may be stopped before they serve.
        if set(does) <= {"", "mute", "deaf"}:
            for number in range(1, len(does) + 1):
                self.logged("serving", f"w-{number}")

    def text(self) -> str:
        return self._said.read_text()

    def logged(self, event: str, process: str = "supervisor") -> dict[str, Any]:
        """The line of an event, once it is there."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            for line in self.text().splitlines():
                if line.startswith("{"):
                    found: dict[str, Any] = json.loads(line)
                    if (found["event"], found.get("process")) == (event, process):
                        return found
            if ended:
                break
            time.sleep(0.05)
        raise AssertionError(f"not said: {event}\n{self.text()}")

    def ended(self) -> int:
        return self.process.wait(PATIENCE_S)

    def asked(self, path: str) -> tuple[int, str]:
        """Status and body of the service's own address."""
        address = self.logged("health.listening")["address"]
        try:
            with urllib.request.urlopen(f"http://{address}/{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


@contextmanager
def service(folder: Path, *does: str) -> Iterator[Service]:
    one = Service(folder, *does)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        for pid in one.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def gone(pid: int, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while _runs(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_asked_to_stop_all_stop_and_the_code_is_0(tmp_path: Path) -> None:
    with service(tmp_path, "", "") as one:
        one.logged("worker.all_ready")
        one.process.terminate()
        assert one.ended() == 0, one.text()
        assert all(gone(pid) for pid in one.pids)
        assert "error" not in one.text()


def test_one_that_does_not_stop_is_killed_and_the_code_says_so(tmp_path: Path) -> None:
    with service(tmp_path, "", "deaf") as one:
        one.process.terminate()
        assert one.ended() == 70, one.text()
        line = one.logged("worker.process_killed")
        assert (line["of"], line["reason"]) == ("w-2", "it did not stop in time")
        assert gone(one.pids[1])


AGAIN = "Start it again: nothing is lost, and nothing is visible twice."


@pytest.mark.parametrize(
    ("does", "code", "words"),
    [
        ("stop_for", 2, ["error: w-2: the disk is full", "Free space."]),
        ("raise", 2, ["error: w-2: it is wrong", "Put it right."]),
        ("crash", 70, ["w-2: a doubt; the others were stopped. Look at it."]),
        ("bug", 70, [f"w-2: the process failed; the others were stopped. {AGAIN}"]),
    ],
)
def test_where_one_ends_all_do_with_its_code_and_its_words_last(
    does: str, code: int, words: list[str], tmp_path: Path
) -> None:
    with service(tmp_path, "", does, "") as one:
        assert one.ended() == code, one.text()
        assert one.text().splitlines()[-len(words) :] == words
        assert one.logged("worker.process_ended")["of"] == "w-2"
        assert all(gone(pid) for pid in one.pids)
        assert "a secret" not in one.text()
        assert "Traceback" not in one.text()


def test_one_that_is_killed_ends_all_with_70(tmp_path: Path) -> None:
    with service(tmp_path, "", "") as one:
        os.kill(one.pids[0], signal.SIGKILL)
        assert one.ended() == 70, one.text()
        assert one.logged("worker.process_ended")["signal"] == 9
        assert one.text().splitlines()[-1].startswith("w-1 was killed by signal 9; the others")
        assert gone(one.pids[1])


def test_one_that_somebody_stops_alone_ends_all_with_70(tmp_path: Path) -> None:
    with service(tmp_path, "", "") as one:
        os.kill(one.pids[0], signal.SIGTERM)
        assert one.ended() == 70, one.text()
        assert one.logged("worker.process_ended")["exit_code"] == 0


def test_processes_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with service(tmp_path, "", "") as one:
        one.process.kill()
        one.ended()
        assert all(gone(pid) for pid in one.pids)


def test_it_answers_for_all_of_them(tmp_path: Path) -> None:
    with service(tmp_path, "", "") as one:
        one.logged("worker.all_ready")
        status, body = one.asked("ready")
        report = json.loads(body)
        assert status == 200
        assert report["processes"]["w-2"]["partitions"] == {"2": "a report"}
        assert report["notes"] == ["w-1: one note", "w-2: one note"]
        status, body = one.asked("metrics")
        assert status == 200
        for name in ("w-1", "w-2"):
            assert f'consentry_partitions{{process="{name}"}} 3.0' in body
        deadline = time.monotonic() + PATIENCE_S
        while not one.ready_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert one.ready_file.read_text() == "1 2\n"


def test_one_that_does_not_answer_makes_the_whole_neither_live_nor_ready(tmp_path: Path) -> None:
    with service(tmp_path, "", "mute") as one:
        status, body = one.asked("live")
        report = json.loads(body)
        assert (status, report["live"], report["ready"]) == (503, False, False)
        assert report["reasons"] == ["w-2: it does not answer"]
        assert report["processes"]["w-1"]["live"] is True
        status, body = one.asked("metrics")
        assert status == 200
        assert 'consentry_worker_live{process="w-2"} 0.0' in body
        assert 'consentry_partitions{process="w-1"} 3.0' in body
        assert not one.ready_file.exists()
