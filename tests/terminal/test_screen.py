"""Tables, live pictures, bars and logs of findings whose ids no rule of the wire has seen."""

from __future__ import annotations

import dataclasses
import io
import logging
from collections.abc import Iterator

import msgspec
import pytest
import structlog
from rich.table import Table
from rich.text import Text

from streams.check.report.table import print_table
from streams.check.result import Result, run_check
from streams.cli.worker_logs import set_up_logs
from streams.core.findings import Finding
from streams.core.policy import default_policy
from streams.dev.board import Board, plain_line
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.safe_text import safe
from streams.terminal.console import Hanging, line, lines, screen, words
from streams.terminal.out import say, say_error
from tests.terminal.hostile import IDS, NEVER, unsafe_in, write_shares


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    file = write_shares(tmp_path_factory.mktemp("plain") / "shares.jsonl", ["a"] * 30)
    return run_check(InputFiles([str(file)]), default_policy(), None)


def hostile(finding: Finding, text: str) -> Finding:
    return msgspec.structs.replace(
        finding,
        event_id=text,
        recipient_id=text,
        subject_id=text,
        violation_id=text,
        reason=text,
        explanation_en=text,
    )


def shown_by(renderable: object, width: int = 4000) -> str:
    file = io.StringIO()
    screen(file=file, width=width).print(renderable)
    return file.getvalue()


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_a_table_of_findings(result: Result, text: str) -> None:
    file = io.StringIO()
    altered = [hostile(one, text) for one in result.findings]
    print_table(dataclasses.replace(result, findings=altered), screen(file=file, width=4000))
    assert unsafe_in(file.getvalue()) == set()
    assert f"NO_CONSENT  {safe(text)}  {safe(text)}\n" in file.getvalue()


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_the_live_table_and_its_lines(result: Result, text: str, width: int) -> None:
    board = Board()
    change = board.take(hostile(result.findings[0], text))
    assert change is not None
    shown = shown_by(board.table(20, width), width)
    assert unsafe_in(shown) == set()
    assert len(shown.splitlines()) == (2 if width == 200 else 3)
    assert safe(text)[:9] in shown
    assert unsafe_in(safe(plain_line(change))) == set()


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_every_way_in_is_letter_by_letter(text: str) -> None:
    table = Table(title=text, caption=text)
    table.add_column(text, footer=text, no_wrap=True)
    table.add_row(text)
    for renderable in (text, words(text, "red"), line("a", (text, "bold")), lines(text), table):
        shown = shown_by(renderable)
        assert unsafe_in(shown) == set()
        assert safe(text) in shown
    # A text of another's making is looked at once more, at the last moment.
    assert unsafe_in(shown_by(Text(text))) == set()


def test_a_long_line_goes_on_indented() -> None:
    shown = shown_by(Hanging(words("x" * 25 + " forged " + "漢" * 30)), width=20)
    first, *more = shown.splitlines()
    assert first.startswith("x")
    assert len(more) > 3
    assert all(one.startswith("    ") for one in more)


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_lines_and_errors(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    say(text, err=True, bold=True)
    say_error(ConsentryError(f"it is {text}", f"correct {text}", problems=[text], steps=[text]))
    said = capsys.readouterr()
    assert said.out == f"{safe(text)}\n"
    assert said.err.splitlines() == [
        safe(text),
        f"error: it is {safe(text)}",
        f"  {safe(text)}",
        f"correct {safe(text)}",
        f"  {safe(text)}",
    ]
    assert not NEVER.search(said.out + said.err)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up_logs(as_json=False, stream=stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_log_lines(text: str, logged: io.StringIO) -> None:
    log = structlog.get_logger("consentry.test")
    log.warning(
        "sink.refused", said=text, many=[text, {text: text}], number=1, error=ValueError(text)
    )
    logging.getLogger("library").warning("it said %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("worker.bug")
    said = logged.getvalue()
    assert unsafe_in(said) == set()
    assert not any(one.startswith(("error: forged", "2026-01-01")) for one in said.splitlines())


class Full(io.StringIO):
    """A stream on a disk that is full."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up_logs(as_json=True, stream=Full())
    structlog.get_logger("consentry.test").warning("nobody.reads")
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    assert capsys.readouterr().err == ""
