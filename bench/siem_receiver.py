"""A receiver of findings that notes when each came, and a deliverer that delivers to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from bench.bus import Bus
from bench.peers import CONSENTRY
from bench.process import Command, Running

SECRET: Final = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Line(NamedTuple):
    """A letter as the receiver noted it."""

    sink: str
    at: int
    event_id: str


class Receiver:
    """The receiver's process, and what it noted."""

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "received.txt"
        command = [sys.executable, "-m", "bench.programs.receiver", str(self._notes)]
        self.running = Running(Command(command), folder / "receiver.log")
        deadline = time.monotonic() + 20
        while len(ports := self.running.tail().split()) != 2 or not ports[0].isdigit():
            self.running.require_running()
            if time.monotonic() > deadline:
                raise RuntimeError("the receiver did not start")
            time.sleep(0.05)
        self.http, self.lines = (int(port) for port in ports)

    def noted(self, sink: str) -> list[Line]:
        """What has arrived for a sink."""
        found = []
        for line in self._notes.read_text("ascii").splitlines(keepends=True):
            if line.startswith(f"{sink} ") and line.endswith("\n"):
                _, at, event_id = line.split()
                found.append(Line(sink, int(at), event_id))
        return found

    def table(self, sink: str, folder: Path) -> str:
        """The sink's table in the settings file."""
        http = f"http://127.0.0.1:{self.http}"
        own = {
            "file": f'path = "{folder}/findings.jsonl"\nformat = "flat"',
            "syslog": f'host = "127.0.0.1"\nport = {self.lines}\ntransport = "tcp"',
            "splunk_hec": f'url = "{http}"',
            "elasticsearch": f'url = "{http}"',
            "webhook": f'url = "{http}/hook"',
        }
        return f'[sinks.{sink.replace("_", "-")}]\ntype = "{sink}"\n{own[sink]}\n'


@contextmanager
def delivering(
    bus: Bus, receiver: Receiver, folder: Path, sinks: tuple[str, ...], start: str
) -> Iterator[Running]:
    """`consentry deliver` with these sinks."""
    config = folder / f"deliver-{len(sinks)}-{sinks[0]}.toml"
    config.write_text("".join(receiver.table(sink, folder) for sink in sinks))
    worker = CONSENTRY.command(bus, folder, "latency")
    ready = config.with_suffix(".ready")
    arguments = [
        sys.executable, "-m", "streams.cli.main", "deliver", "--json-logs",
        "--config", str(config), "--from", start, "--ready-file", str(ready),
    ]  # fmt: skip
    secrets = {"CONSENTRY_SINK_SPLUNK_HEC_TOKEN": "token", "CONSENTRY_SINK_WEBHOOK_SECRET": SECRET}
    command = replace(worker, arguments=arguments, environment={**worker.environment, **secrets})
    with Running(command, config.with_suffix(".log")) as running:
        deadline = time.monotonic() + 40
        while not ready.exists():
            running.require_running()
            if time.monotonic() > deadline:
                raise RuntimeError(f"the deliverer did not start: {running.tail()}")
            time.sleep(0.05)
        yield running
