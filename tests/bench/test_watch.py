"""What is measured between which looks."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from bench.process import Command, Running
from bench.sections.section import OutOfTimeError, within
from bench.watch import Sample, Watch, window


def samples(*seen: tuple[float, int]) -> list[Sample]:
    """A program that uses half a core, a broker that uses a quarter."""
    return [Sample(at, done, at / 2, at / 4, at) for at, done in seen]


def test_a_window_begins_when_warm_and_ends_before_the_last_commit() -> None:
    seen = samples((1, 100), (2, 200), (3, 300), (4, 400), (9, 500))
    found = window(seen, 150, 500)
    # 200 at 2 s to 400 at 4 s: between 4 s and 9 s it may have waited.
    assert (found.seconds, found.events, found.rate) == (2, 200, 100)
    assert (found.cpu_us, found.broker_us) == (5_000, 2_500)


def test_the_last_commit_counts_when_it_is_more_than_half() -> None:
    found = window(samples((1, 100), (2, 200), (9, 500)), 100, 500)
    assert (found.seconds, found.events) == (8, 400)


def test_one_commit_is_no_window() -> None:
    with pytest.raises(RuntimeError, match="too rarely"):
        window(samples((1, 100), (2, 500)), 400, 500)


@pytest.mark.parametrize(
    ("program", "machine", "limit"),
    [(0.5, 1.0, "waiting"), (0.95, 1.2, "program"), (0.5, 99, "machine")],
)
def test_what_had_no_more_to_give(program: float, machine: float, limit: str) -> None:
    cores = min(machine, float(psutil.cpu_count() or 1))
    seen = [Sample(at, 100 * at, at * program, 0, at * cores) for at in (1, 2, 3, 4)]
    if limit == "program" and cores >= 0.9 * (psutil.cpu_count() or 1):
        pytest.skip("a machine of one core is at its end with its program")
    assert window(seen, 100, 400).limit == limit


def test_a_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    command = Command(
        [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
    )
    with Running(command, tmp_path / "log") as program:
        watch = Watch(lambda: 3, [program])
        with pytest.raises(RuntimeError, match=r"3 of 10 records within 2 s"):
            watch.until(10, 2.0)


def test_the_cpu_of_a_program_and_its_children_is_seen_and_they_end_with_it(tmp_path: Path) -> None:
    inner = "import time; time.sleep(120)"
    outer = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {inner!r}]);"
        "print(p.pid, flush=True)\nwhile True: pass"
    )
    with Running(Command([sys.executable, "-c", outer]), tmp_path / "log") as program:
        deadline = time.monotonic() + 60
        while program.cpu_s < 0.3 or not program.tail().isdigit():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child = int(program.tail())
        assert psutil.pid_exists(child)
        assert program.memory_bytes > 1_000_000
    assert program.ended is not None
    deadline = time.monotonic() + 30
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_takes_too_long_is_cut_off() -> None:
    with (
        pytest.raises(OutOfTimeError, match=r"the nap took longer than 0 s"),
        within(0.2, "the nap"),
    ):
        time.sleep(30)


def test_an_outer_limit_outlives_an_inner_one() -> None:
    def nap() -> None:
        with within(20, "inner"):
            pass
        time.sleep(30)

    with pytest.raises(OutOfTimeError, match="outer"), within(0.5, "outer"):
        nap()
