"""What `consentry explain` says of a finding or duty: what it says now, and its revisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streams.cli.explain_code import code_as_json
from streams.cli.explain_texts import section
from streams.terminal.out import say, say_json


def explain_in_file(one_id: str, source: Path, *, as_json: bool) -> None:
    """Show a finding or duty of a file with its revisions. Raises ConsentryError."""
    from streams.cli.lookup import look_up_in_file
    from streams.errors import ConsentryError

    revisions = look_up_in_file(one_id, source)
    if not revisions:
        raise ConsentryError(
            f"no finding and no duty with the id {one_id} is in {source}",
            "Name the file that it came from with --input, or the Kafka with --brokers.",
        )
    show_revisions(revisions, as_json=as_json)


def show_revisions(revisions: list[dict[str, Any]], *, as_json: bool) -> None:
    """Show a finding or duty of which whole revisions are known, but not the facts behind it."""
    from streams.core.codes import entry_of

    last = revisions[-1]
    kind = "duty" if "duty_id" in last else "finding"
    if as_json:
        code = entry_of(str(last["code"]))
        known = {"kind": kind, kind: last, "history": revisions}
        say_json(known | {"code": code_as_json(code) if code else None})
        return
    say(f"The id of a {kind}")
    say()
    show_particulars(last)
    say()
    say("History")
    for one in revisions:
        reason = f", {one['reason']}" if one.get("reason") else ""
        say(
            f"  revision {one['revision']}  {one['detected_at']}  {one['status']}  "
            f"{one['code']}{reason}"
        )


def show_particulars(values: dict[str, Any]) -> None:
    """Show the particulars of a finding or duty in its JSON form, with texts and law."""
    from streams.core.codes import entry_of

    code = entry_of(str(values["code"]))
    number = f"{code.number}  " if code else ""
    say(f"{number}{values['code']}", bold=True)
    for name in _SHOWN:
        if values.get(name) not in (None, [], False):
            value = values[name]
            say(f"  {name:<28}{', '.join(value) if isinstance(value, list) else value}")
    section("EN", str(values["explanation_en"]), str(values["remediation_en"]))
    section("NL", str(values["explanation_nl"]), str(values["remediation_nl"]))
    say()
    say("Law")
    for text in values["citations"]:
        say(f"  {text}")


_SHOWN = (
    "severity", "status", "reason", "trigger", "trigger_event_type", "trigger_event_id",
    "event_type", "event_id", "occurred_at", "controller_id", "subject_id", "recipient_id",
    "starts_at", "due_at", "notified_at", "share_count", "claimed_basis",
    "consent_ids_considered", "contributing_codes", "uncovered_data_categories",
    "protection_irrelevant", "late_detected", "breach_assessment_required", "review_required",
    "finality", "law_version", "policy_version", "rule_version",
)  # fmt: skip
