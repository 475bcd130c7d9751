"""What a worker and its machine have done so far, and what they did between two looks."""

from __future__ import annotations

import time
import urllib.request
from typing import Any, NamedTuple

import psutil
from prometheus_client.parser import text_string_to_metric_families as parsed

from bench.lookups import address_of
from bench.process import Running
from streams.metrics.catalogue import COMMITS


class Pulse(NamedTuple):
    """Seconds: the clock, CPU of the worker and of the whole machine, and all its transactions'.

    `transactions` is how many of them committed.
    """

    at: float
    cpu_s: float
    machine_s: float
    transactions: float
    transactions_s: float


def pulse_of(worker: Running) -> Pulse:
    """What it has done so far. Raises RuntimeError where it does not run, or shows no metrics."""
    worker.require_running()
    address = address_of(worker)
    if address is None:
        raise RuntimeError("the worker has no address for its metrics")
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        samples = {
            sample.name: sample.value
            for family in parsed(answer.read().decode())
            for sample in family.samples
            if sample.name.startswith(COMMITS.name)
        }
    cpu = psutil.cpu_times()
    return Pulse(
        time.monotonic(),
        worker.cpu_s,
        cpu.user + cpu.system,
        samples.get(f"{COMMITS.name}_count", 0.0),
        samples.get(f"{COMMITS.name}_sum", 0.0),
    )


def between(before: Pulse, after: Pulse) -> dict[str, Any]:
    """Shares of a core, transactions a second, and how long each took, over the time between."""
    seconds = after.at - before.at
    transactions = after.transactions - before.transactions
    values = {
        "core_percent": 100 * (after.cpu_s - before.cpu_s) / seconds,
        "machine_core_percent": 100 * (after.machine_s - before.machine_s) / seconds,
        "transactions_per_s": transactions / seconds,
        "seconds": seconds,
    }
    if transactions:
        took_s = after.transactions_s - before.transactions_s
        values["transaction_ms"] = 1_000 * took_s / transactions
    return values
