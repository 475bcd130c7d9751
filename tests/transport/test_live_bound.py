"""What live subjects take of a process is within their bound, and so many people fit into it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transport.live_bound import STORE_BYTES

MIB = 1 << 20
ROOM = 1.15
"""What the system gives to a process comes in pieces, and some of it is never given back."""

BESIDE = 2 * STORE_BYTES
"""The store on disk with its write buffers, and the poll batch at hand."""

SIZING = Path("docs/sizing.md")


def judged(bound: int, people: int, each: int) -> dict[str, int]:
    """What a process of its own says after it has judged so many events of so many people."""
    command = [sys.executable, "-m", "tests.transport.live_bound", *map(str, (bound, people, each))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def stated() -> dict[int, int]:
    """How many people a mebibyte keeps ready, by the events of each, as the page says."""
    rows = re.findall(r"^\| (\d+) \| (\d+) \|$", SIZING.read_text("utf-8"), re.MULTILINE)
    return {int(events): int(people) for events, people in rows}


@pytest.mark.skipif(sys.platform != "linux", reason="sizes of processes differ")
@pytest.mark.parametrize(("each", "mib"), [(2, 24), (10, 24), (40, 32)])
def test_as_many_people_stay_ready_as_the_page_says_within_the_bound(each: int, mib: int) -> None:
    people = stated()[each] * mib
    found = judged(mib * MIB, people, each)
    assert found["live"] == people
    # All but those of the events before, who were let go.
    assert found["rebuilt"] <= 200
    assert found["grown"] < ROOM * mib * MIB + BESIDE, found


@pytest.mark.skipif(sys.platform != "linux", reason="sizes of processes differ")
def test_more_people_than_fit_take_no_more() -> None:
    mib = 12
    found = judged(mib * MIB, 6_000, 3)
    assert found["rebuilt"] > 6_000
    assert found["counted"] <= mib * MIB
    assert found["grown"] < ROOM * mib * MIB + BESIDE, found
