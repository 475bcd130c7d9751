"""Of whom processing is restricted people are shown nothing but since when (GDPR 18)."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest

from streams import subject_access
from streams.ask.answers import Uncovered, person_of
from streams.ask.kept import Answered
from streams.ask.shown import as_values
from streams.cli import explain_stored, lookup
from streams.cli.main import main
from streams.control import in_force
from streams.control.log import ControlLog
from streams.core.events import DataShare
from streams.core.identifiers import ControllerId, SubjectId, SubjectKey
from streams.core.instants import format_instant
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.subject_access import StoredPerson
from tests.core.builders import moment, share
from tests.core.stories import POLICY
from tests.subject_access.stored import person
from tests.subject_access.test_located import story_of

Capture = pytest.CaptureFixture[str]
LIVED = story_of("s-1")
SINCE = format_instant(moment(0))
WHO = ("--controller", "OURCO", "--subject", "s-1")


def marked() -> StoredPerson:
    stored = person(LIVED)
    first, *others = stored.rows
    return stored._replace(
        rows=(msgspec.structs.replace(first, restricted_since=moment(0)), *others)
    )


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The changelog holds one person, of whom processing is restricted."""
    monkeypatch.setattr(in_force, "read_control", lambda _: ControlLog("control"))
    monkeypatch.setattr(explain_stored, "known_policies", lambda _: (POLICY, {}))
    monkeypatch.setattr(subject_access, "read_person", lambda *_: marked())
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda *_: [])


def _person(*more: str) -> list[str]:
    return ["person", *WHO, *more]


def _explain(*more: str) -> list[str]:
    return ["explain", "s-1", *WHO, *more]


@pytest.mark.parametrize(
    ("words", "as_json"), [(_person, ("--format", "json")), (_explain, ("--json",))]
)
def test_nothing_is_shown_but_since_when(
    words: Callable[..., list[str]], as_json: tuple[str, ...], capsys: Capture
) -> None:
    assert main(words()) == 3
    said = capsys.readouterr().out
    assert said == f"processing is restricted since {SINCE} (GDPR 18)\n"
    assert main(words(*as_json)) == 3
    assert json.loads(capsys.readouterr().out).keys() == {
        "controller_id", "subject_id", "restricted_since",
    }  # fmt: skip


def test_nor_where_the_policies_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refused(_: object) -> None:
        raise ConsentryError("the policy log cannot be read", "Ask for it.")

    one_id = "00000000-0000-5000-8000-000000000001"
    found = {"violation_id": one_id, "controller_id": "OURCO", "subject_id": "s-1"}
    monkeypatch.setattr(explain_stored, "known_policies", refused)
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda *_: [found])
    assert main(["explain", one_id]) == 3
    assert capsys.readouterr().out == f"processing is restricted since {SINCE} (GDPR 18)\n"


def test_a_finding_on_its_topic_alone_is_not_shown_either(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    one_id = "00000000-0000-5000-8000-000000000001"
    found = {"violation_id": one_id, "controller_id": "OURCO", "subject_id": "s-1"}
    monkeypatch.setattr(lookup, "look_up_on_topic", lambda *_: [found])
    monkeypatch.setattr(subject_access, "locate", lambda *_: [])
    assert main(["explain", one_id]) == 3
    assert "restricted since" in capsys.readouterr().out


class TestLetter:
    """The person's own access request is answered all the same (GDPR 15)."""

    def test_not_without_the_option(self, capsys: Capture) -> None:
        assert main(_person("--letter", "en")) == 3
        assert "ACME" not in capsys.readouterr().out

    @pytest.mark.parametrize("form", ["text", "html", "json"])
    def test_with_the_option_it_is_written_and_says_so(self, form: str, capsys: Capture) -> None:
        assert main(_person("--letter", "nl", "--own-request", "--format", form)) == 0
        shown = capsys.readouterr()
        assert "ACME" in shown.out
        assert "restricted_since" in shown.out or "de verwerking van uw gegevens" in shown.out
        assert "for the person alone" in " ".join(shown.err.split())

    def test_the_option_is_for_the_letter(self, capsys: Capture) -> None:
        assert main(_person("--own-request")) == 2
        assert "ACME" not in capsys.readouterr().out

    def test_of_others_it_says_nothing_of_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(subject_access, "read_person", lambda *_: person(LIVED))
        assert main(_person("--letter", "nl")) == 0
        assert "beperkt" not in capsys.readouterr().out


def test_no_share_is_covered() -> None:
    """And the answer does not say which consent there is."""
    subject = Subject(ControllerId("OURCO"), SubjectId("s-1"))
    event = share(1, legal_basis_claimed="CONSENT")
    assert isinstance(event, DataShare)
    answer = person_of(subject, marked().rows, POLICY).ask(event)
    assert (answer.covered, answer.reason) == (False, Uncovered.PROCESSING_RESTRICTED)
    answered = Answered(1, SubjectKey(b"OURCO\x1fs-1"), b"", answer)
    assert as_values(answered)["restricted_since"] == SINCE
    assert (answer.code, answer.codes, answer.consent_ids) == (None, (), ())
