"""What `consentry explain` says of one finding: how it was revised, and what it says now."""

from __future__ import annotations

from pathlib import Path

from streams.cli.explain_code import code_as_json
from streams.cli.explain_texts import section
from streams.terminal.out import say, say_json


def explain_finding(
    violation_id: str, source: Path | None, brokers: str | None, config: Path | None, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Show a finding of a file, or of the violations topic, with its history.

    Raises ConsentryError where it is not there, or where that cannot be read.
    """
    from streams.cli.lookup import look_up_in_file, look_up_on_topic
    from streams.cli.options import read_settings
    from streams.core.codes import entry_of
    from streams.errors import ConsentryError

    if source is not None:
        history = look_up_in_file(violation_id, source)
        where = str(source)
    else:
        settings = read_settings(config, brokers)
        history = look_up_on_topic(violation_id, settings)
        where = f"the topic {settings.topics.violations}"
    if not history:
        raise ConsentryError(
            f"no finding with the id {violation_id} is in {where}",
            "Name the file that it came from with --input, or the Kafka with --brokers.",
        )
    last = history[-1]
    if as_json:
        code = entry_of(str(last["code"]))
        say_json(
            {"finding": last, "history": history, "code": code_as_json(code) if code else None}
        )
        return
    code = entry_of(str(last["code"]))
    number = f"{code.number}  " if code else ""
    say(f"{number}{last['code']}", bold=True)
    for name in _SHOWN:
        if last.get(name) not in (None, [], False):
            value = last[name]
            say(f"  {name:<28}{', '.join(value) if isinstance(value, list) else value}")
    section("EN", str(last["explanation_en"]), str(last["remediation_en"]))
    section("NL", str(last["explanation_nl"]), str(last["remediation_nl"]))
    say()
    say("Law")
    for text in last["citations"]:
        say(f"  {text}")
    say()
    say("History")
    for one in history:
        reason = f", {one['reason']}" if one.get("reason") else ""
        say(
            f"  revision {one['revision']}  {one['detected_at']}  {one['status']}  "
            f"{one['code']}{reason}"
        )


_SHOWN = (
    "severity", "status", "reason", "event_type", "event_id", "occurred_at", "controller_id",
    "subject_id", "recipient_id", "claimed_basis", "consent_ids_considered",
    "contributing_codes", "uncovered_data_categories", "protection_irrelevant",
    "late_detected", "breach_assessment_required", "review_required", "finality",
    "law_version", "policy_version", "rule_version",
)  # fmt: skip


def is_id(text: str) -> bool:
    """Whether a text can be the id of a finding."""
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True
