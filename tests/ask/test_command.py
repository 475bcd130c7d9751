"""`consentry ask`: answers for a campaign, and that no line is lost or read mildly."""

from __future__ import annotations

import io
import json
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from streams.ask import KeptQuestions, Question, Questions, run, share_template
from streams.ask.stored import StateTime, keep, state_time
from streams.cli.main import main
from streams.control import in_force
from streams.control.log import PolicyInForce
from streams.core.identifiers import ControllerId, RecipientId, SubjectId
from streams.core.instants import format_instant
from streams.core.policy import Policy, RecipientEntry, Registers, fixed_policy
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.verify.pace import Pace
from streams.wire.progress import PROGRESS_KEY, Progress
from tests.core.builders import grant, moment, share, withdraw
from tests.core.stories import POLICY, Story
from tests.subject_access.stored import records
from tests.verify.outputs import At

Capture = pytest.CaptureFixture[str]
ASK = ("--recipient", "ACME", "--purpose", "THIRD_PARTY_DIRECT_MARKETING", "--category", "EMAIL")
HERE = (*ASK, "--controller", "OURCO")


def story_of(subject_id: str, *, withdrawn: bool = False) -> Story:
    lived = Story()
    lived.subject = Subject(ControllerId("OURCO"), SubjectId(subject_id))
    lived.take(grant(0, subject_id=subject_id, consent_id=f"c-{subject_id}"))
    return lived.take(withdraw(1, subject_id=subject_id)) if withdrawn else lived


class Stored:
    """A changelog of two persons, read as the command reads it."""

    def __init__(self) -> None:
        self.policy: Policy = POLICY
        self.state = StateTime(moment(5), moment(4), 0)
        self.stories = [story_of("yes"), story_of("no", withdrawn=True)]

    def gather(self, _: Any, questions: KeptQuestions, __: Pace) -> StateTime:
        for lived in self.stories:
            assert keep([At(0, PROGRESS_KEY, b"p"), *records(lived)], questions) is not None
        return self.state


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    one = Stored()
    monkeypatch.setattr(run, "gather", one.gather)
    monkeypatch.setattr(in_force, "policy_now", lambda _: PolicyInForce(one.policy, 1))
    return one


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "asked.txt"
    path.write_bytes(b"no\r\nyes\nnobody\nyes\n")
    return path


def test_a_campaign_is_split_in_the_order_of_its_lines(file: Path, capsys: Capture) -> None:
    covered, rest = file.with_name("send.txt"), file.with_name("leave.txt")
    split = ("--covered", str(covered), "--not-covered", str(rest))
    assert main(["ask", *HERE, *split, str(file)]) == 1
    assert covered.read_bytes() == b"yes\nyes\n"
    assert rest.read_bytes() == b"no\nnobody\n"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (covered, rest)} == {0o600}
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "asked.txt", "leave.txt", "send.txt",
    ]  # fmt: skip
    said = capsys.readouterr()
    assert said.out == ""
    assert f"as of {format_instant(moment(5))}, by the policy {POLICY.version}" in said.err
    assert f"the state is that of {format_instant(moment(4))}" in said.err
    assert "covered: 2 of 4" in said.err
    assert "not covered: 1 SHARE_AFTER_WITHDRAWAL, WITHDRAWN" in said.err
    assert "not covered: 1 NOTHING_STORED" in said.err


def test_each_line_has_its_answer(file: Path, capsys: Capture) -> None:
    assert main(["ask", *HERE, "--format", "jsonl", str(file)]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["covered"] for one in answers] == [False, True, False, True]
    no, yes, nobody, _ = answers
    assert (no["code"], no["reason"]) == ("SHARE_AFTER_WITHDRAWAL", "WITHDRAWN")
    assert (yes["basis"], yes["consent_ids"]) == ("CONSENT", ["c-yes"])
    assert (nobody["code"], nobody["reason"]) == (None, "NOTHING_STORED")
    assert {one["at"] for one in answers} == {format_instant(moment(5))}
    assert main(["ask", *HERE, str(file)]) == 1
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("line,controller_id,subject_id,covered,code")
    assert rows[2].startswith("2,OURCO,yes,yes,,,,,CONSENT,c-yes,grant,2026")


def test_all_covered_is_0(file: Path) -> None:
    file.write_text("yes\n")
    assert main(["ask", *HERE, str(file)]) == 0


def test_lines_that_cannot_be_read_are_in_no_file_and_the_exit_code_says_so(
    file: Path, capsys: Capture
) -> None:
    file.write_text('yes\njan@example.nl\n{"subject": "yes"}\n' + "\n" + '{"subject_id": "yes"}\n')
    covered, rest = file.with_name("send.txt"), file.with_name("leave.txt")
    split = ("--covered", str(covered), "--not-covered", str(rest))
    assert main(["ask", *HERE, *split, str(file)]) == 2
    assert covered.read_text() == 'yes\n{"subject_id": "yes"}\n'
    assert rest.read_text() == ""
    said = capsys.readouterr().err
    assert "line 2: subject_id: holds a raw personal value" in said
    assert "line 3: 1 fields beside" in said
    assert "2 lines could not be read" in said
    assert "jan@" not in said


def test_it_is_asked_as_of_an_instant(file: Path, capsys: Capture) -> None:
    before = format_instant(moment(0.5))
    assert main(["ask", *HERE, "--at", before, "--format", "jsonl", str(file)]) == 1
    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [one["covered"] for one in answers] == [True, True, False, True]
    assert "later than all that is stored" not in said.err
    main(["ask", *HERE, "--at", format_instant(moment(6)), str(file)])
    assert "--at is later than all that is stored" in capsys.readouterr().err


def test_whole_events_are_asked_about(file: Path, capsys: Capture) -> None:
    event = {
        "event_type": "data-share", "controller_id": "OURCO", "subject_id": "no",
        "recipient_id": "ACME", "purpose": "THIRD_PARTY_DIRECT_MARKETING",
        "legal_basis_claimed": "CONSENT", "data_categories": ["EMAIL"],
    }  # fmt: skip
    dated = event | {"occurred_at": format_instant(moment(0.5))}
    file.write_text(f"{json.dumps(event)}\n{json.dumps(dated)}\n")
    assert main(["ask", "--format", "jsonl", str(file)]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["covered"] for one in answers] == [False, True]


def test_a_recipient_that_the_register_does_not_list_is_warned_of(
    stored: Stored, file: Path, capsys: Capture
) -> None:
    entry = RecipientEntry(recipient_id=RecipientId("ZETA"))
    stored.policy = fixed_policy(registers=Registers(recipients=(entry,)))
    main(["ask", *HERE, str(file)])
    assert "the register does not list ACME" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--recipient", "ACME"), "--recipient and --purpose together"),
        (("--category", "EMAIL"), "--recipient and --purpose together"),
        ((*HERE, "--at", "yesterday"), "no instant"),
        ((*ASK, "--controller", "jan@example.nl"), "no line asks anything"),
        (("--recipient", "ACME", "--purpose", "ADS"), "purpose"),
        ((*HERE, "--covered", "x", "--output", "x"), "the same file"),
    ],
)
def test_what_cannot_be_asked_is_2(
    more: tuple[str, ...], said: str, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(file.parent)
    assert main(["ask", *more, str(file)]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in file.parent.iterdir()] == ["asked.txt"]


def test_nothing_is_written_over_the_input_and_a_missing_file_is_named(
    file: Path, capsys: Capture
) -> None:
    assert main(["ask", *HERE, "--covered", str(file), str(file)]) == 2
    assert file.read_bytes() == b"no\r\nyes\nnobody\nyes\n"
    assert main(["ask", *HERE, str(file.with_name("none"))]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_without_any_state_there_is_no_time_to_ask_as_of(
    stored: Stored, file: Path, capsys: Capture
) -> None:
    stored.stories, stored.state = [], StateTime(None, None, 2)
    assert main(["ask", *HERE, str(file)]) == 2
    assert "--at" in capsys.readouterr().err
    assert main(["ask", *HERE, "--at", "now", str(file)]) == 1
    assert "nothing is stored on 2" in capsys.readouterr().err


def test_only_rows_of_persons_that_are_asked_about_are_kept() -> None:
    reader = Questions(share_template("ACME", "ANALYTICS", []), "OURCO")
    with closing(KeptQuestions(reader, 160)) as questions:
        for one in reader.read(io.BytesIO(b"yes\nyes\n")):
            assert isinstance(one, Question)
            questions.add(one)
        yes, no = story_of("yes"), story_of("no")
        rows = [*records(yes), *records(no)]
        assert keep(rows, questions) is None
        [(key, kept, _)] = questions.persons()
        assert (key, len(kept)) == (b"OURCO\x1fyes", 1)
        keep([At(9, rows[0].key, None)], questions)
        assert questions.rows_of(key) == []
        with pytest.raises(ConsentryError, match="partition 3"):
            keep([At(1, b"no row", b"x", partition=3)], questions)


def test_the_state_is_as_of_its_latest_fact_or_tick() -> None:
    early = Progress(positions={}, partition_time=moment(1), judged_until=moment(3))
    late = Progress(positions={}, partition_time=moment(2))
    assert state_time([early, late], 3) == StateTime(moment(3), moment(1), 1)
    assert state_time([], 1) == StateTime(None, None, 1)
    unticked = Progress(positions={}, judged_until=moment(3))
    assert state_time([late, unticked], 2) == StateTime(moment(3), None, 0)
    assert share(3).occurred_at == moment(3)


def test_who_is_leaving_is_not_covered_by_what_is_left(
    stored: Stored, file: Path, capsys: Capture
) -> None:
    row = Progress(positions={}, partition_time=moment(4), leaving=b"OURCO\x1fyes")
    stored.state = state_time([row], 1)
    assert main(["ask", *HERE, str(file)]) == 1
    said = capsys.readouterr().err
    assert "covered: 0 of 4" in said
    assert "not covered: 3 NOTHING_STORED" in said
