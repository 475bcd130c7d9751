"""`consentry produce`: send events from files onto the input topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.unread import EXIT_UNREAD, AllowUnread, report_unread
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.core.vocabulary import EventType
    from streams.dev.sending import Outgoing
    from streams.files.records import Damaged, Found, Line, Unread
    from streams.wire.decode import Decoded, Rejected

_LONGEST = 1_000_000
"""Bytes of a value that still fits a topic with key and framing; events have some five hundred."""

_NAMED_AT_MOST = 10_000
"""Refused records that the answer of --json names; all are counted."""

_EXAMPLES = (
    "Examples:  consentry produce sample/stream.jsonl --rate 500 --compression zstd  |  "
    "zcat events.jsonl.gz | consentry produce -"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="produce", epilog=_EXAMPLES)(produce)


def produce(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="JSON lines, JSON arrays or Avro container files, also packed; folders of them; "
            "or -.",
        ),
    ],
    rate: Annotated[
        float | None,
        typer.Option(min=0.01, help="Records a second; without it as fast as the broker takes."),
    ] = None,
    compression: Annotated[
        Literal["none", "gzip", "snappy", "lz4", "zstd"],
        typer.Option(help="How the batches are packed."),
    ] = "none",
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is",
            help="Send lines that the worker will refuse too, where their topic can be known.",
        ),
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
    allow_unread: AllowUnread = False,
) -> None:
    """Send events to Kafka, each onto its topic and with its subject's key.

    The topic comes from `event_type`, the partition from the key by murmur2. A line that
    is no event is reported by file and line and not sent; the rest is. A reason never
    holds a value of the line.

    Exit code: 0 all sent, 1 some lines were refused, 2 something was not read, whatever else
    was sent (unless --allow-unread), or Kafka cannot be used.
    """
    import asyncio

    from streams.cli.progress import progress_bar
    from streams.dev.sending import send
    from streams.files.find import find_inputs
    from streams.files.read import STDIN, read_events, size_of

    settings = read_settings(config, brokers)
    inputs = find_inputs(files)
    producing = ProduceCount(as_is=as_is, report=_quiet if as_json else _report)
    size = None if STDIN in inputs.files else size_of(inputs.files)
    with progress_bar("sending", size, unit="bytes") as done:
        read = 0

        def advance(count: int) -> None:
            nonlocal read
            read += count
            done(read)

        records = producing.outgoing(read_events(inputs.files, advance))
        sent = asyncio.run(send(settings, records, rate=rate, compression=compression))
    unread = report_unread(producing.unread, inputs.passed_over)
    if as_json:
        answer = {
            "sent": sent,
            "by_type": producing.sent,
            "refused_count": producing.refused_count,
            "refused": producing.refused,
            "unread": [
                {"file": one.file, "line": one.number, "reason": one.reason}
                for one in producing.unread
            ],
            "passed_over": [{"file": one.file, "reason": one.reason} for one in inputs.passed_over],
        }
        say_json(answer, indent=None)
    else:
        topics = {kind.value: name for kind, name in settings.topics.inputs.items()}
        for kind, count in sorted(producing.sent.items()):
            say(f"{count:>9}  {topics[kind]}")
        say(f"{sent:>9}  sent, {producing.refused_count} lines refused")
    if unread and not allow_unread:
        raise typer.Exit(EXIT_UNREAD)
    if producing.refused_count:
        raise typer.Exit(1)


@dataclass
class ProduceCount:
    """Turns records of files into records to send, and counts both kinds.

    `report` gets file, line and reason of each record that is refused. With `as_is`
    a refused record is sent as well, where its envelope names a topic and a subject;
    one that does not is refused. `refused` holds the first of them, all are counted.
    """

    as_is: bool
    report: Callable[[dict[str, object]], None]
    sent: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, object]] = field(default_factory=list)
    refused_count: int = 0
    unread: list[Unread] = field(default_factory=list)

    def outgoing(self, records: Iterator[Found]) -> Iterator[Outgoing]:
        """What of `records` is to be sent."""
        from streams.dev.sending import Outgoing
        from streams.files.records import Damaged, Unread
        from streams.wire.decode import Rejected, decode

        for record in records:
            if isinstance(record, Unread):
                self.unread.append(record)
                continue
            if isinstance(record, Damaged):
                self._refuse(record, "UNPROCESSABLE_EVENT", record.reason)
                continue
            if len(record.value) > _LONGEST:
                reason = f"the record is longer than {_LONGEST} bytes, more than a topic takes"
                self._refuse(record, "UNPROCESSABLE_EVENT", reason)
                continue
            result = decode(record.value, None)
            address = self._address(result)
            if address is not None:
                kind, key = address
                self.sent[kind.value] = self.sent.get(kind.value, 0) + 1
                yield Outgoing(kind, key, record.value)
            elif isinstance(result, Rejected):
                self._refuse(record, result.dead_letter.code, result.dead_letter.reason)

    def _address(self, result: Decoded | Rejected) -> tuple[EventType, bytes] | None:
        """The input and the key of a record that is to be sent, else None."""
        from streams.core.identifiers import subject_key
        from streams.dev.samples.records import topic_of
        from streams.wire.decode import Rejected

        if not isinstance(result, Rejected):
            event = result.event
            return topic_of(event), subject_key(event.controller_id, event.subject_id)
        if (
            not self.as_is
            or result.event_type is None
            or result.controller_id is None
            or result.subject_id is None
        ):
            return None
        return result.event_type, subject_key(result.controller_id, result.subject_id)

    def _refuse(self, record: Line | Damaged, code: str, reason: str) -> None:
        refusal: dict[str, object] = {
            "file": record.file,
            "line": record.number,
            "code": code,
            "reason": reason,
        }
        self.refused_count += 1
        if len(self.refused) < _NAMED_AT_MOST:
            self.refused.append(refusal)
        self.report(refusal)


def _report(refusal: dict[str, object]) -> None:
    say(f"{refusal['file']}:{refusal['line']}: {refusal['reason']}", err=True)


def _quiet(_: dict[str, object]) -> None:
    """With --json the refusals come in the answer."""
