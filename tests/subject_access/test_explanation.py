"""Why there is a finding, and what was known when: facts, revisions, instants, policies."""

from __future__ import annotations

import json

import msgspec
import pytest

from streams.check.decided_by import Part
from streams.core.findings import Duty, Finding
from streams.core.instants import format_instant
from streams.core.policy import fixed_policy
from streams.core.publications import KEPT
from streams.core.state import Published
from streams.subject_access import IdKind, explain
from streams.subject_access.explained_shown import as_json, history_lines, moment_lines
from streams.subject_access.explanation import Explained, Explanation
from tests.core.builders import grant, moment, share, withdraw
from tests.core.stories import POLICY, Story, story
from tests.core.test_publications import turned
from tests.subject_access.stored import person
from tests.subject_access.test_located import story_of

NAMES = {POLICY.digest[:8]: POLICY.version}


def explained(kind: IdKind, one_id: str, lived: Story) -> Explanation:
    return explain(kind, one_id, person(lived), POLICY)


def finding_of(lived: Story, code: str) -> Finding:
    return next(one for one in lived.findings.values() if one.code == code)


def test_a_finding_with_the_facts_that_decided_it_and_each_revision() -> None:
    lived = story(share(3), grant(0, recorded_at=4), withdraw(1, recorded_at=9))
    wanted = finding_of(lived, "SHARE_AFTER_WITHDRAWAL")
    found = explained(IdKind.FINDING, wanted.violation_id, lived)
    [one] = found.explained
    assert msgspec.structs.replace(one.output, detected_at=wanted.detected_at) == wanted
    ids = [None if m.event is None else m.event.event_id for m in one.moments]
    assert ids == ["grant", "withdrawal", "share"]
    assert [m.part for m in one.moments][-1] is Part.EVENT
    shown = list(history_lines(one, NAMES))
    lines = [line for line in shown if line.startswith("revision")]
    assert [line.split()[1] for line in lines] == ["1", "2", "3"]
    arrived = [line.split()[1] for line in shown if " arrived: " in line]
    assert arrived == ["share", "grant", "withdrawal"]
    assert format_instant(moment(4)) in lines[1]
    assert "RETRACTED  NO_CONSENT, LATE_EVIDENCE" in lines[1]
    assert all(POLICY.version in line for line in lines)
    shown = list(moment_lines(one.moments))
    assert [line[0] for line in shown] == [" ", " ", ">"]
    assert "Data shared with ACME" in shown[-1]


def test_the_same_for_programs() -> None:
    lived = story(share(3))
    lived.policy = fixed_policy("next", allow_basis_fallback=False)
    lived.take(grant(0, recorded_at=4))
    wanted = finding_of(lived, "NO_CONSENT")
    values = as_json(explained(IdKind.FINDING, wanted.violation_id.upper(), lived), NAMES)
    values = json.loads(json.dumps(values))
    assert (values["kind"], values["subject_id"]) == ("finding", "s-1")
    assert values["finding"]["violation_id"] == wanted.violation_id
    assert values["finding"]["detected_at"] == format_instant(moment(4))
    assert values["finding"]["policy_version"] is None
    first, second = values["history"]
    assert first == {
        "revision": 1,
        "at": format_instant(moment(3)),
        "status": "OPEN",
        "code": "NO_CONSENT",
        "reason": "NO_RECORD",
        "final": False,
        "policy_digest": POLICY.digest,
        "policy_version": POLICY.version,
        "arrived": [{"event_type": "data-share", "event_id": "share"}],
    }
    assert (second["policy_digest"], second["policy_version"]) == (lived.policy.digest, None)
    assert values["history_not_kept"] == 0
    assert [one["part"] for one in values["facts"]] == ["EVENT"]
    assert [one["event_id"] for one in second["arrived"]] == ["grant"]


def test_a_duty_and_the_finding_about_it_are_two_things() -> None:
    lived = story(share(0), withdraw(1)).tick(100)
    [duty] = lived.duties.values()
    [one] = explained(IdKind.DUTY, duty.duty_id, lived).explained
    assert isinstance(one.output, Duty)
    assert [(p.revision, p.status) for p in one.publications] == [(1, "DUE"), (2, "OVERDUE")]
    parts = [m.part for m in one.moments]
    assert parts == [Part.BEFORE, Part.EVENT, Part.DEADLINE]
    about = finding_of(lived, "RECIPIENT_NOT_NOTIFIED")
    assert explained(IdKind.DUTY, about.violation_id, lived).empty
    [other] = explained(IdKind.FINDING, about.violation_id, lived).explained
    assert [(p.revision, p.status) for p in other.publications] == [(1, "OPEN")]
    assert [m.part for m in other.moments] == parts


def test_of_who_leaves_in_pieces_the_rest_is_explained() -> None:
    lived = story(share(0), withdraw(1)).tick(100)
    stored = person(lived)
    rows = tuple(row for row in stored.rows if row.duties)
    assert len(rows) < len(stored.rows)
    left = stored._replace(rows=rows, in_work=True)
    found = explain(IdKind.PERSON, "s-1", left, POLICY)
    assert [one.output.code for one in found.explained] == [
        "RECIPIENT_NOT_NOTIFIED", "RECIPIENT_NOTIFICATION_DUE",
    ]  # fmt: skip


def test_an_event_with_all_that_is_said_of_it() -> None:
    lived = story_of("s-1")
    found = explained(IdKind.EVENT, "late-s-1", lived)
    assert [one.fact.event.event_id for one in found.occurrences] == ["late-s-1"]
    assert {one.output.code for one in found.explained} == {
        "SHARE_AFTER_WITHDRAWAL", "RECIPIENT_NOTIFICATION_DUE", "RECIPIENT_NOT_NOTIFIED",
    }  # fmt: skip
    refused = explained(IdKind.EVENT, "bad-s-1", lived)
    assert [row.event_id for row in refused.refused] == ["bad-s-1"]
    assert [one.output.code for one in refused.explained] == ["UNPROCESSABLE_EVENT"]
    assert explained(IdKind.EVENT, "none", lived).empty


def test_a_person_with_everything() -> None:
    lived = story_of("s-1")
    found = explained(IdKind.PERSON, "s-1", lived)
    assert len(found.occurrences) == 4
    assert len(found.explained) == len(lived.findings) + len(lived.duties)
    values = as_json(found, NAMES)
    assert len(values["events"]) == 4
    assert len(values["refused"]) == 1


def said_of(published: Published) -> Explained:
    """A slot of which only the history matters."""
    kept = published.publications
    output = next(iter(story(share(2)).findings.values()))
    return Explained(output, (), kept, ((),) * len(kept))


@pytest.mark.parametrize("times", [KEPT, KEPT + 1, KEPT + 9])
def test_how_many_revisions_are_not_kept_is_said(times: int) -> None:
    lines = list(history_lines(said_of(turned(times)), NAMES))
    said = [line for line in lines if "not kept" in line]
    missing = times - KEPT
    assert said == ([f"({missing} revisions between these are not kept)"] if missing else [])
    assert len(lines) - len(said) == KEPT


def test_what_an_earlier_release_published_has_no_instant() -> None:
    published = turned(1)
    bare = msgspec.structs.replace(published, history=None, revision=3)
    assert list(history_lines(said_of(bare), NAMES)) == [
        "(before revision 3: not recorded by the release that published it)",
        "revision 3  time not recorded  OPEN  NO_CONSENT, NO_RECORD  policy not recorded",
    ]
