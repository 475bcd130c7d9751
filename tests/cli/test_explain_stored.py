"""`consentry explain ID` over what is stored: which kind it took it for, and what it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams import subject_access
from streams.cli import lookup
from streams.cli.main import main
from streams.control import read
from streams.control.log import ControlEntry, ControlLog, PolicyInForce
from streams.control.record import record_of
from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.policy_file import DEFAULT_TEXT
from streams.subject_access import Located, StoredPerson
from streams.subject_access.located import Search
from tests.core.stories import POLICY, Story
from tests.subject_access.stored import person, records
from tests.subject_access.test_located import story_of

Capture = pytest.CaptureFixture[str]

ID = "00000000-0000-5000-8000-000000000001"
ON_TOPIC = {
    "violation_id": ID, "code": "UNPROCESSABLE_EVENT", "revision": 1, "status": "OPEN",
    "detected_at": "2026-09-01T10:00:00.000Z", "explanation_en": "e", "explanation_nl": "n",
    "remediation_en": "r", "remediation_nl": "r", "citations": [],
}  # fmt: skip
ONE, TWIN = story_of("s-1"), story_of("s-1", "SISTER")


class Stored:
    """What the changelog holds, and how often it was read."""

    def __init__(self, *stories: Story) -> None:
        self._stories = stories
        self.searched = 0

    def read(self, _settings: Any, controller: str, subject: str, _advance: Any) -> StoredPerson:
        for lived in self._stories:
            if (lived.subject.controller_id, lived.subject.subject_id) == (controller, subject):
                return person(lived)
        return StoredPerson(controller, subject, (), (), None, in_work=False)  # type: ignore[arg-type]

    def locate(self, _settings: Any, one_id: str, _advance: Any) -> list[Located]:
        self.searched += 1
        search = Search(one_id)
        for lived in self._stories:
            for record in records(lived):
                search.take(record)
        return search.found


@pytest.fixture(autouse=True)
def policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two policies on the topic; the later one is in force."""
    found = ControlLog("control")
    for sequence, version in enumerate(("first+00000000", POLICY.version), 1):
        record = record_of(
            DEFAULT_TEXT, sequence, version=version, who="w", why="y", ticket=None, written_at="now"
        )
        found.entries.append(ControlEntry(record, "control", sequence, Instant(0)))
    monkeypatch.setattr(ControlLog, "in_force", lambda _: PolicyInForce(POLICY, 2))
    monkeypatch.setattr(read, "read_control", lambda _: found)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    one = Stored(ONE, TWIN)
    monkeypatch.setattr(subject_access, "read_person", one.read)
    monkeypatch.setattr(subject_access, "locate", one.locate)
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda *_: [])
    return one


def finding(lived: Story, code: str) -> str:
    return next(one_id for one_id, one in lived.findings.items() if one.code == code)


@pytest.mark.usefixtures("stored")
def test_a_finding_is_shown_with_texts_law_facts_and_history(capsys: Capture) -> None:
    assert main(["explain", finding(ONE, "SHARE_AFTER_WITHDRAWAL")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The id of a finding, of s-1 (OURCO)\n")
    heads = [said.index(f"\n{head}") for head in ("S02  ", "EN  ", "NL  ", "Law", "Facts", "Hist")]
    assert heads == sorted(heads)
    assert "revision 1  2026" in said
    assert f"policy {POLICY.version}" in said
    assert "Consent" in said[heads[4] :]
    assert "policy_version" not in said


def test_each_kind_is_named(stored: Stored, capsys: Capture) -> None:
    duty = next(iter(ONE.duties))
    for one_id, more, kind in (
        (duty, (), "a duty, of s-1 (OURCO)"),
        (duty.upper(), ("--controller", "OURCO", "--subject", "s-1"), "a duty, of s-1 (OURCO)"),
        ("late-s-1", ("--controller", "SISTER"), "an event, of s-1 (SISTER)"),
        ("s-1", ("--controller", "SISTER"), "a person, of s-1 (SISTER)"),
        ("bad-s-1", ("--controller", "OURCO"), "an event, of s-1 (OURCO)"),
    ):
        assert main(["explain", one_id, *more]) == 0, one_id
        assert capsys.readouterr().out.startswith(f"The id of {kind}\n")
    # A controller and a pseudonym name the partition.
    assert stored.searched == 3


@pytest.mark.usefixtures("stored")
def test_what_several_have_is_asked_back(capsys: Capture) -> None:
    assert main(["explain", "s-1"]) == 2
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "person  --controller OURCO --subject s-1",
        "person  --controller SISTER --subject s-1",
    ]
    assert "is the id of 2 things" in said.err
    assert "--controller" in said.err
    assert main(["explain", "share", "--kind", "event"]) == 2
    assert main(["explain", "share", "--controller", "OURCO", "--kind", "finding"]) == 2


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "more",
    [
        ("nobody",),
        ("00000000-0000-5000-8000-000000000001",),
        ("late-s-1", "--kind", "duty"),
        ("late-s-1", "--controller", "NOONE"),
        ("late-s-1", "--controller", "OURCO", "--subject", "s-9"),
    ],
)
def test_what_nobody_has_is_an_error(more: tuple[str, ...], capsys: Capture) -> None:
    assert main(["explain", *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "no id of anything that is stored" in " ".join(said.err.split())


@pytest.mark.usefixtures("stored")
def test_for_programs(capsys: Capture) -> None:
    one_id = finding(ONE, "SHARE_AFTER_WITHDRAWAL")
    assert main(["explain", one_id, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["finding"]["violation_id"] == one_id
    assert values["code"]["number"] == "S02"
    assert [one["revision"] for one in values["history"]] == [1]
    assert main(["explain", "s-1", "--controller", "OURCO", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["kind"], len(values["events"])) == ("person", 4)


def test_a_finding_about_a_record_that_is_nobodys_stands_on_its_topic(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    none = Stored()
    monkeypatch.setattr(subject_access, "locate", none.locate)
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda *_: [ON_TOPIC])
    assert main(["explain", ID]) == 0
    assert "Q01  UNPROCESSABLE_EVENT" in capsys.readouterr().out
    assert main(["explain", ID, "--kind", "duty"]) == 2


def test_who_may_read_no_facts_still_sees_the_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refused(*_: Any) -> list[Located]:
        raise ConsentryError("the topic log may not be described by this user", "Ask for it.")

    monkeypatch.setattr(subject_access, "locate", refused)
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda one_id, _: [ON_TOPIC] * (one_id == ID))
    assert main(["explain", ID]) == 0
    said = capsys.readouterr()
    assert "UNPROCESSABLE_EVENT" in said.out
    assert "shown without the facts that decided it: the topic log" in " ".join(said.err.split())
    assert main(["explain", ID.replace("1", "2")]) == 2
    assert "may not be described" in capsys.readouterr().err
