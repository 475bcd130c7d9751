"""How a worker found the people of its events: ready in memory, or rebuilt from their rows."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families as parsed

from bench.process import Running
from streams.metrics.catalogue import SUBJECT_LOOKUPS

LISTENING: Final = "health.listening"


def lookups_of(programs: Iterable[Running]) -> dict[str, Any]:
    """Counts over all workers, and which share was rebuilt; nothing of programs without metrics."""
    ready = rebuilt = 0.0
    for program in programs:
        address = address_of(program)
        if address is not None:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
                counts = counted(answer.read().decode())
            ready += counts.get("ready", 0.0)
            rebuilt += counts.get("rebuilt", 0.0)
    if not ready + rebuilt:
        return {}
    share = rebuilt / (ready + rebuilt)
    return {"ready": int(ready), "rebuilt": int(rebuilt), "rebuilt_share": share}


def address_of(program: Running) -> str | None:
    """Where a worker answers, as its log says."""
    for line in program.log_file.read_text("utf-8", errors="replace").splitlines():
        if line.startswith("{") and LISTENING in line:
            said = json.loads(line)
            if said.get("event") == LISTENING:
                return str(said["address"])
    return None


def counted(text: str) -> dict[str, float]:
    """The look-ups by how they ended, in a text of `/metrics`."""
    return {
        sample.labels["outcome"]: sample.value
        for family in parsed(text)
        for sample in family.samples
        if sample.name == SUBJECT_LOOKUPS.name
    }
