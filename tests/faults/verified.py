"""What `consentry verify` says of a bus: the tool that users have, on its own."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.faults.checks import Kind, Problem
from tests.kafka.harness import ROOT, Bus

PATIENCE_S = 300


def verified(bus: Bus) -> list[Problem]:
    """Run it; nothing when it ends with code 0."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "verify", "--json"],
        env=bus.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode == 0:
        return []
    try:
        differences = json.loads(done.stdout)["differences"]
    except (ValueError, KeyError):
        return [Problem(Kind.UNVERIFIED, f"code {done.returncode}", 1, done.stderr[-500:])]
    return [Problem(Kind.UNVERIFIED, "consentry verify", 1, json.dumps(differences)[:1500])]
