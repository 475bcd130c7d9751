"""What a peer is given, as the one argument of its program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Aim = Literal["throughput", "latency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a peer is given: where it reads and writes, as whom, and what it is tuned for."""

    brokers: str
    inputs: Mapping[str, str]
    violations: str
    state: str
    group: str
    partitions: int
    folder: str
    aim: Aim
    keep: bool
    """Whether every event is kept too, under its subject and id."""

    def text(self) -> str:
        """As the one argument of a peer's program."""
        return json.dumps(asdict(self))


def read_job(text: str) -> Job:
    """What `Job.text` wrote."""
    return Job(**json.loads(text))
