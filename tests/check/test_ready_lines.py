"""A report of lines that several processes made is that of one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from streams.check import memory, spool
from streams.check.memory import MIB
from streams.check.processes import run_shared
from streams.check.report.lines import write_jsonl
from streams.check.result import Result, run_check
from streams.core.instants import parse_instant
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.files.find import InputFiles
from streams.policy_file import load_policy
from tests.check.events import lines, share

CLOCK = parse_instant("2026-11-01T00:00:00Z")
PART = 200 * MIB
"""Of the memory, for each of three processes."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample with everything that goes wrong, and lines that are none."""
    folder = tmp_path_factory.mktemp("shop")
    write_sample(make_sample(SampleOptions(subjects=400, seed=4, until=CLOCK)), folder, Form.JSONL)
    with (folder / "stream.jsonl").open("ab") as file:
        file.write(b"{\nnot json\n[1]\n" + lines(share("a", subject_id=None)))
    return folder


def report(result: Result) -> list[bytes]:
    """Its lines, but for those with a random id in the place of a personal value."""
    file = io.BytesIO()
    write_jsonl(result, file)
    return [line for line in file.getvalue().splitlines() if b'"ref-' not in line]


@pytest.mark.parametrize("holding", [list, spool.OnDisk])
def test_lines_of_several_processes_are_those_of_one(
    shop: Path, holding: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, policy = InputFiles([str(shop / "stream.jsonl")]), load_policy(shop / "policy.toml")
    one = run_check(inputs, policy, CLOCK)
    # Not what they have: processes begin with all that the one of the tests has taken by then.
    share_of_part = 0.7 if holding is spool.OnDisk else 0.1
    monkeypatch.setattr(memory, "resident", lambda: int(PART * share_of_part))
    if holding is spool.OnDisk:
        monkeypatch.setattr(memory, "_LOOK_EVERY", 1)
        monkeypatch.setattr(spool, "AT_LEAST", 3)
    several = run_shared(inputs, policy, CLOCK, processes=2, as_lines=True, memory=3 * PART)
    assert isinstance(several.finding_lines, holding)
    assert not several.findings
    assert not several.duties
    assert len(one.findings) > 50
    assert one.duties
    assert several.by_severity() == one.by_severity()
    assert report(several) == report(one)


def test_a_line_in_another_place_would_be_seen(shop: Path) -> None:
    inputs, policy = InputFiles([str(shop / "stream.jsonl")]), load_policy(shop / "policy.toml")
    several = run_shared(inputs, policy, CLOCK, processes=2, as_lines=True)
    before = report(several)
    several.finding_lines = [*several.finding_lines[1:], several.finding_lines[0]]
    assert report(several) != before
    assert sorted(report(several)) == sorted(before)
