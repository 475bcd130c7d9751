"""Rows beside peers: how many events a second, for how much CPU, and how late."""

from __future__ import annotations

from typing import Final

from bench.report.figures import Figure, across, ratio
from bench.report.goals import LEAST, MOST, Goal, Row
from bench.results import Run

EOS: Final = "kafka-streams-eos"
QUICK: Final = "kafka-streams-eos-20"
NOBODY: Final = "one-hop"
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


PEER_ROWS: Final = (
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
        what="Consentry's CPU per event with people in random order, by that with people in turn",
        how="the same",
        places=[("throughput", "consentry-random"), ("throughput", "consentry")],
        figure=lambda run: ratio(run, "throughput", "consentry-random", "consentry", "cpu_us"),
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
    _late(f"{AT_LOW}, p50, by produce to consume alone", NOBODY, "low", "p50_ms", None,
          "a consumer of the input topic, nobody between"),
    _late("the same, p99", NOBODY, "low", "p99_ms", None, "the same"),
    _late(f"{AT_HALF}, p50, by produce to consume alone", NOBODY, "half", "p50_ms", None, "the same"),
)  # fmt: skip
