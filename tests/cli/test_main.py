"""The command line's own behaviour: help, version, errors, exit statuses."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from streams import __version__
from streams.cli import main as command_line
from streams.errors import ConsentryError

UNTIL = "2026-11-01T00:00:00Z"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["--version"]) == 0
    assert capsys.readouterr().out == f"consentry {__version__}\n"


@pytest.mark.parametrize("name", command_line.COMMAND_MODULES)
def test_every_command_has_a_help_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = name.replace("_", "-")
    assert command_line.main([command, "--help"]) == 0
    assert f"consentry {command}" in capsys.readouterr().out


@pytest.mark.parametrize("name", command_line.COMMAND_MODULES)
def test_a_module_has_the_command_of_its_name_and_help_has_those_of_all(name: str) -> None:
    alone: Any = get_command(command_line.application(name))
    every: Any = get_command(command_line.application())
    assert name.replace("_", "-") in alone.commands
    assert alone.commands.keys() <= every.commands.keys()
    assert len(every.commands) > len(command_line.COMMAND_MODULES)


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["check", "--help"], "check"),
        (["dead-letters", "list"], "dead_letters"),
        (["dead_letters"], ""),
        (["unrestrict"], ""),
        (["chekc"], ""),
        (["--help"], ""),
        ([], ""),
    ],
)
def test_a_word_that_names_a_module_needs_no_other(arguments: list[str], module: str) -> None:
    assert command_line.module_of(arguments) == module


def test_a_slip_in_the_name_of_a_command_knows_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["chekc"]) == 2
    assert "check" in capsys.readouterr().err


def test_without_a_command_it_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main([]) == 2
    said = "".join(capsys.readouterr())
    assert "Commands" in said


@pytest.mark.parametrize("arguments", [["nonsense"], ["broker", "--port", "x"], ["--nonsense"]])
def test_a_slip_is_answered_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "Traceback" not in said


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every command line fail with this."""
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise error

    monkeypatch.setattr(command_line, "application", lambda _: app)


def test_what_a_user_can_correct_is_two_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ConsentryError("the tap drips", "Turn it."))
    assert command_line.main([]) == 2
    assert capsys.readouterr().err == "error: the tap drips\nTurn it.\n"


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert command_line.main([]) == 130


def test_a_status_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, typer.Exit(70))
    assert command_line.main([]) == 70


def test_a_bug_looks_like_one(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        command_line.main([])


def test_an_argument_that_is_no_text_is_named_by_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    order = ["erase", "--controller", "caf\udce9", "--subject", "p1-1", "--why", "x", "--yes"]
    assert command_line.main(order) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: argument 3 of the command line is no text in UTF-8\n")
    assert "caf" not in said


def test_temporary_files_that_cannot_be_written_are_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, sqlite3.OperationalError("database or disk is full"))
    assert command_line.main([]) == 2
    problem, remedy = capsys.readouterr().err.splitlines()
    assert problem == "error: the temporary files cannot be used: database or disk is full"
    assert "TMPDIR" in remedy


def test_a_reader_that_leaves_is_no_error() -> None:
    # The shell's `consentry --help | true`, with the pipe closed before the first byte.
    program = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    said = program.stderr.read()
    program.stderr.close()
    program.wait()
    assert said == b""


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "html"])
def test_a_reader_that_leaves_in_the_middle_is_no_error(form: str, tmp_path: Path) -> None:
    sample = ["sample", "--output", str(tmp_path), "--subjects", "400", "--until", UNTIL]
    assert command_line.main([*sample, "--bad", "0"]) == 0
    program = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streams.cli.main",
            "check",
            str(tmp_path / "stream.jsonl"),
            "--format",
            form,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.read(10)
    program.stdout.close()
    said = program.stderr.read()
    program.stderr.close()
    program.wait()
    assert said == b""


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; import streams.cli.main; "
        "print(*[name for name in ('faust', 'aiokafka', 'kafka', 'fastavro', 'rocksdict', "
        "'pydantic', 'msgspec', 'rich.table', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_the_shell_can_complete() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "--show-completion", "bash"],
        capture_output=True,
        text=True,
        check=False,
        # Typer would look for the shell among the parents, and CI may have none.
        env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "_CONSENTRY_COMPLETE" in done.stdout
