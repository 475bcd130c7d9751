"""`consentry produce`: send events from files onto the input topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings

if TYPE_CHECKING:
    from streams.cli.event_files import FileRecord
    from streams.core.vocabulary import EventType
    from streams.dev.sending import Outgoing
    from streams.wire.decode import Rejected

_EXAMPLES = (
    "Examples:  consentry produce sample/stream.jsonl --rate 500  |  "
    "zcat events.jsonl.gz | consentry produce -"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="produce", epilog=_EXAMPLES)(produce)


def produce(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="JSON lines (also .gz), Avro container files, or -."
        ),
    ],
    rate: Annotated[
        float | None,
        typer.Option(min=0.01, help="Records a second; without it as fast as the broker takes."),
    ] = None,
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is",
            help="Send lines that the worker will refuse too, where their topic can be told.",
        ),
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Send events to Kafka, each onto its topic and with its subject's key.

    The topic comes from `event_type`, the partition from the key by murmur2. A line that
    is no event is reported by file and line and not sent; the rest is. A reason never
    holds a value of the line.

    Exit code: 0 all sent, 1 some lines were not, 2 nothing could be sent or it broke off.
    """
    import asyncio

    from streams.cli.event_files import read_records, require_files
    from streams.cli.progress import progress_bar
    from streams.dev.sending import send

    settings = read_settings(config, brokers)
    require_files(files)
    tally = Tally(as_is=as_is, report=_quiet if as_json else _report)
    with progress_bar("sending", None) as done:
        sent = asyncio.run(
            send(settings, tally.outgoing(read_records(files)), rate=rate, progress=done)
        )
    if as_json:
        import json

        typer.echo(json.dumps({"sent": sent, "by_topic": tally.sent, "refused": tally.refused}))
    else:
        for topic, count in sorted(tally.sent.items()):
            typer.echo(f"{count:>9}  {settings.topics.inputs[_kind(topic)]}")
        typer.echo(f"{sent:>9}  sent, {len(tally.refused)} lines refused")
    if tally.refused:
        raise typer.Exit(1)


def _kind(name: str) -> EventType:
    from streams.core.vocabulary import EventType

    return EventType(name)


@dataclass
class Tally:
    """Turns records of files into records to send, and counts both kinds.

    `report` is told file, line and reason of each record that is refused. With `as_is`
    a refused record is sent as well, where its envelope names a topic and a subject;
    one that does not is refused.
    """

    as_is: bool
    report: Callable[[dict[str, object]], None]
    sent: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, object]] = field(default_factory=list)

    def outgoing(self, records: Iterator[FileRecord]) -> Iterator[Outgoing]:
        """What of `records` is to be sent."""
        from streams.core.identifiers import subject_key
        from streams.dev.samples.records import topic_of
        from streams.dev.sending import Outgoing
        from streams.wire.decode import Rejected, decode

        for record in records:
            result = decode(record.value, None)
            if isinstance(result, Rejected):
                key = _key_of(result) if self.as_is else None
                if key is None or result.event_type is None:
                    self._refuse(record, result)
                    continue
                topic = result.event_type
            else:
                topic = topic_of(result.event)
                key = subject_key(result.event.controller_id, result.event.subject_id)
            self.sent[topic.value] = self.sent.get(topic.value, 0) + 1
            yield Outgoing(topic, key, record.value)

    def _refuse(self, record: FileRecord, result: Rejected) -> None:
        letter = result.dead_letter
        refusal: dict[str, object] = {
            "file": record.file,
            "line": record.number,
            "code": letter.code,
            "field": letter.field,
            "reason": letter.reason,
        }
        self.refused.append(refusal)
        self.report(refusal)


def _key_of(result: Rejected) -> bytes | None:
    from streams.core.identifiers import subject_key

    if result.controller_id is None or result.subject_id is None:
        return None
    return subject_key(result.controller_id, result.subject_id)


def _report(refusal: dict[str, object]) -> None:
    typer.echo(f"{refusal['file']}:{refusal['line']}: {refusal['reason']}", err=True)


def _quiet(_: dict[str, object]) -> None:
    """With --json the refusals come in the answer."""
