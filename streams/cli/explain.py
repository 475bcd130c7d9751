"""`consentry explain`: a code of the catalogue, or one finding with its history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Brokers, Config, Json
from streams.safe_text import safe
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.core.codes import CodeEntry


def register(app: typer.Typer) -> None:
    """Add `explain`."""
    app.command("explain", epilog=_EXAMPLES)(explain)


_EXAMPLES = (
    "Examples:  consentry explain NO_CONSENT  |  consentry explain M20 --json  |  "
    "consentry explain --list  |  consentry explain VIOLATION_ID --input findings.jsonl"
)


def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|NUMBER|VIOLATION_ID",
            help="A code (NO_CONSENT), its number (S07), or the id of a finding.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List all codes.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input",
            "-i",
            metavar="FILE",
            help="Look the finding up in a file of `consentry check --format jsonl`.",
            show_default=False,
        ),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Explain a code: meaning, weight, articles and what to do, in English and Dutch.

    With the id of a finding: what was found and how it was revised, from --input, or
    from the violations topic.
    """
    from streams.errors import ConsentryError

    if listed:
        _list(as_json=as_json)
        return
    if what is None:
        raise ConsentryError("nothing to explain was named", "Name a code, or use --list.")
    code = find_code(what)
    if code is not None:
        _explain_code(code, as_json=as_json)
    elif _is_id(what):
        _explain_finding(what.lower(), source, brokers, config, as_json=as_json)
    else:
        from difflib import get_close_matches

        from streams.core.codes import CODES

        near = get_close_matches(what.upper(), CODES, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise ConsentryError(
            f"{what!r} is no code, no number of a code and no id of a finding",
            f"{meant}`consentry explain --list` lists all codes.",
        )


def find_code(what: str) -> CodeEntry | None:
    """A code by its name or its number, in any case of letters."""
    from streams.core.codes import CODES

    wanted = what.upper().replace("-", "_")
    for code in CODES.values():
        if wanted in (code.name, code.number):
            return code
    return None


def code_as_json(code: CodeEntry) -> dict[str, Any]:
    """All that is known of a code, ready for a JSON encoder."""
    from streams.core.instants import EARLIEST, LATEST, format_instant
    from streams.core.sources import sources_of
    from streams.core.texts.listing import every_text

    return {
        "number": code.number,
        "code": code.name,
        "family": code.family,
        "severity": str(code.severity),
        "breach_assessment_required": code.breach_assessment,
        "explanation_en": code.explanation_en,
        "explanation_nl": code.explanation_nl,
        "remediation_en": code.remediation_en,
        "remediation_nl": code.remediation_nl,
        "citations": [
            {
                "text": citation.text,
                "since": None if citation.since == EARLIEST else format_instant(citation.since),
                "until": None if citation.until == LATEST else format_instant(citation.until),
                "sources": [
                    {"title": source.title, "address": source.address, "checked": source.checked}
                    for source in sources_of(citation.text)
                ],
            }
            for citation in code.citations
        ],
        "texts": [
            {
                "status": str(one.status),
                "reason": one.reason,
                "explanation_en": one.wording.explanation.en,
                "explanation_nl": one.wording.explanation.nl,
                "remediation_en": one.wording.remediation.en,
                "remediation_nl": one.wording.remediation.nl,
            }
            for one in every_text(code.name)
        ],
    }


def _list(*, as_json: bool) -> None:
    from streams.core.codes import CODES

    if as_json:
        say_json([code_as_json(code) for code in CODES.values()])
        return
    for code in CODES.values():
        say(f"{code.number}  {code.severity:<10}  {code.name}")


def _explain_code(code: CodeEntry, *, as_json: bool) -> None:
    description = code_as_json(code)
    if as_json:
        say_json(description)
        return
    say(f"{code.number}  {code.name}", bold=True)
    say(f"{code.severity}, family {code.family}")
    if code.breach_assessment:
        say("Assess as a possible data breach (GDPR 33: within 72 hours).")
    _section("EN", code.explanation_en, code.remediation_en)
    _section("NL", code.explanation_nl, code.remediation_nl)
    standing = description["texts"][0]["status"]
    for one in description["texts"][1:]:
        if one["status"] == standing:
            say()
            say(f"Where the reason is {one['reason']}:", bold=True)
            _section("EN", one["explanation_en"], one["remediation_en"])
            _section("NL", one["explanation_nl"], one["remediation_nl"])
    say()
    say("The texts of closed findings: --json.")
    say()
    say("Law")
    for citation in description["citations"]:
        since = f", for events from {citation['since']}" if citation["since"] else ""
        until = f", for events before {citation['until']}" if citation["until"] else ""
        say(f"  {citation['text']}{since}{until}")
        for address in dict.fromkeys(source["address"] for source in citation["sources"]):
            say(f"    {address}")


def _explain_finding(
    violation_id: str, source: Path | None, brokers: str | None, config: Path | None, *,
    as_json: bool,
) -> None:  # fmt: skip
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
    _section("EN", str(last["explanation_en"]), str(last["remediation_en"]))
    _section("NL", str(last["explanation_nl"]), str(last["remediation_nl"]))
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


def _section(language: str, explanation: str, remediation: str) -> None:
    heads = {"EN": "What to do", "NL": "Wat te doen"}
    say()
    _lines(language, explanation)
    _lines("  ", f"{heads[language]}: {remediation}")


def _lines(head: str, text: str) -> None:
    import textwrap

    for line in textwrap.wrap(safe(text), 88, initial_indent=f"{head}  ", subsequent_indent="    "):
        say(line)


def _is_id(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True
