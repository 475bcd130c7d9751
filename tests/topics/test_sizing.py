"""Sizes follow from figures that stand in a run of the bench, and from the settings."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from streams.cli.main import main
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import measured
from streams.topics.measured import FIGURES, RUN, Figure
from streams.topics.sizing import Demand, size

ROOT = Path(__file__).parents[2]
DISK = Settings(store="rocksdb")


def rounds() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The values of each round of the run, by section and contestant."""
    found = defaultdict(list)
    for line in (ROOT / RUN).read_text("utf-8").splitlines():
        one = json.loads(line)
        if one["kind"] == "figure":
            found[one["section"], one["who"]].append(one["values"])
    return found


# How each figure comes out of the values of a round.
TAKEN = {
    measured.EVENTS_IN_MEMORY: lambda v: v["events_per_s"],
    measured.EVENTS_ON_DISK: lambda v: v["events_per_s"],
    measured.ROWS_AN_EVENT: lambda v: v["rows_per_event"],
    measured.DISK_A_ROW: lambda v: v["disk_bytes"] / 10_000_000,
    measured.MEMORY_A_ROW: lambda v: v["memory_bytes"] / v["rows"],
    measured.RESTORED_TO_MEMORY: lambda v: v["rows_per_s"],
    measured.RESTORED_TO_DISK: lambda v: v["rows_per_s"],
}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda one: f"{one.section}-{one.who}-{one.unit}")
def test_each_figure_is_the_median_of_its_run(figure: Figure) -> None:
    values = [TAKEN[figure](one) for one in rounds()[figure.section, figure.who]]
    assert figure.value == pytest.approx(median(values), rel=1e-4)


def demand(events_per_s: float = 1.0, persons: int = 1, each: float = 10.0) -> Demand:
    return Demand(events_per_s=events_per_s, persons=persons, events_per_person=each)


def test_a_worker_is_planned_with_half_of_what_it_can() -> None:
    half = measured.EVENTS_ON_DISK.value / 2
    assert size(demand(2 * half), DISK).workers == 2
    assert size(demand(2 * half + 1), DISK).workers == 3
    assert size(demand(1), DISK).workers == 2
    assert size(demand(1), DISK, workers=5).workers == 5
    # Rows in memory are judged faster.
    assert size(demand(2 * half + 1), Settings()).workers == 2


@pytest.mark.parametrize(("workers", "partitions"), [(2, 12), (4, 12), (5, 24), (12, 36)])
def test_partitions_leave_room_to_grow(workers: int, partitions: int) -> None:
    assert size(demand(), DISK, workers=workers).partitions == partitions


def test_more_than_the_partitions_that_there_may_be() -> None:
    assert size(demand(), DISK, workers=332).partitions == 996
    with pytest.raises(ConsentryError, match="at most 1000"):
        size(demand(), DISK, workers=333)


def test_with_rows_on_disk_memory_is_bounded_and_disk_grows() -> None:
    small, large = size(demand(persons=1_000), DISK), size(demand(persons=10_000_000), DISK)
    assert small.memory_bytes == large.memory_bytes
    assert large.rows == pytest.approx(100_000_000 * measured.ROWS_AN_EVENT.value, abs=1)
    assert large.disk_bytes == pytest.approx(large.rows / 2 * measured.DISK_A_ROW.value, rel=1e-6)
    assert large.restore_s == pytest.approx(
        large.rows / 2 / measured.RESTORED_TO_DISK.value, rel=1e-6
    )


def test_with_rows_in_memory_memory_grows_and_there_is_no_disk() -> None:
    small = size(demand(persons=1_000), Settings())
    large = size(demand(persons=1_000_000), Settings())
    more = (large.rows - small.rows) / 2 * measured.MEMORY_A_ROW.value * 1.25
    assert large.memory_bytes - small.memory_bytes == pytest.approx(more, rel=1e-4)
    assert large.disk_bytes == 0


def test_the_bounds_in_the_settings_count() -> None:
    less = Settings(store="rocksdb", live_subjects_max_bytes=1_048_576)
    found = size(demand(), DISK).memory_bytes - size(demand(), less).memory_bytes
    assert found == pytest.approx((1_073_741_824 - 1_048_576) * 1.25, abs=2)


def test_the_command_names_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["topics", "size", "--events-per-s", "5000", "--persons", "1000000"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "workers           2" in said
    assert RUN in said
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == size(demand(5_000, 1_000_000), Settings()).rows
    assert [one["source"].split(",")[0] for one in found["measured"]] == [RUN] * len(FIGURES)
