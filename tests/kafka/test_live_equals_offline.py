"""The same events, live and offline: equal findings, every field but those of arrival."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from streams.check.result import run_check
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant
from streams.core.vocabulary import DutyStatus, Status
from streams.dev.samples import POLICY_FILE, Form, SampleOptions, make_sample, write_sample
from streams.dev.sending import Outgoing, send
from streams.files.find import InputFiles
from streams.policy_file import load_policy
from tests.kafka.harness import Bus

ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected"}


def last_revisions(
    values: Iterable[Finding | Duty], key: str, *, set_aside: set[str]
) -> dict[str, Any]:
    """The last revision by id, without the fields that show arrival."""
    last: dict[str, Any] = {}
    for value in values:
        if value.status in (Status.RETRACTED, DutyStatus.RETRACTED):
            last.pop(getattr(value, key), None)
            continue
        fields = msgspec.structs.asdict(value)
        last[getattr(value, key)] = {k: v for k, v in fields.items() if k not in set_aside}
    return last


def test_a_worker_and_a_check_say_the_same(kafka: str, unique: str, tmp_path: Path) -> None:
    now = Instant(int(time.time() * 1000))
    options = SampleOptions(
        subjects=500,
        seed=23,
        until=Instant(now - 40_000),
        disorder=0.1,
        duplicates=0.1,
        conflicts=0.01,
        bad=0.0,
    )
    sample = make_sample(options)
    write_sample(sample, tmp_path, Form.JSONL)
    policy = load_policy(POLICY_FILE)
    offline = run_check(InputFiles([str(tmp_path / "stream.jsonl")]), policy, now)
    findings = last_revisions(offline.findings, "violation_id", set_aside=ARRIVAL)
    duties = last_revisions(offline.duties, "duty_id", set_aside={"detected_at", "revision"})
    records = (Outgoing(r.topic, r.key, r.value) for r in sample.records)
    with Bus(kafka, unique, policy_file=POLICY_FILE) as bus, bus.worker() as worker:
        asyncio.run(send(bus.settings, records))
        bus.settle(worker)
        deadline = time.monotonic() + 20
        while True:
            live = last_revisions(bus.findings(), "violation_id", set_aside=ARRIVAL)
            owed = last_revisions(
                bus.duties().values(), "duty_id", set_aside={"detected_at", "revision"}
            )
            if (live == findings and owed == duties) or time.monotonic() > deadline:
                break
            time.sleep(0.5)  # the last tick
    assert len(findings) > 90
    assert live == findings
    assert owed == duties
