"""A policy that touches every verdict, while events come in: when is their finding readable?

The worker has judged a million facts under a policy that was wrong: its register of notices
lacks a purpose, so no share has a consent, and customer relations end at once, so no message has a
ground. Events then come in at a steady rate, until the broker has compiled what that takes and has become
steady too, and while they do the policy is put right: what was found of people with a consent is
retracted. Beside it stands the same rate under the same policy when the sweep is
through. Afterwards `consentry verify` compares all of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.batches import Parameters, Prepared, prepared
from bench.bus import Bus
from bench.load import load
from bench.lookups import address_of, lookups_of
from bench.pace import Paced, pace
from bench.peers import CONSENTRY
from bench.peers.consentry import with_room
from bench.process import ROOT, Command, Running
from bench.reader import seen
from bench.sections.arrivals import moments, passed, percentiles, reader_of
from bench.sections.section import Bench, Section, start
from bench.watch import Watch
from streams.control.apply import apply_policy
from streams.operate.sweep_status import sweep_status
from streams.policy_file import PolicyText

NAME: Final = "sweep"
RATE: Final = 1_000.0
FACTS, SHORT_FACTS = 1_000_000, 8_000
EVENTS_A_SUBJECT: Final = 4
BEFORE_S, SHORT_BEFORE_S = 45.0, 1.0
"""A broker that has just read a backlog takes 110 % of a core for the first 25 s of such a stream, while
its code is compiled, and 65 % afterwards: on two cores everybody waits for that, sweep or none."""

WARM_S, QUIET_S, SWEEP_LIMIT_S = 5.0, 30.0, 1_500.0
SHORT_WARM_S, SHORT_QUIET_S = 0.5, 3.0
READABLE_WITHIN_S: Final = 15.0
LOOK_EVERY_S: Final = 2.0
FIRST: Final = 1
"""The number of the policy that the worker begins with."""

WRONG: Final = """
version = "wrong"
soft_opt_in_max_age = "PT1S"

[[registers.notices]]
notice_version = "v3"
controller_id = "DUINZICHT"
purposes = ["OWN_DIRECT_MARKETING"]
right_to_withdraw = true
"""
RIGHT: Final = PolicyText(label="right", text='version = "right"\n')


def run(bench: Bench) -> None:
    """Once: its rounds are the seconds of which the percentiles are."""
    facts = SHORT_FACTS if bench.short else FACTS
    subjects = facts // EVENTS_A_SUBJECT
    stream = prepared(Parameters(events=facts, subjects=subjects, partitions=bench.partitions))
    with bench.bus(NAME) as bus, ExitStack() as running:
        folder = bench.place(bus)
        CONSENTRY.prepare(bus)
        command = _with_policy(CONSENTRY.command(bus, folder, "latency"), folder)
        worker = running.enter_context(start(bench, bus, command))
        for stage, total in ((1, stream.first_stage), (2, stream.events)):
            asyncio.run(load(bus.settings, stream, [stage]))
            Watch(bus.committed, [worker]).until(total, 600)
        before_s = SHORT_BEFORE_S if bench.short else BEFORE_S
        asyncio.run(pace(bus, subjects, RATE, before_s, stream.events * 4))
        during = _while_swept(bench, bus, stream, worker) | lookups_of([worker])
        _say(bench, f"during a sweep of {during['seconds']:.0f} s", during)
        bench.record.figure(NAME, "during", 1, during)
        quiet_s = SHORT_QUIET_S if bench.short else QUIET_S
        without = _at_rest(bench, bus, stream, quiet_s)
        _say(bench, "without one", without)
        bench.record.figure(NAME, "without", 1, without)
        verified = _verified(command.environment)
        bench.say(f"equal by verify, in {verified['verify_s']:.0f} s")
        bench.record.figure(NAME, "verify", 1, verified)


def _say(bench: Bench, what: str, values: dict[str, Any]) -> None:
    bench.say(f"{what}: p50 {values['p50_ms']:.1f}  p99 {values['p99_ms']:.1f} ms")


def _with_policy(command: Command, folder: Path) -> Command:
    """The worker, whose first policy is the one that is wrong.

    With room for 250,000 people of 8 events: 4 before, and some more that come in while they are
    swept. With less it builds a part of them again, for each of their events.
    """
    file = folder / "wrong.toml"
    file.write_text(WRONG, "utf-8")
    own = {"CONSENTRY_POLICY_FILE": str(file)}
    return with_room(replace(command, environment={**command.environment, **own}))


def _at_rest(bench: Bench, bus: Bus, stream: Prepared, seconds: float) -> dict[str, Any]:
    file = bench.folder / bus.tag / "seen-quiet.txt"
    warm_s = SHORT_WARM_S if bench.short else WARM_S
    with reader_of(bench, bus, CONSENTRY, file, only_naming=True) as reader:
        subjects, first = stream.parameters.subjects, stream.events * 3
        paced = asyncio.run(pace(bus, subjects, RATE, warm_s + seconds, first))
        values = _percentiles(paced, file, warm_s)
        reader.stop()
    return values


def _while_swept(bench: Bench, bus: Bus, stream: Prepared, worker: Running) -> dict[str, Any]:
    """Apply the policy, and send until every partition is through."""
    file = bench.folder / bus.tag / "seen-swept.txt"
    over = threading.Event()
    took: list[float] = []

    def apply_and_look() -> None:
        began = time.monotonic()
        try:
            settings = bus.settings
            asyncio.run(
                apply_policy(settings, RIGHT, who="bench", why="bench", ticket=None, after=FIRST)
            )
            while not over.wait(LOOK_EVERY_S):
                if not _under_way(worker) and all(
                    one.basis.sequence > FIRST and one.share == 1.0
                    for one in sweep_status(settings)
                ):
                    took.append(time.monotonic() - began)
                    return
        finally:
            over.set()

    with reader_of(bench, bus, CONSENTRY, file, only_naming=True) as reader:
        subjects, first = stream.parameters.subjects, stream.events * 2
        looking = threading.Thread(target=apply_and_look, daemon=True)
        looking.start()
        paced = asyncio.run(pace(bus, subjects, RATE, SWEEP_LIMIT_S, first, over.is_set))
        over.set()
        looking.join(60)
        worker.require_running()
        if not took:
            raise RuntimeError(f"the sweep was not through within {SWEEP_LIMIT_S:.0f} s")
        values = _percentiles(paced, file, 0.0)
        reader.stop()
    return values | {"seconds": took[0], "facts": stream.events}


def _under_way(worker: Running) -> bool:
    """Whether the worker says that it sweeps; asking it takes less than reading its state."""
    address = address_of(worker)
    try:
        with urllib.request.urlopen(f"http://{address}/ready", timeout=10) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as not_ready:
        said = json.load(not_ready)
    return any(one["sweep"] is not None for one in said["partitions"].values())


def _percentiles(paced: Paced, file: Path, warm_s: float) -> dict[str, Any]:
    """From sending a share to reading its finding, once all can be read."""
    begin = min(paced.sent.values(), default=0) + int(warm_s * 1e9)
    deadline = time.monotonic() + READABLE_WITHIN_S
    while True:
        found = moments((CONSENTRY.event_id(one.value), one) for one in seen(file, "findings"))
        missing = len(paced.sent.keys() - found.keys())
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(1)
    measured = {one: at for one, at in paced.sent.items() if at >= begin}
    return percentiles(passed(measured, found)) | {
        "not_read": missing,
        "sent_per_s": paced.rate,
        "asked_per_s": RATE,
    }


def _verified(environment: Mapping[str, str]) -> dict[str, Any]:
    """What `consentry verify` says of the whole. Raises RuntimeError where it differs."""
    began = time.monotonic()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENTRY_")}
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "verify"],
        env=kept | dict(environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"verify after the sweep, exit {done.returncode}: {done.stdout[-800:]}")
    return {"equal": True, "verify_s": time.monotonic() - began}


SECTION = Section(NAME, "a policy is put right while events come in", run, 3_300)
"""`verify` takes some 130 µs for each of the facts and of what was sent meanwhile: 200 s and more."""
