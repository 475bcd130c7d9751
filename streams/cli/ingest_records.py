"""Where commands on maps take records from: files, standard input, or the end of a topic."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.ingest import Mapping, Outcome
    from streams.ingest.files import FileRecord

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE...]", help="Files with a record on each line; - is standard "
                   "input.", show_default=False),
]  # fmt: skip
FromTopic = Annotated[
    str | None,
    typer.Option("--topic", metavar="NAME", help="Take records of this topic in place of files; "
                 "nothing is committed.", show_default=False),
]  # fmt: skip
Last = Annotated[
    int, typer.Option("--last", min=1, max=100_000, help="How many of its latest records.")
]
Kcat = Annotated[
    bool, typer.Option("--kcat", help="Lines are what kcat -J prints: payload and headers.")
]


def chosen_records(
    files: list[str] | None,
    topic: str | None,
    last: int,
    config: Path | None,
    brokers: str | None,
    *,
    kcat: bool,
) -> Iterable[FileRecord]:
    """The records that were asked for. Raises ConsentryError, typer.BadParameter."""
    from streams.ingest.files import FileRecord, read_records

    if bool(files) == (topic is not None):
        raise typer.BadParameter("give files, or --topic")
    if topic is None:
        return read_records(files or [], kcat=kcat)
    from streams.cli.options import read_settings
    from streams.ingest.service.last_records import last_records

    return [
        FileRecord(f"{topic}/{one.partition}", one.offset, one.content, one.headers,
                   None if one.value is one.content else one.value, one.fault)
        for one in last_records(read_settings(config, brokers), topic, last)
    ]  # fmt: skip


def outcomes_of(mapping: Mapping, record: FileRecord) -> list[Outcome]:
    """What becomes of a record."""
    from streams.ingest import RejectedItem

    if record.fault is not None:
        return [RejectedItem(record.fault)]
    value = record.value if record.decoded is None else record.decoded
    return mapping.apply(value, record.headers)
