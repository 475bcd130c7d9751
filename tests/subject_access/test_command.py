"""`consentry person` where the stored rows hold no fact."""

from __future__ import annotations

from typing import Any

import pytest

from streams import subject_access
from streams.cli.main import main
from streams.control import in_force
from streams.control.log import ControlEntry, ControlLog
from streams.core.identifiers import EventId
from streams.core.state import EventRow, RefusalRow
from streams.core.vocabulary import EventType, Status
from streams.subject_access import StoredPerson
from tests.kafka.stories import CONTROLLER, RECIPIENT, START, share
from tests.policy_log.bus import record, text
from tests.subject_access.test_person import NOW, fact


@pytest.fixture(autouse=True)
def policies(monkeypatch: pytest.MonkeyPatch) -> ControlLog:
    """The log of policies, in which there is none until a test puts one there."""
    found = ControlLog("consentry.control")
    monkeypatch.setattr(in_force, "read_control", lambda _: found)
    return found


def asked(
    monkeypatch: pytest.MonkeyPatch,
    *refused: RefusalRow,
    rows: tuple[EventRow, ...] = (),
    more: tuple[str, ...] = (),
) -> int:
    """The exit code of the command for a person of whom only these rows are stored."""

    def read(_settings: Any, controller: Any, subject: Any, _advance: Any) -> StoredPerson:
        return StoredPerson(controller, subject, rows, refused, NOW, in_work=False)

    monkeypatch.setattr(subject_access, "read_person", read)
    return main(["person", "--controller", CONTROLLER, "--subject", "s", *more])


REFUSED = RefusalRow(
    event_type=EventType.DATA_SHARE, event_id=EventId("bad"), arrived_at=NOW, revision=1,
    status=Status.OPEN,
)  # fmt: skip


def test_a_person_of_whom_only_refused_records_are_known_is_not_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch, REFUSED) == 0
    assert capsys.readouterr().out == "refused: data-share bad, open\n"
    assert asked(monkeypatch, REFUSED, more=("--letter", "en")) == 0
    captured = capsys.readouterr()
    assert "1 shares of this person could not be read" in " ".join(captured.err.split())


def test_a_person_of_whom_nothing_is_stored_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch) == 1
    assert "Nothing is stored of this person" in capsys.readouterr().err


def test_an_address_in_the_place_of_a_pseudonym_is_not_a_person_of_whom_nothing_is_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch, more=("--subject", "m.jansen@example.org")) == 2
    said = capsys.readouterr().err
    assert "must be an id and a pseudonym" in said
    assert "jansen" not in said


def test_recipients_have_the_names_of_the_policy_in_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], policies: ControlLog
) -> None:
    row = EventRow(fact=fact(0, share("s", "e-1", START)), policy_digest="")
    letter = ("--letter", "en")
    assert asked(monkeypatch, rows=(row,), more=letter) == 0
    assert f"no legal name for {RECIPIENT}" in " ".join(capsys.readouterr().err.split())
    register = (
        f'[[registers.recipients]]\nrecipient_id = "{RECIPIENT}"\nlegal_entity = "Acme B.V."\n'
    )
    policies.entries.append(ControlEntry(record(1, text(register)), policies.topic, 0, NOW))
    assert asked(monkeypatch, rows=(row,), more=letter) == 0
    assert "Acme B.V." in capsys.readouterr().out
