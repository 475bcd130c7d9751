"""What `consentry verify` says of a bus: the tool that users have, on its own."""

from __future__ import annotations

import json

from tests.faults.checks import Kind, Problem
from tests.kafka.harness import Bus
from tests.kafka.processes import completed

PATIENCE_S = 300


def verified(bus: Bus) -> list[Problem]:
    """Run it; nothing when it ends with code 0."""
    done = completed(("verify", "--json"), bus.environment(), seconds=PATIENCE_S)
    if done.returncode == 0:
        return []
    try:
        differences = json.loads(done.stdout)["differences"]
    except (ValueError, KeyError):
        return [Problem(Kind.UNVERIFIED, f"code {done.returncode}", 1, done.stderr[-500:])]
    return [Problem(Kind.UNVERIFIED, "consentry verify", 1, json.dumps(differences)[:1500])]
