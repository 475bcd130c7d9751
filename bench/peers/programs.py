"""The small job in Python, on libraries that people would use instead."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from bench.bus import Bus
from bench.peers.peer import Peer, job
from bench.process import Command
from bench.programs.job import Aim


def _program(module: str, *, keep: bool = False) -> Callable[[Bus, Path, Aim], Command]:
    def command(bus: Bus, folder: Path, aim: Aim) -> Command:
        given = job(bus, folder, aim, keep=keep).text()
        return Command([sys.executable, "-m", f"bench.programs.{module}", given])

    return command


def _own_python() -> Path:
    """The interpreter of the environment that Quix Streams has to itself.

    Its packages do not go together with those that Consentry is locked to.
    """
    return Path(sys.prefix) / "quix" / "bin" / "python"


def _quix(bus: Bus, folder: Path, aim: Aim) -> Command:
    given = job(bus, folder, aim).text()
    return Command([str(_own_python()), "-m", "bench.programs.quix", given])


def _quix_missing() -> str | None:
    if not _own_python().exists():
        return "Quix Streams is not installed (make bench installs it)"
    return None


def _needs(module: str, package: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        if find_spec(module) is None:
            return f"the package {package} is not installed"
        return None

    return missing


STOCK_FAUST = Peer(
    key="stock-faust",
    name="Faust 0.15.3 as it comes",
    command=_program("stock_faust"),
    # The longer its backlog, the more an event costs it; this is a quarter of the others'.
    share=0.25,
)
BARE_AIOKAFKA = Peer(
    key="bare-aiokafka",
    name="bare aiokafka loop",
    command=_program("bare_aiokafka"),
)
BARE_LIBRDKAFKA = Peer(
    key="bare-librdkafka",
    name="bare librdkafka loop",
    command=_program("bare_librdkafka"),
    missing=_needs("confluent_kafka", "confluent-kafka"),
)
QUIX = Peer(
    key="quix",
    name="Quix Streams",
    command=_quix,
    missing=_quix_missing,
    share=0.25,
    rounds=1,
)
STOCK_FAUST_KEEPING = replace(
    STOCK_FAUST,
    key="stock-faust-keeping",
    name="Faust as it comes, keeping every event",
    command=_program("stock_faust", keep=True),
    rounds=2,
)
BARE_LIBRDKAFKA_KEEPING = replace(
    BARE_LIBRDKAFKA,
    key="bare-librdkafka-keeping",
    name="bare librdkafka loop, keeping every event",
    command=_program("bare_librdkafka", keep=True),
    rounds=2,
)
