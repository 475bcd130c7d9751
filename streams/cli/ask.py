"""`consentry ask`: whether a share or message would be covered, before it goes out."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.memory import DEFAULT_MIB, MemoryMib, disk_errors
from streams.cli.options import Brokers, Config, Output, read_settings
from streams.cli.progress import progress_bar
from streams.cli.result_file import open_output, refuse_overwriting, require_writable
from streams.errors import ConsentryError
from streams.terminal.out import say, warn

if TYPE_CHECKING:
    from streams.ask import Asked, KeptQuestions, Questions
    from streams.core.instants import Instant
    from streams.core.policy import Policy

_EXAMPLES = (
    "Examples:  consentry ask --recipient META --purpose AD_AUDIENCE_MATCHING --category EMAIL "
    "--controller SHOP --covered send.txt --not-covered leave.txt pseudonyms.txt  |  "
    "consentry ask --format jsonl planned-messages.jsonl"
)
_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="ask", epilog=_EXAMPLES)(ask)


def ask(
    *,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-",
            help="One question a line: a pseudonym, JSON with controller_id and subject_id, or a "
            "whole share or message as JSON.",
            show_default=False,
        ),
    ] = "-",
    recipient: Annotated[
        str | None,
        typer.Option("--recipient", metavar="ID", help="Who would receive the data."),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="PURPOSE", help="What for.")
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", metavar="CATEGORY", help="Which data; give it several times."),
    ] = None,
    controller: Annotated[
        str | None,
        typer.Option("--controller", metavar="ID", help="Of lines that name no controller."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="As of this time (RFC 3339, or now); else of the state."
        ),
    ] = None,
    covered: Annotated[
        Path | None,
        typer.Option("--covered", metavar="FILE", help="Write the lines that are covered here."),
    ] = None,
    not_covered: Annotated[
        Path | None,
        typer.Option("--not-covered", metavar="FILE", help="Write the lines that are not here."),
    ] = None,
    form: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="One answer for each line.")
    ] = "csv",
    output: Output = None,
    memory: MemoryMib = DEFAULT_MIB,
    brokers: Brokers = None,
    config: Config = None,
) -> None:
    """Ask whether shares or messages would be covered now, from the stored facts and the rules.

    Says for each line whether it is covered, which finding it would be otherwise, and the
    consent that it rests on. Reads the changelog, as the role verifier, while workers run;
    writes nothing to the bus. Who is unknown is not covered.

    Exit code: 0 when all are covered, 1 when some are not, 2 when some lines cannot be read
    (they are in no file) or nothing can be answered.
    """
    from streams.ask import KeptQuestions
    from streams.ask import ask as answer_all
    from streams.cli.instants import read_clock
    from streams.control.in_force import policy_now

    _require_files(file, output, covered, not_covered)
    instant = read_clock(at, "--at")
    reader = _reader(recipient, purpose, category or [], controller)
    with disk_errors(), closing(KeptQuestions(reader, memory)) as questions:
        bad = _read(file, reader, questions)
        if not len(questions):
            raise ConsentryError("no line asks anything", "Give one pseudonym or event a line.")
        settings = read_settings(config, brokers)
        policy = policy_now(settings).policy
        with progress_bar("reading", None, unit="percent") as advance:
            asked = answer_all(settings, policy, questions, instant, advance)
        _warn(asked, questions, policy, instant)
        _write(asked, questions, policy.version, form, output, covered, not_covered)
    if bad:
        say(f"{bad} lines could not be read: no answer holds for them", err=True)
        raise typer.Exit(2)
    if asked.covered < asked.of:
        raise typer.Exit(1)


def _require_files(
    file: str, output: Path | None, covered: Path | None, not_covered: Path | None
) -> None:
    """Raise ConsentryError before any work where a result could not be written."""
    paths = [path for path in (output, covered, not_covered) if path is not None]
    for path in paths:
        require_writable(path)
        if file != "-":
            refuse_overwriting(path, Path(file))
    if len({str(path.absolute()) for path in paths}) < len(paths):
        raise ConsentryError(
            "two of --output, --covered and --not-covered name the same file",
            "Give each a file of its own.",
        )


def _reader(
    recipient: str | None, purpose: str | None, categories: list[str], controller: str | None
) -> Questions:
    from streams.ask import Questions, share_template

    if (recipient is None) is not (purpose is None) or (categories and recipient is None):
        raise ConsentryError(
            "what is asked is not complete", "Give --recipient and --purpose together."
        )
    template = None
    if recipient is not None and purpose is not None:
        template = share_template(recipient, purpose, categories)
    return Questions(template, controller)


def _read(file: str, reader: Questions, questions: KeptQuestions) -> int:
    """Take in the questions, name the first lines that cannot be read, and count those."""
    from streams.ask import BadLine

    bad = 0
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            for one in reader.read(lines):
                if not isinstance(one, BadLine):
                    questions.add(one)
                    continue
                bad += 1
                if bad <= _NAMED:
                    say(f"error: line {one.number}: {one.reason}", err=True)
    except OSError as error:
        raise ConsentryError(f"{file} cannot be read: {error.strerror}", "Correct FILE.") from None
    if bad > _NAMED:
        say(f"error: and {bad - _NAMED} more lines that cannot be read", err=True)
    return bad


def _warn(asked: Asked, questions: KeptQuestions, policy: Policy, instant: Instant | None) -> None:
    """What a reader should know about all answers."""
    from streams.core.instants import format_instant

    state = asked.state
    if state.empty:
        warn(f"nothing is stored on {state.empty} of the partitions that were asked")
    if instant is not None and state.as_of is not None and instant > state.as_of:
        warn(f"--at is later than all that is stored ({format_instant(state.as_of)})")
    if policy.index.knows_recipients:
        asked_of = questions.recipients()
        unlisted = list(islice((one for one in asked_of if not policy.index.lists(one)), _NAMED))
        if unlisted:
            warn(f"the register does not list {', '.join(unlisted)} (P18)")


def _write(
    asked: Asked, questions: KeptQuestions, policy: str, form: Literal["csv", "jsonl"],
    output: Path | None, covered: Path | None, not_covered: Path | None,
) -> None:  # fmt: skip
    from streams.ask.shown import answer_lines, summary

    with ExitStack() as files:
        # Nothing takes its name before all of it is written.
        for path, which in ((covered, True), (not_covered, False)):
            if path is not None:
                into = files.enter_context(open_output(path))
                into.writelines(one.raw + b"\n" for one in questions.answers(covered=which))
        if output is not None or (covered is None and not_covered is None):
            into = files.enter_context(open_output(output))
            into.writelines(answer_lines(questions.answers(), form))
    for text in summary(asked, policy):
        say(text, err=True)
