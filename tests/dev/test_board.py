"""What people see of findings: a change for each new thing, and nothing for repetitions."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from streams.core.findings import Finding
from streams.core.identifiers import EventId, RecipientId, SubjectId
from streams.core.instants import parse_instant
from streams.core.policy import default_policy
from streams.core.quality import quality_finding
from streams.core.vocabulary import Code, EventType, Finality, Severity, Status
from streams.dev.board import Board, plain_line, severity_text, what, why

AT = parse_instant("2026-09-01T10:20:30Z")


def finding(**changes: Any) -> Finding:
    made = quality_finding(
        Code.UNPROCESSABLE_EVENT,
        controller_id=None,
        subject_id=SubjectId("s0123456789abcdef"),
        event_id=EventId("e1"),
        event_type=EventType.DATA_SHARE,
        occurred_at=AT,
        detected_at=AT,
        policy=default_policy(),
    )
    return msgspec.structs.replace(
        made, recipient_id=RecipientId("ZONKRACHT"), code="NO_CONSENT", **changes
    )


def test_the_life_of_a_finding() -> None:
    board = Board()
    steps = [
        ({"revision": 1, "status": Status.OPEN}, "raised"),
        ({"revision": 1, "status": Status.OPEN}, None),  # delivered twice
        ({"revision": 2, "status": Status.REVISED, "reason": "OTHER"}, "revised"),
        ({"revision": 3, "status": Status.REVISED, "reason": "OTHER",
          "finality": Finality.FINAL}, None),  # a label only
        ({"revision": 4, "status": Status.RETRACTED}, "retracted"),
        ({"revision": 2, "status": Status.REVISED}, None),  # older
        ({"revision": 5, "status": Status.REVISED}, "raised"),
        ({"revision": 6, "status": Status.REMEDIATED}, "remediated"),
    ]  # fmt: skip
    for changes, expected in steps:
        change = board.take(finding(**changes))
        assert (change.what if change else None) == expected, changes
    assert board.changes == {"raised": 2, "revised": 1, "retracted": 1, "remediated": 1}
    assert board.standing() == {Severity.QUALITY: 1}


def test_a_finding_that_was_only_ever_retracted_is_not_shown() -> None:
    assert Board().take(finding(revision=2, status=Status.RETRACTED)) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "share of s01234567 to ZONKRACHT, 01 Sep"),
        ({"recipient_id": None}, "share of s01234567, 01 Sep"),
        ({"event_type": EventType.MARKETING_MESSAGE}, "message to s01234567 for ZONKRACHT, 01 Sep"),
        ({"event_type": EventType.CONSENT_CHANGE}, "consent of s01234567, ZONKRACHT, 01 Sep"),
        ({"event_type": None, "subject_id": None, "occurred_at": None}, "record"),
    ],
)
def test_what_happened_and_who_received(changes: dict[str, Any], expected: str) -> None:
    base = finding()
    assert what(msgspec.structs.replace(base, **changes)) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One sentence.", "One sentence."),
        ("First of two. And the second.", "First of two."),
        ("A half; and the other half.", "A half."),
        ("Data (e.g. pre-ticked or implied) were shared. More.",
         "Data (e.g. pre-ticked or implied) were shared."),
    ],
)  # fmt: skip
def test_why_in_one_sentence(text: str, sentence: str) -> None:
    assert why(finding(explanation_en=text)) == sentence


def test_a_line_says_all() -> None:
    change = Board().take(finding(explanation_en="No record. Later consent is late."))
    assert change is not None
    assert plain_line(change) == (
        "10:20:30  raised      QUALITY     NO_CONSENT  share of s01234567 to ZONKRACHT, 01 Sep"
        "  No record."
    )


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_fits_and_the_latest_is_first(width: int) -> None:
    board = Board()
    for number in range(30):
        board.take(
            msgspec.structs.replace(
                finding(explanation_en="A reason that is long enough for two lines. " * 2),
                violation_id=f"v{number}",
                recipient_id=RecipientId(f"PARTNER_{number}"),
            )
        )
    console = Console(file=io.StringIO(), width=width, height=24)
    console.print(board.table(20, width))
    shown = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # a StringIO
    assert len(shown) <= 21
    assert max(map(len, shown)) <= width
    assert "PARTNER_29" in shown[1]
    assert ("NO_CONSENT" in shown[1]) == (width >= 160)


def test_every_severity_has_its_colour() -> None:
    assert len({str(severity_text(severity).style) for severity in Severity}) == len(Severity)
