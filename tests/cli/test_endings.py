"""How commands end when a stream is gone or full, or somebody presses Ctrl-C: never in a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.terminal.hostile import CONSENTRY, write_shares

PROGRAM = [sys.executable, "-c", CONSENTRY]
COMMANDS = (
    ["--help"],
    ["check", "--help"],
    ["--version"],
    ["policy", "show", "--defaults"],
    ["policy", "show", "--defaults", "--json"],
    ["explain", "--list"],
    ["explain", "NO_CONSENT"],
    ["topics", "create", "--dry-run"],
    ["topics", "create", "--dry-run", "--commands"],
    ["check", "FILE"],
    ["check", "FILE", "--format", "jsonl"],
    ["check", "FILE", "--format", "csv"],
    ["check", "FILE", "--format", "html"],
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shares(tmp_path_factory.mktemp("shares") / "shares.jsonl", ["a", "b"])


def line(command: list[str], file: Path) -> list[str]:
    return [*PROGRAM, *(str(file) if word == "FILE" else word for word in command)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_said_in_words(command: list[str], file: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            line(command, file), stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert done.returncode == 2
    problem, remedy = done.stderr.splitlines()
    assert problem.startswith("error: ")
    assert "No space left on device" in problem
    assert remedy.startswith("Free space")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_is_said_by_the_status(command: list[str], file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        line(command, file), stdout=writing, stderr=subprocess.PIPE, check=False, text=True
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 141


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full", ">&- <&-"])
@pytest.mark.parametrize("command", COMMANDS[:4] + COMMANDS[9:11], ids=" ".join)
def test_a_stream_that_was_never_open_stops_nothing(
    command: list[str], file: Path, closed: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *line(command, file)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if "check" in command and "--help" not in command else 0)


@pytest.mark.parametrize("wait", ["1.5", "2.5", "5"])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_ends_a_check_with_130(tmp_path: Path, processes: str, wait: str) -> None:
    program = subprocess.Popen(
        [*PROGRAM, "check", "-", "--processes", processes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert program.stdin is not None
    program.stdin.write(write_shares(tmp_path / "s.jsonl", ["a"]).read_bytes())
    program.stdin.flush()
    time.sleep(float(wait))  # it starts, or waits for more
    os.killpg(program.pid, signal.SIGINT)
    said, complained = program.communicate(timeout=30)
    assert program.returncode == 130
    assert said == b""
    assert b"Traceback" not in complained


PRESSED_WHILE_LOADING = """
import os, signal, sys

module = sys.argv.pop(1)

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressed())
from streams.cli.entry import run
run()
"""


@pytest.mark.parametrize(
    "module",
    [
        "streams.cli.main",
        "typer",
        "streams.terminal.out",
        "streams.cli.policy",
        "streams.policy_file",
        "msgspec",
    ],
)
def test_ctrl_c_while_the_command_line_loads_ends_with_130(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_WHILE_LOADING, module, "policy", "show"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_who_has_ctrl_c_ignored_goes_on() -> None:
    ignored = (
        f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{PRESSED_WHILE_LOADING}"
    )
    done = subprocess.run(
        [sys.executable, "-c", ignored, "typer", "--version"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("consentry ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["broker", "--port", "99999"],
        ["broker", "--port", "-1"],
        ["broker", "--data", "/dev/null/x"],
        ["alerts", "stats", "--port", "99999"],
        ["check", "/dev/null/x"],
        ["check", "FILE", "-o", "/dev/null/x"],
        ["check", "FILE", "-o", "/nowhere/x.html"],
        ["check", "FILE", "--policy", "/"],
        ["check", "FILE", "--clock", "soon"],
        ["check", "FILE", "--processes", "0"],
        ["sample", "--output", "/dev/null/x"],
        ["policy", "check", "/"],
        ["policy", "show", "--at", "24:00"],
        ["conformance", "/"],
        ["conformance", "FILE"],
        ["explain", "c3c704f6-6213-56b6-939b-48b10a12705b", "--input", "/"],
        ["pseudonym", "--key-file", "/", "--email"],
        ["watch", "--config", "/"],
        ["watch", "--brokers", "nowhere"],
        ["verify", "--partition", "x"],
        ["deliver", "--config", "/nowhere"],
        ["sinks", "check", "--config", "FILE"],
        ["topics", "nonsense"],
        ["produce", "/nowhere"],
        ["worker", "--config", "/dev/null/x"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_is_said_in_few_lines(
    arguments: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(file) if word == "FILE" else word for word in arguments]
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0].startswith("error: ")
    assert 2 <= len(lines) <= 8
    assert "Traceback" not in said.err
