"""Events a second over a full backlog: Consentry beside its peers, in turn, on one broker.

    python -m bench.throughput --events 500000 --rounds 3

The same Avro events on the same topics for everybody. What is measured is taken from
outside and in the same way for all: the group's committed offsets, between one tenth and
all of the events, and the CPU time of the process. So neither start-up nor work that is
not committed counts. Rounds alternate, so that a busy moment of the machine hits all.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median

from bench.contestants import Contestant, Figures, consentry, kafka_streams
from bench.load import fill
from streams.dev.broker import LocalBroker
from streams.settings import Settings
from streams.topics import create_topics


def main() -> None:
    """Run all rounds and print medians, spread and ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=500_000)
    arguments.add_argument("--subjects", type=int, default=50_000)
    arguments.add_argument("--partitions", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, LocalBroker(Path(name) / "kafka") as broker:
        settings = Settings(
            brokers=(broker.bootstrap,), partitions=given.partitions, replication_factor=1
        )
        create_topics(settings)
        asyncio.run(fill(settings, given.events, given.subjects))
        contestants = [
            consentry(settings),
            kafka_streams(settings, "exactly_once_v2"),
            kafka_streams(settings, "at_least_once"),
        ]
        results: dict[str, list[Figures]] = {one.name: [] for one in contestants}
        for round_ in range(given.rounds):
            for one in contestants:
                figures = one.run(Path(name), given.events, round_)
                results[one.name].append(figures)
                print(f"round {round_ + 1}  {one.name:32} {figures}", flush=True)
    report(contestants, results)


def report(contestants: list[Contestant], results: dict[str, list[Figures]]) -> None:
    """Medians with their spread, then each peer as a ratio to Consentry of the same run."""
    ours = results[contestants[0].name]
    print(f"\n{'':32} {'events/s: median':>16} {'lowest':>9} {'highest':>9} {'us CPU':>7}  ratio")
    for one in contestants:
        rates = [figures.rate for figures in results[one.name]]
        cpu = median(figures.cpu_us for figures in results[one.name])
        ratio = median(
            mine.rate / theirs.rate for mine, theirs in zip(ours, results[one.name], strict=True)
        )
        print(
            f"{one.name:32} {median(rates):16,.0f} {min(rates):9,.0f} {max(rates):9,.0f} "
            f"{cpu:7.1f}  {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
