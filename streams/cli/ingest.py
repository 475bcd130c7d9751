"""`consentry ingest`: records of other systems to Consentry's events, by a map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.ingest_check import check
from streams.cli.ingest_maps import connectors, copy, coverage, guess
from streams.cli.ingest_records import Files, FromTopic, Kcat, Last, chosen_records, outcomes_of
from streams.cli.ingest_run import ingest
from streams.cli.options import Brokers, Config, Json
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.ingest import Mapping, Outcome
    from streams.ingest.files import FileRecord

_EXAMPLES = (
    "Examples:  consentry ingest --config consentry.toml  |  "
    "consentry ingest --config consentry.toml --check  |  consentry ingest try --help"
)
_TRY_EXAMPLES = (
    "Examples:  consentry ingest try maps/onetrust receipts.jsonl --controller OURCO  |  "
    "kcat -C -e -J -t consents | consentry ingest try onetrust - --kcat --controller OURCO"
)

MapName = Annotated[
    str,
    typer.Argument(
        metavar="MAP", help="Folder or file of a map, or a ready connector.", show_default=False
    ),
]
Controller = Annotated[
    str | None,
    typer.Option("--controller", metavar="ID", help="The controller, where the map names none.",
                 show_default=False),
]  # fmt: skip
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", metavar="FILE", help="The secret pseudonym key. Without it the key "
                 "of the test vectors, good for a look.", show_default=False),
]  # fmt: skip
IdentityFile = Annotated[
    Path | None,
    typer.Option("--identities", metavar="CSV", help="The identity table: which pseudonyms belong "
                 "to one person.", show_default=False),
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands."""
    maps = typer.Typer(
        name="ingest",
        invoke_without_command=True,
        subcommand_metavar="[COMMAND ...]",
        callback=ingest,
        epilog=_EXAMPLES,
    )
    maps.command("try", epilog=_TRY_EXAMPLES)(try_map)
    maps.command("test")(golden)
    maps.command("check")(check)
    maps.command("coverage")(coverage)
    maps.command("guess")(guess)
    maps.command("connectors")(connectors)
    maps.command("copy")(copy)
    app.add_typer(maps)


def try_map(
    map_name: MapName,
    files: Files = None,
    topic: FromTopic = None,
    last: Last = 100,
    controller: Controller = None,
    key_file: KeyFile = None,
    identities: IdentityFile = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Show also what would be found in the events.")
    ] = False,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Policy to judge under.", show_default=False),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the records too. They hold personal data.")
    ] = False,
    kcat: Kcat = False,
    config: Config = None,
    brokers: Brokers = None,
    as_json: Json = False,
) -> None:
    """Show what becomes of records: events, what is ignored, what is rejected. Writes nothing.

    Exit code: 0 when nothing was rejected, 1 when something was, 2 when the map or a file
    cannot be used.
    """
    from streams.errors import ConsentryError
    from streams.ingest import MappedEvent, RejectedItem
    from streams.wire.encode import event_to_json

    mapping = bound_map(map_name, controller, key_file, identities)
    events: list[bytes] = []
    counts = {"events": 0, "ignored": 0, "rejected": 0}
    records = 0
    for record in chosen_records(files, topic, last, config, brokers, kcat=kcat):
        records += 1
        outcomes = outcomes_of(mapping, record)
        for outcome in outcomes:
            if isinstance(outcome, MappedEvent):
                counts["events"] += 1
                events.append(event_to_json(outcome.event))
            else:
                counts["rejected" if isinstance(outcome, RejectedItem) else "ignored"] += 1
        _show(record, outcomes, reveal=reveal, as_json=as_json)
    if not records:
        raise ConsentryError("the files hold no records", "Name files that hold some.")
    if not as_json:
        say(
            f"{records} records: {counts['events']} events, {counts['ignored']} ignored, "
            f"{counts['rejected']} rejected"
        )
    if judge and events:
        _judge(events, policy)
    if counts["rejected"]:
        raise typer.Exit(1)


def bound_map(
    map_name: str, controller: str | None, key_file: Path | None, identities: Path | None
) -> Mapping:
    """The map with its key and identity table. Raises ConsentryError."""
    from streams.ingest import Mapping, PseudonymKey, load_identities, load_map
    from streams.ingest.connectors import find_map
    from streams.ingest.golden import TEST_KEY
    from streams.wire.pseudonym import is_exposed, read_key

    spec = load_map(find_map(map_name), controller_id=controller)
    if key_file is None:
        warn("pseudonyms are made with the key of the test vectors; give --key-file for real ones")
        key = TEST_KEY
    else:
        key = PseudonymKey(read_key(key_file))
        if is_exposed(key_file):
            warn(f"others can read {key_file}; chmod 600 makes it yours alone")
    people = None if identities is None else load_identities(identities)
    return Mapping(spec, key, people)


def _show(record: FileRecord, outcomes: list[Outcome], *, reveal: bool, as_json: bool) -> None:
    if as_json:
        for document in _documents(outcomes):
            text = {"record": record.value.decode("utf-8", "replace")} if reveal else {}
            say_json({"file": record.file, "line": record.line} | text | document, indent=None)
        return
    say(f"{record.file}:{record.line}", bold=True)
    if reveal:
        say(f"  record    {record.value.decode('utf-8', 'replace')}")
    for document in _documents(outcomes):
        item = f"item {document['item']}: " if document.get("item") is not None else ""
        if "event" in document:
            event = document["event"]
            rest = {k: v for k, v in event.items() if k not in {"event_type", "subject_id"}}
            shown = "  ".join(f"{name}={_plain(value)}" for name, value in rest.items())
            say(f"  event     {event['event_type']}  {event['subject_id']}  {shown}")
        elif "ignored" in document:
            say(f"  ignored   {item}{document['ignored']}")
        else:
            say(f"  rejected  {item}{document['rejected']}")


def _documents(outcomes: list[Outcome]) -> Iterator[dict[str, Any]]:
    from streams.ingest import MappedEvent
    from streams.ingest.golden import shown_outcome

    for outcome in outcomes:
        shown = shown_outcome(outcome)
        if isinstance(outcome, MappedEvent):
            yield {"rule": outcome.rule, "event": shown}
        else:
            yield {"rule": outcome.rule, "item": outcome.number} | shown


def _plain(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _judge(events: list[bytes], policy: Path | None) -> None:
    """Judge the events as `consentry check` would, and print its table."""
    import tempfile

    from streams.check.report.table import print_table
    from streams.check.result import run_check
    from streams.core.policy import default_policy
    from streams.files.find import find_inputs
    from streams.policy_file import load_policy
    from streams.terminal.console import screen

    rules = default_policy() if policy is None else load_policy(policy)
    with tempfile.TemporaryDirectory(prefix="consentry-ingest-") as folder:
        file = Path(folder) / "events.jsonl"
        file.write_bytes(b"\n".join(events) + b"\n")
        result = run_check(find_inputs([str(file)], None), rules, None)
        print_table(result, screen())


def golden(
    maps: Annotated[
        list[str],
        typer.Argument(metavar="MAP...", help="Folders of maps, or ready connectors.",
                       show_default=False),
    ],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Try the golden pairs beside each map (golden.jsonl), and show what differs.

    Exit code: 0 when all hold, 1 when one does not, 2 when a map or its pairs cannot be used.
    """
    from streams.ingest.connectors import find_map
    from streams.ingest.golden import try_map as try_pairs

    failed = 0
    for named in maps:
        spec, results = try_pairs(find_map(named))
        wrong = [result for result in results if result.differences]
        failed += len(wrong)
        for result in wrong:
            if as_json:
                continue
            say(f"{result.pair.file}:{result.pair.line}: {result.pair.name}", bold=True)
            for difference in result.differences:
                say(f"  {difference}")
        if as_json:
            pairs = [{"pair": r.pair.name, "line": r.pair.line, "differences": r.differences}
                     for r in results]  # fmt: skip
            say_json({"map": spec.name, "pairs": pairs}, indent=None)
        else:
            say(f"{spec.name}: {len(results) - len(wrong)} of {len(results)} pairs hold")
    if failed:
        raise typer.Exit(1)
