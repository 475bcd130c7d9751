"""Memory of a worker with a broker that takes writes slowly, and with a huge poll before it.

    python -m bench.memory [--short] [--results FILE] [--seconds 40]

A backlog of large records lies on one topic; they cannot be judged, so that all of their
bytes go out again as dead letters. The worker reaches its broker through a proxy here that
lets it read as fast as it can and, in the first part, write only so many bytes a second.
Shown is the most memory that the worker had (VmHWM), by the bound: what it has when idle,
and `in_flight_max_bytes`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from bench.state import report
from bench.state_rows import MIB
from streams.dev.broker import LocalBroker
from streams.dev.ports import HOST
from streams.settings import Settings
from streams.topics import create_topics

IN_FLIGHT: Final = 128 * MIB
LIVE: Final = 256 * MIB
RECORD: Final = 200_000
SLOW: Final = 1 * MIB
"""Bytes a second of each connection to the broker."""

LOOK_EVERY_S: Final = 0.1
READY_S: Final = 60.0


class Proxy:
    """Forwards connections to a port; what goes to the broker may be slowed."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.rate: int | None = None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._pumps: set[asyncio.Task[None]] = set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._server = server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.close()
            return
        for source, sink, slowed in ((reader, there[1], True), (there[0], writer, False)):
            pump = asyncio.create_task(self._pump(source, sink, slowed=slowed))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, slowed: bool
    ) -> None:
        try:
            while chunk := await source.read(65_536):
                sink.write(chunk)
                await sink.drain()
                if slowed and self.rate is not None:
                    await asyncio.sleep(len(chunk) / self.rate)
        except OSError:
            pass
        finally:
            sink.close()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


async def fill(settings: Settings, count: int) -> None:
    """Put large records that are no events on a topic, spread over its partitions."""
    producer = AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        max_request_size=2 * MIB,
        max_batch_size=RECORD + 10_000,  # a batch each: a fetch brings as many as fit
    )
    await producer.start()
    value = b"{" + os.urandom(RECORD)
    for number in range(count):
        place = number % settings.partitions
        await producer.send_and_wait(settings.topics.data_share, value, b"k", partition=place)
    await producer.stop()


class Worker:
    """`consentry worker` as a process of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        given = settings.model_dump(exclude_unset=True)
        texts = {n: ",".join(v) if isinstance(v, tuple) else str(v) for n, v in given.items()}
        environment = {f"CONSENTRY_{name.upper()}": text for name, text in texts.items()}
        self._log = (folder / f"{settings.application_id}.log").open("wb")
        ready = folder / f"{settings.application_id}.ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli.main", "worker", "--ready-file", str(ready)],
            env=os.environ | environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + READY_S
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the worker did not start: {Path(self._log.name).read_text()[-2000:]}")
            time.sleep(LOOK_EVERY_S)

    def peak(self) -> int:
        """Bytes of memory that it had at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next((one for one in status.splitlines() if one.startswith("VmHWM")), None)
        if line is None:
            sys.exit(f"the worker ended: {Path(self._log.name).read_text()[-2000:]}")
        return int(line.split()[1]) * 1024

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        self._log.close()


def measured(
    base: Settings, proxy: Proxy, folder: Path, who: str, given: argparse.Namespace
) -> dict[str, Any]:
    """A worker when idle, and another one with the backlog before it."""
    name = f"{base.application_id}-{who}"
    settings = base.model_copy(update={"application_id": name, "topic_prefix": f"{name}."})
    create_topics(settings)
    proxy.rate = None
    worker = Worker(settings, folder)
    idle = worker.peak()
    worker.end()
    count = 300 if given.short else 1_000
    asyncio.run(fill(settings, count))
    proxy.rate = SLOW if who == "slow-broker" else None
    worker = Worker(settings, folder)
    try:
        until = time.monotonic() + (10.0 if given.short else given.seconds)
        while time.monotonic() < until:
            worker.peak()
            time.sleep(LOOK_EVERY_S)
        most = worker.peak()
    finally:
        worker.end()
    bound = idle + IN_FLIGHT
    return {
        "memory_bytes": most, "idle_bytes": idle, "bound_bytes": bound,
        "memory_by_bound": most / bound, "backlog_bytes": count * RECORD,
    }  # fmt: skip


def main() -> None:
    """Measure both parts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=40.0, help="of each part")
    arguments.add_argument("--short", action="store_true", help="ten seconds of a small backlog")
    arguments.add_argument("--results", type=Path, help="a line of JSON a part")
    given = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="consentry-memory-"))
    port = free_port()
    proxy = Proxy(port)
    advertised = {"advertised.listeners": f"CLIENT://{HOST}:{proxy.port}"}
    try:
        with LocalBroker(folder / "kafka", port, properties=advertised, long_lived=True):
            base = Settings(
                brokers=(f"{HOST}:{proxy.port}",),
                application_id=f"memory-{time.time_ns() // 1_000_000}",
                partitions=4,
                replication_factor=1,
                tick_source="external",
                dead_letter_limit_share=1.0,
                in_flight_max_bytes=IN_FLIGHT,
                live_subjects_max_bytes=LIVE,
                transaction_timeout_s=60.0,
                health_port=-1,
            )
            for who in ("slow-broker", "huge-poll"):
                values = measured(base, proxy, folder, who, given)
                report(given.results, who, 1, values)
                print(f"{who:12} at most {values['memory_bytes'] / MIB:6.0f} MiB, idle "
                      f"{values['idle_bytes'] / MIB:4.0f}, bound "
                      f"{values['bound_bytes'] / MIB:6.0f}: {values['memory_by_bound']:.2f}, "
                      f"before a backlog of {values['backlog_bytes'] / MIB:,.0f} MiB",
                      flush=True)  # fmt: skip
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
