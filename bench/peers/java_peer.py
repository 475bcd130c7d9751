"""The small job on Kafka Streams (Java), built with Maven where that was not done yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from bench.bus import Bus
from bench.peers.peer import Peer
from bench.process import Command
from bench.programs.job import Aim
from streams.dev.kafka_files import java_command
from streams.errors import ConsentryError

FOLDER: Final = Path(__file__).parent / "kafka_streams"
SCHEMAS: Final = Path(__file__).parents[2] / "schemas"
JAR: Final = FOLDER / "target" / "peer.jar"
BUILD_LIMIT_S: Final = 240

COMMIT_MS: Final = 100
"""`commit.interval.ms`: the default for exactly_once_v2."""

SHORT_COMMIT_MS: Final = 20
"""The same for those who trade throughput for latency."""

LINGER_MS: Final = {"throughput": 100, "latency": 0}
"""`linger.ms`: Kafka Streams' own default, and none."""

JVM: Final = ("-Xms1g", "-Xmx2g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20")
"""The collector and its goal as in Kafka's own start scripts."""


def missing() -> str | None:
    """Build it; why it cannot be had."""
    try:
        java_command()
    except ConsentryError as error:
        return error.problem
    if _built():
        return None
    if shutil.which("mvn") is None:
        return "Maven (mvn), which builds it, is not installed"
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "package"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            timeout=BUILD_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Maven did not build it within {BUILD_LIMIT_S} s"
    if done.returncode != 0:
        return "Maven could not build it: " + (done.stdout + done.stderr).strip()[-300:]
    return None


def _built() -> bool:
    sources = [FOLDER / "pom.xml", *FOLDER.glob("src/**/*.java")]
    newest = max(source.stat().st_mtime for source in sources)
    return JAR.exists() and JAR.stat().st_mtime >= newest


def kafka_streams(guarantee: str, *, commit_ms: int = COMMIT_MS, keep: bool = False) -> Peer:
    """The peer with a processing guarantee, and one thread. `keep`: every event is kept too."""

    def command(bus: Bus, folder: Path, aim: Aim) -> Command:
        return Command(
            [
                str(java_command()), *JVM, "-cp", f"{JAR}:{FOLDER / 'target' / 'lib'}/*",
                "bench.Peer", bus.bootstrap, ",".join(bus.inputs.values()), bus.violations,
                bus.tag, guarantee, str(commit_ms), str(LINGER_MS[aim]), str(SCHEMAS),
                str(folder / "state"), str(keep).lower(),
            ]
        )  # fmt: skip

    key = "kafka-streams-" + ("eos" if guarantee == "exactly_once_v2" else "alos")
    name = f"Kafka Streams, {guarantee}"
    if commit_ms != COMMIT_MS:
        key, name = f"{key}-{commit_ms}", f"{name}, commit {commit_ms} ms"
    if keep:
        key, name = f"{key}-keeping", f"{name}, keeping every event"
    return Peer(
        key=key,
        name=name,
        command=command,
        missing=missing,
        # It reads the others' stream within two seconds, half compiled still.
        share=1.0 if keep else 2.5,
        about={"commit.interval.ms": commit_ms, "threads": 1},
    )


EXACTLY_ONCE: Final = kafka_streams("exactly_once_v2")
AT_LEAST_ONCE: Final = kafka_streams("at_least_once")
EXACTLY_ONCE_QUICK: Final = kafka_streams("exactly_once_v2", commit_ms=SHORT_COMMIT_MS)
EXACTLY_ONCE_KEEPING: Final = kafka_streams("exactly_once_v2", keep=True)
