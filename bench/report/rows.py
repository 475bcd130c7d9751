"""The table: what is wanted, what came of it, and how it was measured."""

from __future__ import annotations

from typing import Final

from bench.report.adversarial import worst, worst_stream
from bench.report.figures import Figure, across, plain, ratio
from bench.report.goals import LEAST, MOST, Goal, Row
from bench.results import Run

EOS: Final = "kafka-streams-eos"
QUICK: Final = "kafka-streams-eos-20"
HOP: Final = "one-hop"
AT_LOW: Final = "at 1,000 events/s"
AT_HALF: Final = "at half of Consentry's peak"
HOW_LATE: Final = "from sending a marked share to reading its finding, `read_committed`"
IN_README: Final = (EOS, f"{EOS}-keeping", "stock-faust", "bare-librdkafka")


def _against(what: str, theirs: str, goal: Goal | None, how: str) -> Row:
    places = [("throughput", theirs), ("throughput", "consentry")]
    return Row(
        what=what,
        goal=goal,
        how=how,
        places=places,
        figure=lambda run: ratio(run, "throughput", "consentry", theirs, "events_per_s"),
        in_readme=theirs in IN_README,
    )


def _late(what: str, theirs: str, rate: str, name: str, goal: Goal | None, how: str) -> Row:
    def figure(run: Run) -> Figure | None:
        only = {"rate": rate} | ({"half_of_peak": True} if rate == "half" else {})
        return ratio(run, "latency", "consentry", theirs, name, **only)

    return Row(
        what=what,
        goal=goal,
        how=how,
        places=[("latency", theirs), ("latency", "consentry")],
        figure=figure,
        in_readme=theirs == EOS and rate == "low",
    )


ROWS: Final = (
    _against(
        "events/s, whole law, by Kafka Streams' small job, `exactly_once_v2`",
        EOS,
        Goal(LEAST, 1.2, ", aim 1.6"),
        "full topics; committed offsets",
    ),
    _against(
        "the same by Kafka Streams at least once",
        "kafka-streams-alos",
        None,
        "the same; Consentry is exactly-once",
    ),
    _against("the same by stock Faust", "stock-faust", Goal(LEAST, 35), "the same"),
    _against(
        "the same by a bare librdkafka loop", "bare-librdkafka", Goal(LEAST, 0.6), "the same"
    ),
    _against("the same by a bare aiokafka loop", "bare-aiokafka", None, "the same"),
    _against(
        "events/s by Kafka Streams that keeps every event too, `exactly_once_v2`",
        f"{EOS}-keeping",
        None,
        "the same",
    ),
    _against(
        "the same by stock Faust that keeps every event", "stock-faust-keeping", None, "the same"
    ),
    _against(
        "the same by a bare librdkafka loop that keeps every event",
        "bare-librdkafka-keeping",
        None,
        "the same",
    ),
    Row(
        what="CPU per event by that of Kafka Streams that keeps every event",
        how="CPU time of the process, the broker's apart",
        places=[("throughput", f"{EOS}-keeping"), ("throughput", "consentry")],
        figure=lambda run: ratio(run, "throughput", "consentry", f"{EOS}-keeping", "cpu_us"),
    ),
    Row(
        what="Consentry with state on disk by Kafka Streams, `exactly_once_v2`",
        how="the same; `store=rocksdb`",
        places=[("throughput", "consentry-disk"), ("throughput", EOS)],
        figure=lambda run: ratio(run, "throughput", "consentry-disk", EOS, "events_per_s"),
    ),
    Row(
        what="Consentry's core alone, offline, by the worker",
        how="bytes to rows and findings in one process, CPU time; medians of this run",
        places=[("core", "core"), ("throughput", "consentry")],
        figure=lambda run: across(
            run, ("core", "core", "events_per_s"), ("throughput", "consentry", "events_per_s")
        ),
    ),
    Row(
        what="CPU per event by Kafka Streams', `exactly_once_v2`",
        goal=Goal(MOST, 0.5),
        how="CPU time of the process, the broker's apart",
        places=[("throughput", EOS), ("throughput", "consentry")],
        figure=lambda run: ratio(run, "throughput", "consentry", EOS, "cpu_us"),
        in_readme=True,
    ),
    _late(f"share to finding {AT_LOW}, p50, by Kafka Streams'", EOS, "low", "p50_ms",
          Goal(MOST, 0.5), HOW_LATE),
    _late("the same, p99", EOS, "low", "p99_ms", Goal(MOST, 0.5), "the same"),
    _late(f"share to finding {AT_HALF}, p50, by Kafka Streams'", EOS, "half", "p50_ms",
          Goal(MOST, 0.5), HOW_LATE),
    _late("the same, p99", EOS, "half", "p99_ms", Goal(MOST, 0.5), "the same"),
    _late(f"{AT_LOW}, p50, by Kafka Streams that commits every 20 ms", QUICK, "low", "p50_ms",
          None, "its default is 100 ms"),
    _late("the same, p99", QUICK, "low", "p99_ms", None, "the same"),
    _late(f"{AT_HALF}, p50, by Kafka Streams that commits every 20 ms", QUICK, "half", "p50_ms",
          None, "its default is 100 ms"),
    _late("the same, p99", QUICK, "half", "p99_ms", None, "the same"),
    _late(f"{AT_LOW}, p50, by one bare hop", HOP, "low", "p50_ms", None,
          "produce to consume, nobody between"),
    _late("the same, p99", HOP, "low", "p99_ms", None, "the same"),
    _late(f"{AT_HALF}, p50, by one bare hop", HOP, "half", "p50_ms", None, "the same"),
    Row(
        what="cost of an event, history of 10,000 by one of 10",
        goal=Goal(MOST, 1.2),
        how="bytes to rows in one process, CPU time",
        places=[("history", "history-10000"), ("history", "history-10")],
        figure=lambda run: ratio(run, "history", "history-10000", "history-10", "cpu_us"),
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
        how="the worst; lists that have a bound are full in both",
        places=[("adversarial", "")],
        figure=lambda run: worst(run, "ratio_full", writes_more=True),
    ),
    Row(
        what="cost of an event in a stream made to be slow, by that in half of it",
        how="the worst of five",
        places=[("adversarial", "")],
        figure=worst_stream,
    ),
    Row(
        what="cost of an event, 10 million subjects by 100,000 (state on disk)",
        goal=Goal(MOST, 2),
        how="`bench/state.py`: CPU time of the worker",
        places=[("state", "")],
        figure=lambda run: ratio(run, "state", "subjects-10000000", "subjects-100000", "cpu_us"),
    ),
    Row(
        what="memory with 10 million subjects, by the bound that was set",
        goal=Goal(MOST, 1),
        how="`bench/state.py`: resident memory of the worker",
        places=[("state", "")],
        figure=lambda run: plain(run, "state", "subjects-10000000", "memory_by_bound"),
    ),
    Row(
        what="restore from the changelog, rows/s",
        goal=Goal(LEAST, 200_000),
        how="`bench/restore.py`: nothing kept on disk",
        places=[("restore", "")],
        figure=lambda run: plain(run, "restore", "changelog", "rows_per_s"),
    ),
    Row(
        what="the same into an empty store on disk",
        how="the same; `store=rocksdb`",
        places=[("restore", "")],
        figure=lambda run: plain(run, "restore", "changelog-disk", "rows_per_s"),
    ),
    Row(
        what="rows restored with the local store intact, by those that were missing",
        goal=Goal(MOST, 1),
        how="`bench/restore.py`: the tail only",
        places=[("restore", "")],
        figure=lambda run: plain(run, "restore", "tail", "rows_by_missing"),
    ),
    Row(
        what="memory with a slow broker, by the bound that was set",
        goal=Goal(MOST, 1),
        how="`bench/memory.py`: resident memory of the worker",
        places=[("memory", "")],
        figure=lambda run: plain(run, "memory", "slow-broker", "memory_by_bound"),
    ),
    Row(
        what="memory with a huge poll, by the bound that was set",
        goal=Goal(MOST, 1),
        how="`bench/memory.py`: resident memory of the worker",
        places=[("memory", "")],
        figure=lambda run: plain(run, "memory", "huge-poll", "memory_by_bound"),
    ),
    Row(
        what="a second worker on a second core, the broker's load apart",
        goal=Goal(LEAST, 1.8),
        how="events by the workers' own CPU seconds, two by one",
        places=[("scaling", "2-workers"), ("scaling", "1-worker")],
        figure=lambda run: ratio(
            run, "scaling", "2-workers", "1-worker", "events_per_own_core_s"
        ),
    ),
    Row(
        what="the same by the clock, the broker on the same cores",
        how="committed offsets",
        places=[("scaling", "2-workers"), ("scaling", "1-worker")],
        figure=lambda run: ratio(run, "scaling", "2-workers", "1-worker", "events_per_s"),
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
    Row(
        what="the same of Avro files, all cores by one",
        how="the same",
        places=[("offline", "avro-all-cores"), ("offline", "avro")],
        figure=lambda run: ratio(run, "offline", "avro-all-cores", "avro", "events_per_s"),
    ),
    Row(
        what="a record of OneTrust through a map, CPU for an outcome",
        unit="µs",
        goal=Goal(MOST, 10),
        how="golden pairs of the connector, bytes to guarded events",
        places=[("mapping", "consentry")],
        figure=lambda run: plain(run, "mapping", "consentry", "cpu_us"),
    ),
    Row(
        what="the same by JMESPath, which picks and renames only",
        how="values that are decoded already",
        places=[("mapping", "consentry"), ("mapping", "jmespath")],
        figure=lambda run: ratio(run, "mapping", "consentry", "jmespath", "cpu_us"),
    ),
    Row(
        what="the same by CEL (C++), which picks and renames only",
        how="values that are decoded already",
        places=[("mapping", "consentry"), ("mapping", "cel")],
        figure=lambda run: ratio(run, "mapping", "consentry", "cel", "cpu_us"),
    ),
    Row(
        what="changelog rows per event, orderly stream",
        goal=Goal(MOST, 1.2),
        how="records read from the changelog, progress rows included",
        places=[("throughput", "consentry")],
        figure=lambda run: plain(run, "throughput", "consentry", "rows_per_event"),
    ),
    Row(
        what="the generator, events/s",
        goal=Goal(LEAST, 150_000),
        how="prepared batches onto new topics",
        places=[("generator", "generator")],
        figure=lambda run: plain(run, "generator", "generator", "sent_per_s"),
    ),
)  # fmt: skip
