"""docs/siem.md says what the code writes."""

from __future__ import annotations

from streams.core.findings import Duty, Finding
from streams.siem.formats import FORMATS
from tests.docs.siem_places import places
from tests.docs.siem_tables import PAGE, with_parts


def test_generated_parts_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert with_parts(text) == text, "run: python -m tests.docs.siem_tables"


def test_a_changed_part_is_noticed() -> None:
    text = PAGE.read_text("utf-8").replace("| CRITICAL | 5 Critical |", "| CRITICAL | 4 High |")
    assert with_parts(text) != text


def test_what_decides_is_in_every_format() -> None:
    """Programs find the rest in the data of a CloudEvent."""
    needed = set(
        "violation_id revision code severity controller_id subject_id recipient_id event_id "
        "occurred_at detected_at explanation_en remediation_en citations".split()
    )
    for form in FORMATS:
        if not form.startswith("cloudevents"):
            published = {name for name, _ in places(form)}
            assert needed <= published, form
            assert "duty: due_at" in published


def test_the_rich_formats_leave_nothing_out() -> None:
    fields = {*Finding.__struct_fields__, *Duty.__struct_fields__}
    # What another language says, and what the life gives.
    left_out = {"status", "explanation_nl", "remediation_nl"}
    for form in ("ocsf", "ecs"):
        published = {name.removeprefix("duty: ") for name, _ in places(form)}
        assert fields - published == left_out
