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
IN_README: Final = (EOS, f"{EOS}-keeping", "bare-librdkafka-keeping", "stock-faust-keeping")


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
        in_readme=theirs == QUICK and rate == "low",
    )


KEEPING: Final = f"{EOS}-keeping"


def _beside_keeping(what: str, name: str, how: str) -> Row:
    return Row(
        what=what,
        goal=Goal(MOST, 0.5),
        how=how,
        places=[("throughput", KEEPING), ("throughput", "consentry")],
        figure=lambda run: ratio(run, "throughput", "consentry", KEEPING, name),
        in_readme=True,
    )


def _of_ours(what: str, who: str, name: str, goal: Goal | None) -> Row:
    """Consentry otherwise set or fed, by Consentry as it comes."""
    return Row(
        what=what,
        goal=goal,
        how="the same",
        places=[("throughput", who), ("throughput", "consentry")],
        figure=lambda run: ratio(run, "throughput", who, "consentry", name),
    )


PEER_ROWS: Final = (
    _against(
        "events/s, whole law, one process, by Kafka Streams `exactly_once_v2` that keeps every event",
        KEEPING,
        Goal(LEAST, 1.5),
        "full topics; committed offsets",
    ),
    _beside_keeping("CPU per event by the same", "cpu_us", "of the process, the broker's apart"),
    _beside_keeping("memory by the same", "memory_mb", "resident, when all was read"),
    _against(
        "events/s by Kafka Streams' small job, `exactly_once_v2`",
        EOS,
        Goal(LEAST, 0.4),
        "full topics; committed offsets",
    ),
    _against("the same by Kafka Streams' at least once", "kafka-streams-alos", None, "the same"),
    _against(
        "the same by a bare librdkafka loop that keeps every event",
        "bare-librdkafka-keeping",
        Goal(LEAST, 1.4),
        "the same",
    ),
    _against("the same by a bare librdkafka loop, small job", "bare-librdkafka", None, "the same"),
    _against("the same by a bare aiokafka loop, small job", "bare-aiokafka", None, "the same"),
    _against(
        "the same by stock Faust that keeps every event",
        "stock-faust-keeping",
        Goal(LEAST, 15),
        "the same",
    ),
    _against("the same by stock Faust, small job", "stock-faust", None, "the same"),
    _of_ours(
        "with state on disk, by the same in memory: events/s",
        "consentry-disk",
        "events_per_s",
        Goal(LEAST, 0.7),
    ),
    _of_ours(
        "with people in random order, by the same with people in turn: CPU per event",
        "consentry-random",
        "cpu_us",
        None,
    ),
    Row(
        what="Consentry's core alone, offline, by the worker",
        how="bytes to rows and findings in one process, CPU time; medians of this run",
        places=[("core", "core"), ("throughput", "consentry")],
        figure=lambda run: across(
            run, ("core", "core", "events_per_s"), ("throughput", "consentry", "events_per_s")
        ),
    ),
    _late(f"share to finding {AT_LOW}, p50, by Kafka Streams that commits every 20 ms", QUICK,
          "low", "p50_ms", Goal(MOST, 0.35), HOW_LATE),
    _late("the same, p99", QUICK, "low", "p99_ms", Goal(MOST, 0.6), "the same"),
    _late(f"{AT_HALF}, p50, by the same", QUICK, "half", "p50_ms", Goal(MOST, 0.7), "the same"),
    _late("the same, p99", QUICK, "half", "p99_ms", Goal(MOST, 1), "the same"),
    _late(f"{AT_LOW}, p50, by Kafka Streams as it comes", EOS, "low", "p50_ms", None,
          "it commits every 100 ms"),
    _late("the same, p99", EOS, "low", "p99_ms", None, "the same"),
    _late(f"{AT_HALF}, p50, by the same", EOS, "half", "p50_ms", None, "the same"),
    _late("the same, p99", EOS, "half", "p99_ms", None, "the same"),
    _late(f"{AT_LOW}, p50, by produce to consume alone", NOBODY, "low", "p50_ms", None,
          "a consumer of the input topic, nobody between"),
    _late("the same, p99", NOBODY, "low", "p99_ms", None, "the same"),
    _late(f"{AT_HALF}, p50, by produce to consume alone", NOBODY, "half", "p50_ms", None, "the same"),
)  # fmt: skip
