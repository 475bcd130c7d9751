"""`consentry check` over the same events as files, against the worker.

The command as people run it: seconds by the clock, starting, reading and the report included, on
one process and on as many as there are cores. Avro containers are what the bus has, and hold the
whole stream of the bench, so that starting does not stand for the rate; JSON lines are what exports
are. What it takes to start is what a check of a few events takes. The ratio to the worker is by
events a second of the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fastavro

from bench.process import ROOT
from bench.programs.small_job import Events
from bench.sections.section import Bench, Section
from bench.stream import make
from streams.core.vocabulary import EventType
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_json

NAME = "offline"
START = "start"
EVENTS = {"avro": 600_000, "jsonl": 200_000, START: 100}
"""Of events in JSON three times as many are no more held in the memory that the command takes."""

SHORT_EVENTS = 5_000
EVENTS_A_SUBJECT = 10
ONE_LIMIT_S = 90
FOUND_SOMETHING = 1
ONE = 1
MANY = os.cpu_count() or 1


def run(bench: Bench) -> None:
    """Each form of file in turn."""
    folder = bench.folder / NAME
    folder.mkdir()
    counts = {
        form: min(events, SHORT_EVENTS) if bench.short else events
        for form, events in EVENTS.items()
    }
    writers = {"avro": write_avro, "jsonl": write_jsonl, START: write_avro}
    for form, events in counts.items():
        (folder / form).mkdir()
        writers[form](folder / form, events)
    ways = {"avro": ("avro", ONE), "jsonl": ("jsonl", ONE), "avro-all-cores": ("avro", MANY),
            START: (START, ONE)}  # fmt: skip
    for round_ in range(1, bench.rounds + 1):
        for way, (form, processes) in ways.items():
            output = folder / "findings.jsonl"
            seconds, cpu_s, problem = check(folder / form, output, processes)
            if problem is not None:
                bench.fault(NAME, way, problem, round_)
                continue
            events = counts[form]
            values = {
                "events": events,
                "events_per_s": events / seconds,
                "cpu_us": cpu_s / events * 1e6,
            }
            said = f"{events / seconds:9,.0f} events/s"
            if way == START:
                values, said = {"start_s": seconds}, f"{seconds:9.2f} s before it reads"
            bench.record.figure(NAME, way, round_, values)
            bench.say(f"round {round_}  check of {way:14} {said}")


def check(inputs: Path, output: Path, processes: int) -> tuple[float, float, str | None]:
    """Run the command; seconds, seconds of CPU, and what went wrong."""
    command = [
        sys.executable, "-m", "streams.cli.main", "check", str(inputs),
        "--format", "jsonl", "--output", str(output), "--processes", str(processes),
    ]  # fmt: skip
    before = os.times()
    began = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=ONE_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return 0.0, 0.0, f"it took longer than {ONE_LIMIT_S} s"
    seconds = time.perf_counter() - began
    after = os.times()
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    if done.returncode != FOUND_SOMETHING:
        return seconds, cpu_s, f"exit code {done.returncode}: {done.stderr.strip()[-300:]}"
    return seconds, cpu_s, None


def write_avro(folder: Path, events: int) -> None:
    """A container file a type."""
    reader = Events()
    by_kind: dict[EventType, list[dict[str, Any]]] = {}
    for one in make(events, events // EVENTS_A_SUBJECT):
        by_kind.setdefault(one.kind, []).append(reader.read(one.value).fields)
    for kind, records in by_kind.items():
        with (folder / f"{kind}.avro").open("wb") as file:
            fastavro.writer(file, reader.schema_of(kind), records)


def write_jsonl(folder: Path, events: int) -> None:
    """One file, in order of time."""
    with (folder / "events.jsonl").open("wb") as file:
        for one in make(events, events // EVENTS_A_SUBJECT):
            decoded = decode(one.value, one.kind)
            if not isinstance(decoded, Decoded):
                raise ValueError(f"the generator made what cannot be read: {decoded}")
            file.write(event_to_json(decoded.event) + b"\n")


SECTION = Section(NAME, "`consentry check` over files, against the worker", run, 300)
