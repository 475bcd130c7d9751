"""`consentry person` where the stored rows hold no fact."""

from __future__ import annotations

from typing import Any

import pytest

from streams import subject_access
from streams.cli.main import main
from streams.core.identifiers import EventId
from streams.core.state import RefusalRow
from streams.core.vocabulary import EventType, Status
from streams.subject_access import StoredPerson
from tests.kafka.stories import CONTROLLER
from tests.subject_access.test_person import NOW


def asked(monkeypatch: pytest.MonkeyPatch, *refused: RefusalRow, more: tuple[str, ...] = ()) -> int:
    """The exit code of the command for a person of whom only these rows are stored."""

    def read(_settings: Any, controller: Any, subject: Any, _advance: Any) -> StoredPerson:
        return StoredPerson(controller, subject, (), refused, NOW, in_work=False)

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
