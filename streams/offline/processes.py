"""The same check on several processes: each subject belongs to one of them.

This process reads and deals the records out by subject; each other one decodes and judges
its own. Subjects do not affect each other, so the result is that of one process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any, Final
from zlib import crc32

import msgspec

from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.offline.find import Inputs
from streams.offline.read import read_events
from streams.offline.records import Advance, Found, Line
from streams.offline.result import Result, check_records, in_order
from streams.wire.decode import Rejected, decode
from streams.wire.framing import AVRO_MARKER

WORTHWHILE_BYTES: Final = 16_000_000
"""Of shorter inputs one process has judged half before others have started."""

AT_MOST: Final = 8
"""One process reads for all; beyond these it has no more to give."""

RECORDS_AT_ONCE: Final = 500

Records = list[Found]


class _Key(msgspec.Struct):
    """The subject of a record, whatever else it holds."""

    controller_id: str
    subject_id: str


def processes_for(size: int) -> int:
    """How many processes an input of so many bytes is worth on this machine."""
    return min(len(os.sched_getaffinity(0)), AT_MOST) if size >= WORTHWHILE_BYTES else 1


def run_shared(
    inputs: Inputs,
    policy: Policy,
    clock: Instant | None,
    *,
    processes: int,
    advance: Advance | None = None,
    with_timelines: bool = False,
) -> Result:
    """Read, deal out, judge and collect.

    Raises RuntimeError when a process ends before it has answered; what it met stands on
    standard error.
    """
    context = multiprocessing.get_context("spawn")  # a progress bar has threads: no fork
    with ExitStack() as open_:
        shares: list[Connection] = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            open_.enter_context(ours)
            arguments = (theirs, inputs, policy, clock, with_timelines)
            process = context.Process(target=_judge_share, args=arguments, daemon=True)
            process.start()
            theirs.close()
            open_.callback(_end, process)
            shares.append(ours)
        try:
            _deal(read_events(inputs.files, advance), shares)
            parts: list[Result] = [share.recv() for share in shares]
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise RuntimeError("a process of the check ended before it had answered") from None
    return _joined(parts, policy)


def share_of(record: Found, of: int) -> int:
    """Which share a record belongs to. One that names no subject is refused by any."""
    key = subject_in(record.value) if isinstance(record, Line) else None
    return crc32(key) % of if key is not None else 0


def subject_in(value: bytes) -> bytes | None:
    """The subject's key in a record, as text or in Avro; None where it names none."""
    if value.startswith(AVRO_MARKER):
        return _subject_in_avro(value)
    try:
        key = _key(value)
        return subject_key(ControllerId(key.controller_id), SubjectId(key.subject_id))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


_key = msgspec.json.Decoder(_Key).decode


def _subject_in_avro(value: bytes) -> bytes | None:
    decoded = decode(value, None)
    if isinstance(decoded, Rejected):
        return None
    return subject_key(decoded.event.controller_id, decoded.event.subject_id)


def _deal(records: Iterable[Found], shares: Sequence[Connection]) -> None:
    """Send each record to its share; a share that is behind holds up the reading."""
    waiting: list[Records] = [[] for _ in shares]
    for record in records:
        number = share_of(record, len(shares))
        waiting[number].append(record)
        if len(waiting[number]) == RECORDS_AT_ONCE:
            shares[number].send(waiting[number])
            waiting[number] = []
    for share, rest in zip(shares, waiting, strict=True):
        share.send(rest)
        share.send(None)


def _judge_share(
    share: Connection,
    inputs: Inputs,
    policy: Policy,
    clock: Instant | None,
    with_timelines: bool,  # noqa: FBT001 - arguments of a process are positional
) -> None:
    """What another process does: judge what is dealt to it, and answer with its result."""
    with share:
        try:
            result = check_records(
                _dealt(share), inputs, policy, clock, with_timelines=with_timelines
            )
            share.send(result)
        except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
            return  # the reading process is gone, and says why


def _dealt(share: Connection) -> Iterator[Found]:
    while (records := share.recv()) is not None:
        yield from records


def _joined(parts: Sequence[Result], policy: Policy) -> Result:
    """One result of all shares."""
    whole = parts[0]
    whole.policy = policy  # the very one, not what came back from another process
    for part in parts[1:]:
        whole.findings += part.findings
        whole.duties += part.duties
        whole.rejected += part.rejected
        whole.unread += part.unread
        whole.moments |= part.moments
        whole.by_type += part.by_type
        whole.read += part.read
        whole.duplicates += part.duplicates
        whole.not_assessed += part.not_assessed
        whole.subjects += part.subjects
        whole.unknown_fields += part.unknown_fields
        whole.names.add(part.names)
        firsts = [at for at in (whole.first_at, part.first_at) if at is not None]
        lasts = [at for at in (whole.last_at, part.last_at) if at is not None]
        whole.first_at = min(firsts, default=None)
        whole.last_at = max(lasts, default=None)
    return in_order(whole)


def _end(process: Any) -> None:
    """Its pipe is closed by now, or it has answered; a bug must not keep us waiting."""
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()
