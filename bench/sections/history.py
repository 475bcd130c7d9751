"""What one more event costs a subject with a long history, against a short one.

The judge of a partition number (`streams.agents`), in this process and without Kafka: bytes
in, rows and findings out. Subjects first get their history, then more events are judged
and the CPU time of the process is taken. Short and long in turn.
"""

from __future__ import annotations

from bench.collector import as_in_a_worker
from bench.core_alone import judge_all, new_judge, records_of, timed
from bench.sections.section import Bench, Section
from bench.stream import make

NAME = "history"
HISTORIES = (10, 10_000)
SHORT_HISTORIES = (10, 1_000)
FEWEST_SUBJECTS = 8
MEASURED = 24_000
SHORT_MEASURED = 2_000


def run(bench: Bench) -> None:
    """All rounds."""
    histories = SHORT_HISTORIES if bench.short else HISTORIES
    for round_ in range(1, bench.rounds + 1):
        for history in histories:
            with as_in_a_worker():
                cost = cpu_us(history, SHORT_MEASURED if bench.short else MEASURED)
            values = {"history": history, "cpu_us": cost}
            bench.record.figure(NAME, f"history-{history}", round_, values)
            bench.say(f"round {round_}  history of {history:6,}: {cost:6.1f} us an event")


def cpu_us(history: int, measured: int) -> float:
    """Microseconds of CPU for an event after so many of its subject.

    A history grows by half at most while it is measured, so short ones are those of many
    subjects. Subjects without consent are left out: their shares are findings, which cost
    more, and there must be as many of them on both sides.
    """
    subjects = max(FEWEST_SUBJECTS, measured // (history // 2))
    judge = new_judge()
    judge_all(judge, records_of(make(history * subjects, subjects), uncovered=False))
    more = make(measured, subjects, first=history * subjects)
    return timed(judge, records_of(more, uncovered=False)).us


SECTION = Section(NAME, "one more event after 10,000 of a subject, against 10", run, 200)
