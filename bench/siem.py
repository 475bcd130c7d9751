"""From a share to the SIEM's line, and how many letters a second each sink takes.

    python -m bench.siem [--rounds 3] [--short]

One broker, one worker, one `consentry deliver`, and a receiver in a process of its own that
takes everything at once. Times are by one clock. *Produce to consume alone* is a produce and a
consume of the same shares, with nobody else at work, and beside worker and deliverer.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import msgspec

from bench.batches import Parameters, prepared
from bench.bus import Bus
from bench.load import load
from bench.pace import pace
from bench.peers import CONSENTRY
from bench.process import Running
from bench.reader import marked_id, seen
from bench.recorder import Recorder
from bench.results import FOLDER
from bench.run import BROKER, HEAP_MB
from bench.sections.arrivals import reader_of
from bench.sections.section import Bench
from bench.siem_receiver import Receiver, delivering
from bench.watch import Watch
from streams.core.findings import Finding
from streams.dev.broker import LocalBroker
from streams.topics import create_topics
from streams.wire.findings import encode_finding

RATE: Final = 1_000.0
WARM_S, SECONDS = 4.0, 15.0
SHORT_WARM_S, SHORT_SECONDS = 2.0, 3.0
LETTERS, SHORT_LETTERS = 20_000, 2_000
BACKLOG, SHORT_BACKLOG = 40_000, 8_000
WITHIN_S: Final = 90.0
TIMED: Final = ("syslog", "splunk_hec")
ALL: Final = ("file", "syslog", "splunk_hec", "elasticsearch", "webhook")


def percentiles(values: list[float]) -> dict[str, float]:
    """Milliseconds."""
    cut = quantiles(values, n=100)
    return {"p50_ms": cut[49], "p99_ms": cut[98], "samples": len(values)}


def bare_stage(bench: Bench, seconds: tuple[float, float]) -> dict[str, float]:
    """Produce to consume, with nobody else at work."""
    with bench.bus("alone") as bus:
        folder = bench.place(bus)
        with reader_of(bench, bus, None, folder / "seen.txt") as reader:
            paced = asyncio.run(pace(bus, 10_000, RATE, sum(seconds), 1))
            time.sleep(1.0)
            reader.stop()
        return percentiles(_stages(folder / "seen.txt", paced.sent, seconds[0]))


def _stages(file: Path, sent: Mapping[str, int], warm_s: float) -> list[float]:
    begin = min(sent.values()) + int(warm_s * 1e9)
    found = {marked_id(one.value): one.at for one in seen(file, "bare")}
    return [(found[one] - at) / 1e6 for one, at in sent.items() if at >= begin and one in found]


def to_the_line(bench: Bench, seconds: tuple[float, float]) -> dict[str, dict[str, float]]:
    """From sending a share to the receiver's line about it, and the stage beside it."""
    events = SHORT_BACKLOG if bench.short else BACKLOG
    stream = prepared(Parameters(events=events, subjects=events // 4, partitions=bench.partitions))
    with bench.bus("siem") as bus, ExitStack() as running:
        folder = bench.place(bus)
        CONSENTRY.prepare(bus)
        command = CONSENTRY.command(bus, folder, "latency")
        worker = running.enter_context(Running(command, folder / "worker.log"))
        asyncio.run(load(bus.settings, stream, [1, 2]))
        Watch(bus.committed, [worker]).until(stream.events, 120)
        receiver = Receiver(folder)
        running.enter_context(receiver.running)
        running.enter_context(delivering(bus, receiver, folder, TIMED, "now"))
        reader = running.enter_context(reader_of(bench, bus, None, folder / "seen.txt"))
        first = stream.events
        paced = asyncio.run(pace(bus, stream.parameters.subjects, RATE, sum(seconds), first))
        found: dict[str, dict[str, float]] = {}
        begin = min(paced.sent.values()) + int(seconds[0] * 1e9)
        for sink in TIMED:
            arrived = _wait(receiver, sink, paced.sent)
            took = [
                (arrived[one] - at) / 1e6
                for one, at in paced.sent.items()
                if at >= begin and one in arrived
            ]
            found[sink] = percentiles(took) | {"missing": len(paced.sent.keys() - arrived.keys())}
        reader.stop()
        found["alone beside"] = percentiles(_stages(folder / "seen.txt", paced.sent, seconds[0]))
        return found


def _wait(receiver: Receiver, sink: str, sent: Mapping[str, int]) -> dict[str, int]:
    """When each marked share was first reported; waits until all are, or for a while."""
    deadline = time.monotonic() + 20
    while True:
        arrived: dict[str, int] = {}
        for line in receiver.noted(sink):
            arrived.setdefault(line.event_id, line.at)
        if sent.keys() <= arrived.keys() or time.monotonic() > deadline:
            return arrived
        time.sleep(0.2)


def throughput(bench: Bench, example: Finding) -> dict[str, float]:
    """Letters a second of each sink alone, over a full topic."""
    count = SHORT_LETTERS if bench.short else LETTERS
    rates: dict[str, float] = {}
    with bench.bus("updates") as bus, ExitStack() as running:
        folder = bench.place(bus)
        create_topics(bus.settings)
        asyncio.run(_fill(bus, example, count))
        receiver = Receiver(folder)
        running.enter_context(receiver.running)
        for sink in ALL:
            with delivering(bus, receiver, folder, (sink,), "earliest"):
                rates[sink] = _rate(receiver, sink, folder, count)
    return rates


def _rate(receiver: Receiver, sink: str, folder: Path, count: int) -> float:
    """From the first tenth to the end, so that starting is not in it."""
    deadline = time.monotonic() + WITHIN_S
    lines = folder / "findings.jsonl"
    times: list[tuple[float, int]] = []
    while time.monotonic() < deadline:
        if sink == "file":
            done = lines.read_bytes().count(b"\n") if lines.exists() else 0
            times.append((time.time(), done))
        else:
            times = [(line.at / 1e9, n) for n, line in enumerate(receiver.noted(sink), 1)]
            done = len(times)
        if done >= count:
            start = next((at, n) for at, n in times if n >= count // 10)
            end = next((at, n) for at, n in times if n >= count)
            return (end[1] - start[1]) / max(end[0] - start[0], 1e-9)
        time.sleep(0.02)
    raise RuntimeError(f"{sink}: not all letters arrived within {WITHIN_S:.0f} s")


async def _fill(bus: Bus, example: Finding, count: int) -> None:
    import aiokafka

    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=bus.bootstrap, linger_ms=20)
    await producer.start()
    for number in range(count):
        one = msgspec.structs.replace(
            example,
            violation_id=f"{number:08x}-0000-5000-8000-000000000000",
            event_id=f"e{number:010d}",
        )
        await producer.send(
            bus.settings.topics.violations,
            encode_finding(one),
            one.violation_id.encode(),
            partition=number % bus.partitions,
        )
    await producer.stop()


def example() -> Finding:
    """A finding as the core gives it."""
    from tests.siem.lives import finding_life

    return finding_life()[0]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(prog="python -m bench.siem", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--short", action="store_true", help="few letters: does it run?")
    given = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="consentry-siem-"))
    seconds = (SHORT_WARM_S, SHORT_SECONDS) if given.short else (WARM_S, SECONDS)
    stamp = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    recorder = Recorder(
        FOLDER / f"{stamp}-siem{'-short' if given.short else ''}.jsonl", {"short": given.short}
    )
    ratios: dict[str, list[float]] = {}
    try:
        with LocalBroker(
            folder / "kafka", heap_mb=HEAP_MB, properties=BROKER, long_lived=True
        ) as broker:
            bench = Bench(broker.bootstrap, folder, recorder, given.rounds, given.short)
            for round_ in range(1, given.rounds + 1):
                alone = bare_stage(bench, seconds)
                recorder.figure("siem", "alone", round_, alone)
                _say("produce to consume alone", alone)
                for name, values in to_the_line(bench, seconds).items():
                    ratio = values["p99_ms"] / alone["p99_ms"]
                    recorder.figure("siem", name, round_, values | {"p99_by_alone": ratio})
                    ratios.setdefault(name, []).append(ratio)
                    _say(name, values, f"p99 by that of produce to consume alone {ratio:7.1f}")
                for sink, rate in throughput(bench, example()).items():
                    recorder.figure("siem-throughput", sink, round_, {"letters_per_s": rate})
                    print(f"{sink:16} {rate:9,.0f} letters/s", flush=True)
    finally:
        recorder.end()
        shutil.rmtree(folder, ignore_errors=True)
    for name, found in ratios.items():
        print(
            f"{name}: p99 by that of produce to consume alone, median of {len(found)}: {median(found):.1f}"
        )


def _say(name: str, values: Mapping[str, float], more: str = "") -> None:
    print(
        f"{name:16} p50 {values['p50_ms']:7.1f}  p99 {values['p99_ms']:7.1f} ms  {more}",
        flush=True,
    )


if __name__ == "__main__":
    main()
