"""A check on several processes finds what one finds."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import fastavro
import pytest

from streams.check import processes
from streams.check.gather import gather
from streams.check.memory import MemoryBound
from streams.check.processes import processes_for, run_shared
from streams.check.reported import Listener
from streams.check.result import Collected, Result, run_check
from streams.check.shares import Share, share_of
from streams.cli.main import main
from streams.core.findings import Finding
from streams.core.instants import parse_instant
from streams.core.policy import default_policy
from streams.dev.samples import Form, SampleOptions, make_sample, write_sample
from streams.errors import ConsentryError
from streams.files.find import InputFiles
from streams.files.records import Damaged, Line, Unread
from streams.policy_file import load_policy
from streams.wire.schemas import schemas
from tests.check.events import AT, grant, lines, share

CLOCK = parse_instant("2026-11-01T00:00:00Z")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample with everything that goes wrong, and lines that are none."""
    folder = tmp_path_factory.mktemp("shop")
    options = SampleOptions(subjects=400, seed=4, until=CLOCK)
    write_sample(make_sample(options), folder, Form.JSONL)
    with (folder / "stream.jsonl").open("ab") as file:
        file.write(b"{\nnot json\n[1]\n" + lines(share("a", subject_id=None)))
    return folder


def comparable(result: Result) -> dict[str, Any]:
    """All of a result; where an id held a personal value, a random one stands for it."""
    found = {name: getattr(result, name) for name in Result.__slots__}
    del found["policy"], found["moments"]
    found["timelines"] = dict(result.moments)
    found["findings"] = sorted(map(anonymous, result.findings), key=repr)
    return found


def anonymous(finding: Finding) -> Any:
    if not (finding.event_id.startswith("ref-") or (finding.subject_id or "").startswith("ref-")):
        return finding
    return finding.code, finding.occurred_at


@pytest.mark.parametrize("count", [2, 3])
def test_several_processes_find_what_one_finds(shop: Path, count: int) -> None:
    files = InputFiles([str(shop / "stream.jsonl")])
    policy = load_policy(shop / "policy.toml")
    advanced: list[int] = []
    one = run_check(files, policy, CLOCK, with_timelines=True)
    several = run_shared(
        files, policy, CLOCK, processes=count, advance=advanced.append, with_timelines=True
    )
    assert len(one.findings) > 50
    assert one.rejected
    assert comparable(several) == comparable(one)
    assert several.policy is policy
    assert sum(advanced) == (shop / "stream.jsonl").stat().st_size
    assert not multiprocessing.active_children()


def test_shares_are_all_used_and_subjects_stay_whole(shop: Path) -> None:
    records = [
        Line("f", number, value)
        for number, value in enumerate((shop / "stream.jsonl").read_bytes().splitlines())
    ]
    assert {share_of(record, 3) for record in records} == {0, 1, 2}
    of_one = [Line("f", 1, lines(share(name, subject_id="s"))) for name in "abcdef"]
    assert len({share_of(record, 7) for record in of_one}) == 1
    assert share_of(Damaged("f", 1, "cut short"), 3) == 0


def test_a_file_that_cannot_be_opened_is_unread_and_the_rest_is_judged(
    tmp_path: Path, shop: Path
) -> None:
    files = InputFiles([str(shop / "stream.jsonl"), str(tmp_path / "none.jsonl")])
    result = run_shared(files, load_policy(shop / "policy.toml"), None, processes=2)
    assert [(Path(one.file).name, one.number) for one in result.unread] == [("none.jsonl", 0)]
    assert result.usable
    assert not multiprocessing.active_children()


def test_a_process_that_fails_is_no_empty_result(shop: Path) -> None:
    nothing: Any = None
    with pytest.raises(RuntimeError, match="ended before it had answered"):
        run_shared(InputFiles([str(shop / "stream.jsonl")]), nothing, None, processes=2)


def test_short_inputs_are_judged_here(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert processes_for(1_000_000, 10**9) == 1
    assert processes_for(100_000_000, 10**9) >= 1
    assert processes_for(100_000_000, 200_000_000) == 1
    monkeypatch.setattr(processes, "SharedCheck", None)
    stream, policy = str(shop / "stream.jsonl"), str(shop / "policy.toml")
    assert main(["check", stream, "--policy", policy, "--format", "jsonl"]) == 1
    once = capsys.readouterr().out
    monkeypatch.undo()
    # The limit holds for a process, and who is forked here has all that the tests have loaded.
    room = ["--processes", "2", "--memory", "8192"]
    assert main(["check", stream, "--policy", policy, "--format", "jsonl", *room]) == 1
    assert len(capsys.readouterr().out.splitlines()) == len(once.splitlines())


def test_a_subject_stays_whole_where_some_of_it_is_json_and_some_avro(tmp_path: Path) -> None:
    """A consent in lines and a share in our own Avro schema are one history."""
    source = fastavro.parse_schema(schemas().current["data_share"].source)
    at = datetime.fromisoformat(AT)
    subjects = [f"s{n}" for n in range(40)]
    with (tmp_path / "shares.avro").open("wb") as file:
        plain = {k: v for k, v in share("x").items() if k != "event_type"}
        plain |= {"occurred_at": at, "recorded_at": at}
        fastavro.writer(file, source, [plain | {"subject_id": one} for one in subjects])
    (tmp_path / "consents.jsonl").write_bytes(
        lines(*(grant("g", subject_id=one) for one in subjects))
    )
    inputs = InputFiles([str(tmp_path / name) for name in ("shares.avro", "consents.jsonl")])
    result = run_shared(inputs, default_policy(), None, processes=2)
    assert (result.read, result.subjects) == (80, 40)
    assert result.findings == []


def dies(_share: object, *_rest: object) -> None:
    """In place of judging: as when the system takes a process away, for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(share("a")))
    monkeypatch.setattr(processes, "_judge_share", dies)
    with pytest.raises(ConsentryError, match="was killed by signal 9") as killed:
        run_shared(InputFiles([str(file)]), default_policy(), None, processes=2)
    assert "--processes 1" in killed.value.remedy


def test_what_can_be_read_once_is_judged_on_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "events"
    os.mkfifo(pipe)
    assert not processes.can_be_shared(InputFiles([str(pipe)]))
    assert not processes.can_be_shared(InputFiles(["/dev/null"]))
    assert processes.can_be_shared(InputFiles([str(tmp_path / "a.jsonl")]))
    monkeypatch.setattr(processes, "SharedCheck", None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(share("a")))))
    assert main(["check", "-", "--processes", "2", "--format", "jsonl"]) == 1
    assert "NO_CONSENT" in capsys.readouterr().out


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """They are forked here: the command has no threads."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(*(share(f"e{n}", subject_id=f"s{n}") for n in range(600))))
    program = (
        "import os, sys, streams.check.processes as p, streams.cli.main as m\n"
        "gather, own = p.gather, os.getpid()\n"
        "p.gather = lambda *given: os.kill(own, 9) or gather(*given)\n"
        "sys.exit(m.main(sys.argv[1:]))"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, "check", str(file), "--processes", "2"],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def test_what_one_process_cannot_read_is_unread_whichever_it_is() -> None:
    gone = Unread("a.jsonl", 0, "it cannot be opened: No such file or directory")
    for number in range(2):
        gathered = gather([gone], default_policy(), None, share=Share(number, 2))
        assert gathered.unread == [gone]
        assert gathered.read == 0


def listener() -> Listener:
    return Listener(Collected(InputFiles(), default_policy(), None, MemoryBound(None)), None)


def test_a_process_that_is_killed_within_a_piece_has_ended() -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    os.write(theirs.fileno(), struct.pack("!i", 100) + b"a part of them")
    theirs.close()
    with ours, pytest.raises(EOFError):
        listener().hear(ours)


def test_temporary_files_that_another_process_cannot_write_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(processes, "gather", full)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    given = theirs, Share(1, 2), InputFiles(), default_policy(), None
    wanted = processes.Wanted(with_timelines=False, as_lines=False)
    processes._judge_share(*given, wanted, memory=None, held=None)
    with ours, pytest.raises(ConsentryError, match="database or disk is full") as found:
        listener().hear(ours)
    assert "TMPDIR" in found.value.remedy
