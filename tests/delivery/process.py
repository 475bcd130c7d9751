"""`consentry deliver` as a process of its own, on the topics of a bus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.kafka.harness import Bus, WorkerProcess
from tests.kafka.processes import started

DELIVER = "import sys; from streams.cli.main import main; sys.exit(main(sys.argv[1:]))"

ENDS = (
    "delivered",
    "duplicate",
    "dead_lettered",
    "passed_over",
    "removed",
    "not_removable",
    "returned",
)
"""How a record that was read for a sink ends, in the log line `sink.counts`."""


def all_ended(counts: Mapping[str, int]) -> bool:
    """Whether every record that was read has an end, and none waits."""
    return counts["pending"] == 0 and counts["read"] == sum(counts[end] for end in ENDS)


class Deliveries:
    """Starts deliverers with one settings file."""

    def __init__(self, bus: Bus, folder: Path, toml: str, **variables: str) -> None:
        self._bus = bus
        self._folder = folder
        self._started = 0
        self.config = folder / "consentry.toml"
        self.config.write_text(toml)
        self._variables = variables

    def start(
        self, *arguments: str, fault: str = "", instance_id: str | None = "d1"
    ) -> WorkerProcess:
        """Start one and do not wait. `fault` is Python that its process runs first."""
        self._started += 1
        log_file = self._folder / f"deliver-{self._started}.log"
        environment = (
            self._bus.environment(health_port=-1, instance_id=instance_id) | self._variables
        )
        environment |= {"CONSENTRY_CONFIG": str(self.config)}
        words = ("deliver", "--json-logs", *arguments)
        return started(DELIVER, words, environment, log_file, fault=fault)

    def ready(
        self, *arguments: str, fault: str = "", instance_id: str | None = "d1"
    ) -> WorkerProcess:
        """Start one and wait until each of its sinks has begun."""
        process = self.start(*arguments, fault=fault, instance_id=instance_id)
        try:
            process.wait_for("deliver.ready")
        except BaseException:
            process.kill()
            raise
        return process
