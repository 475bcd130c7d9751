"""The table: what is wanted, what came of it, and how it was measured."""

from __future__ import annotations

from typing import Final

from bench.report.adversarial import worst, worst_stream
from bench.report.figures import across, plain, ratio
from bench.report.goals import LEAST, MOST, Goal, Row
from bench.report.peer_rows import PEER_ROWS


def _measured(
    what: str, how: str, section: str, who: str, name: str, goal: Goal | None = None, unit: str = ""
) -> Row:
    """A figure as it was measured."""
    return Row(
        what=what,
        goal=goal,
        how=how,
        unit=unit,
        places=[(section, who)],
        figure=lambda run: plain(run, section, who, name),
    )


def _compared(
    what: str, how: str, section: str, who: str, other: str, name: str, goal: Goal | None = None
) -> Row:
    """A figure of one by that of another, both of the same section."""
    return Row(
        what=what,
        goal=goal,
        how=how,
        places=[(section, who), (section, other)],
        figure=lambda run: ratio(run, section, who, other, name),
    )


ROWS: Final = (
    *PEER_ROWS,
    _compared(
        "cost of an event, history of 10,000 by one of 10",
        "bytes to rows in one process, CPU time",
        "history",
        "history-10000",
        "history-10",
        "cpu_us",
        Goal(MOST, 1.2),
    ),
    Row(
        what="cost of any event on time after 10,000 of any kind, by that after 10",
        goal=Goal(MOST, 1.2),
        how="the worst of 14 histories and 10 events, but for those that write more",
        places=[("adversarial", "")],
        figure=lambda run: worst(run, "ratio", writes_more=False),
    ),
    Row(
        what="the same of those that write more, by that after 2,000",
        goal=Goal(MOST, 1.2),
        how="the worst, for each byte written; every recipient is known in both",
        places=[("adversarial", "")],
        figure=lambda run: worst(run, "ratio_full_of_bytes", writes_more=True),
    ),
    Row(
        what="cost of an event in a stream made to be slow, by that in half of it",
        how="the worst of six, for each byte written",
        places=[("adversarial", "")],
        figure=worst_stream,
    ),
    _compared(
        "cost of an event, 10 million subjects by 100,000 (state on disk)",
        "`bench/state.py`: CPU time of the worker",
        "state",
        "subjects-10000000",
        "subjects-100000",
        "cpu_us",
        Goal(MOST, 2),
    ),
    _measured(
        "memory with 10 million subjects, by the bound that was set",
        "`bench/state.py`: resident memory of the worker",
        "state",
        "subjects-10000000",
        "memory_by_bound",
        Goal(MOST, 1),
    ),
    _measured(
        "restore from the changelog, rows/s",
        "`bench/restore.py`: nothing kept on disk",
        "restore",
        "changelog",
        "rows_per_s",
        Goal(LEAST, 200_000),
    ),
    _measured(
        "the same into an empty store on disk",
        "the same; `store=rocksdb`",
        "restore",
        "changelog-disk",
        "rows_per_s",
    ),
    _measured(
        "rows restored with the local store intact, by those that were missing",
        "`bench/restore.py`: the tail only",
        "restore",
        "tail",
        "rows_by_missing",
        Goal(MOST, 1),
    ),
    _measured(
        "memory with a slow broker, by the bound that was set",
        "`bench/memory.py`: resident memory of the worker",
        "memory",
        "slow-broker",
        "memory_by_bound",
        Goal(MOST, 1),
    ),
    _measured(
        "memory with a huge poll, by the bound that was set",
        "`bench/memory.py`: resident memory of the worker",
        "memory",
        "huge-poll",
        "memory_by_bound",
        Goal(MOST, 1),
    ),
    _measured(
        "CPU of a worker while 10 events/s come in, 12 partitions",
        "CPU time of the process by the clock, over 30 s",
        "quiet",
        "10-events-a-second",
        "core_percent",
        Goal(MOST, 5, " % of a core"),
        unit=" %",
    ),
    _measured(
        "the same while 1,000 events/s come in",
        "the same",
        "quiet",
        "1000-events-a-second",
        "core_percent",
        unit=" %",
    ),
    _compared(
        "a second worker on a second core, the broker's load apart",
        "events by the workers' own CPU seconds, two by one",
        "scaling",
        "2-workers",
        "1-worker",
        "events_per_own_core_s",
        Goal(LEAST, 1.8),
    ),
    _compared(
        "the same by the clock, the broker on the same cores",
        "committed offsets",
        "scaling",
        "2-workers",
        "1-worker",
        "events_per_s",
    ),
    Row(
        what="`consentry check` of Avro files, one core, by the worker",
        goal=Goal(LEAST, 2),
        how="the command by the clock, medians of this run",
        places=[("offline", "avro"), ("throughput", "consentry")],
        figure=lambda run: across(
            run,
            ("offline", "avro", "events_per_s"),
            ("throughput", "consentry", "events_per_s"),
        ),
    ),
    Row(
        what="the same of JSON lines",
        how="the same",
        places=[("offline", "jsonl"), ("throughput", "consentry")],
        figure=lambda run: across(
            run,
            ("offline", "jsonl", "events_per_s"),
            ("throughput", "consentry", "events_per_s"),
        ),
    ),
    _compared(
        "the same of Avro files, all cores by one",
        "the same",
        "offline",
        "avro-all-cores",
        "avro",
        "events_per_s",
    ),
    _compared(
        "share to readable finding at 1,000/s while a million facts are swept, by without: p99",
        "a policy that touches every verdict; `consentry verify` afterwards",
        "sweep",
        "during",
        "without",
        "p99_ms",
        Goal(MOST, 2),
    ),
    _measured(
        "a record of OneTrust through a map, CPU for an outcome",
        "golden pairs of the connector, bytes to guarded events",
        "mapping",
        "consentry",
        "cpu_us",
        Goal(MOST, 10),
        unit="µs",
    ),
    _compared(
        "the same by a function by hand, which picks and renames only",
        "values that are decoded already",
        "mapping",
        "consentry",
        "by-hand",
        "cpu_us",
    ),
    _compared(
        "the same by JMESPath, which picks and renames only",
        "values that are decoded already",
        "mapping",
        "consentry",
        "jmespath",
        "cpu_us",
    ),
    _compared(
        "the same by CEL (C++), which picks and renames only",
        "values that are decoded already",
        "mapping",
        "consentry",
        "cel",
        "cpu_us",
    ),
    _measured(
        "changelog rows per event, orderly stream",
        "records read from the changelog, progress rows included",
        "throughput",
        "consentry",
        "rows_per_event",
        Goal(MOST, 1.2),
    ),
    _measured(
        "the generator, events/s",
        "prepared batches onto new topics",
        "generator",
        "generator",
        "sent_per_s",
        Goal(LEAST, 150_000),
    ),
)
