"""`consentry sample`: write a sample stream that knows its truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.core.instants import Instant
    from streams.dev.samples import Truth

_EXAMPLES = (
    "Examples:  consentry sample --subjects 1000 --output sample  |  "
    "consentry check sample/stream.jsonl --policy sample/policy.toml"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="sample", epilog=_EXAMPLES)(sample)


def sample(
    *,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where to write; made if it is missing.")
    ],
    subjects: Annotated[int, typer.Option(min=1, help="How many people live in the stream.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same stream.")] = 1,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="jsonl|jsonl.gz|avro", help="One file of lines, or five of Avro."
        ),
    ] = "jsonl",
    until: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Where the stream ends, such as 2026-11-01T00:00:00Z; it reaches back eight "
            "months. Without it: now.",
        ),
    ] = None,
    disorder: Annotated[
        float, typer.Option(min=0, max=1, help="Share of records that arrive late.")
    ] = 0.03,
    duplicates: Annotated[
        float, typer.Option(min=0, max=1, help="Share of records that arrive twice.")
    ] = 0.02,
    conflicts: Annotated[
        float, typer.Option(min=0, max=1, help="Share with a second payload under one id.")
    ] = 0.001,
    bad: Annotated[
        float, typer.Option(min=0, max=1, help="Share of records that cannot be judged.")
    ] = 0.001,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a sample that is there already.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")
    ] = False,
) -> None:
    """Write the events of a made-up Dutch webshop, and what must be found in them.

    `truth.json` lists every finding and duty that the stream must yield, `policy.toml`
    the policy to judge it under. Most people in it are in order, as in life. No real
    personal data: bad records carry reserved values only.
    """
    from streams.cli.progress import progress_bar
    from streams.dev.samples import (
        Form,
        SampleOptions,
        make_sample,
        sample_files,
        write_sample,
    )
    from streams.errors import ConsentryError

    if form not in set(Form):
        raise ConsentryError(f"--format {form}: no such format", "Choose jsonl, jsonl.gz or avro.")
    held = sample_files(output)
    if held and not force:
        raise ConsentryError(
            f"{held[0]} is there already",
            "Name another folder, or give --force to replace it.",
        )
    for path in held:
        path.unlink()
    options = SampleOptions(
        subjects=subjects,
        seed=seed,
        until=_until(until),
        disorder=disorder,
        duplicates=duplicates,
        conflicts=conflicts,
        bad=bad,
    )
    with progress_bar("making subjects", subjects) as done:
        made = make_sample(options, done)
    with progress_bar("writing records", len(made.records)) as done:
        written, truth = write_sample(made, output, Form(form), done)
    if as_json:
        _print_json(truth, written)
    else:
        _print_text(truth, written)


def _until(text: str | None) -> Instant:
    """The end of the sample, on a whole second."""
    from streams.cli.instants import read_clock
    from streams.core.instants import Instant

    instant = read_clock(text or "now", "--until")
    return Instant((instant or 0) // 1000 * 1000)


def _print_json(truth: Truth, written: list[Path]) -> None:
    from streams.core.instants import format_instant

    answer = {
        "files": [str(path) for path in written],
        "clock": format_instant(truth.clock),
        "subjects": truth.subjects,
        "clean_subjects": truth.clean_subjects,
        "records": truth.records,
        "findings": dict(sorted(truth.by_code(truth.clock).items())),
        "absent": truth.absent,
    }
    say_json(answer)


def _print_text(truth: Truth, written: list[Path]) -> None:
    from streams.core.instants import format_instant

    counts = truth.records
    found = truth.by_code(truth.clock)
    say(
        f"{counts['all']} records of {truth.subjects} people, {truth.clean_subjects} of them "
        f"in order: {counts['late']} late, {counts['duplicates']} twice, "
        f"{counts['conflicts']} in conflict, {counts['bad']} bad"
    )
    say(
        f"{sum(found.values())} findings and duties of {len([c for c in found if found[c]])} codes "
        f"must be found when deadlines are judged up to {format_instant(truth.clock)}"
    )
    for code, reason in truth.absent.items():
        say(f"not in it: {code}: {reason}")
    for path in written:
        say(f"written  {path}")
