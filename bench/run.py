"""One run: a broker, the sections in turn, and a file of results."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from bench.recorder import Recorder
from bench.results import FOLDER, read
from bench.sections import (
    adversarial,
    core,
    disk,
    generator,
    history,
    latency,
    mapping,
    offline,
    quiet,
    scaling,
    sweep,
    throughput,
)
from bench.sections.section import Bench, OutOfTimeError, Section, within
from bench.touched import touch_memory
from streams.dev.broker import LocalBroker
from streams.errors import ConsentryError

SECTIONS: Final = (
    generator.SECTION,
    throughput.SECTION,
    latency.SECTION,
    quiet.SECTION,
    sweep.SECTION,
    scaling.SECTION,
    core.SECTION,
    history.SECTION,
    adversarial.SECTION,
    offline.SECTION,
    mapping.SECTION,
    *disk.SECTIONS,
)

BROKER: Final = {
    # Topics of earlier runs make room.
    "file.delete.delay.ms": "1000",
    "num.io.threads": "4",
}
HEAP_MB: Final = 1024


def run(
    sections: Sequence[Section], *, rounds: int, short: bool, whole: bool, apart: bool = False
) -> int:
    """Run sections; 0 when all was measured, 1 when something was not.

    `apart`: they go onto the page although the others are not measured, if it lacks them.
    """
    signal.signal(signal.SIGTERM, _leave)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    form = "-short" if short else "" if whole else "-apart" if apart else "-part"
    facts = {
        "short": short,
        "whole": whole,
        "apart": apart,
        "rounds": rounds,
        "sections": [s.name for s in sections],
    }
    folder = Path(tempfile.mkdtemp(prefix="consentry-bench-"))
    try:
        recorder = Recorder(FOLDER / f"{stamp}{form}.jsonl", facts)
        if whole and not short:
            print(f"touched {touch_memory() >> 30} GiB of memory once", flush=True)
        with ExitStack() as open_:
            bootstrap = ""
            if any(section.broker for section in sections):
                local = LocalBroker(
                    folder / "kafka", heap_mb=HEAP_MB, properties=BROKER, long_lived=True
                )
                bootstrap = open_.enter_context(local).bootstrap
            bench = Bench(bootstrap, folder, recorder, rounds, short)
            for section in sections:
                measure(bench, section)
        recorder.end()
    except ConsentryError as error:
        print(f"error: {error.problem}\n{error.remedy}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: what was measured until then is kept, the page is not", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _report(recorder.file, publish=(whole or apart) and not short)


def measure(bench: Bench, section: Section) -> None:
    """One section; what goes wrong in it ends it alone."""
    bench.say(f"== {section.name}: {section.about}")
    try:
        with within(section.limit_s, f"the section {section.name}"):
            section.run(bench)
    except OutOfTimeError as late:
        bench.fault(section.name, "", str(late))
    except Exception as error:  # noqa: BLE001 - the other sections are still to be measured
        traceback.print_exc()
        bench.fault(section.name, "", f"{type(error).__name__}: {error}"[:500])


def _report(file: Path, *, publish: bool) -> int:
    """Print the table, and write the page when the run was whole and long."""
    from bench.report.write import published, show, write

    run_ = read(file)
    show(run_)
    print(f"\nresults: {file}")
    if publish:
        write(published())
    return 1 if run_.faults() else 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends as Ctrl-C does: programs, broker and files are cleared away."""
    raise KeyboardInterrupt
