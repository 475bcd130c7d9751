"""What `consentry explain` says of a code of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.cli.explain_texts import section
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.core.codes import CodeEntry


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


def list_codes(*, as_json: bool) -> None:
    """Show every code: a line each, or all that is known of them as JSON."""
    from streams.core.codes import CODES

    if as_json:
        say_json([code_as_json(code) for code in CODES.values()])
        return
    for code in CODES.values():
        say(f"{code.number}  {code.severity:<10}  {code.name}")


def explain_code(code: CodeEntry, *, as_json: bool) -> None:
    """Show all that is known of a code."""
    description = code_as_json(code)
    if as_json:
        say_json(description)
        return
    say(f"{code.number}  {code.name}", bold=True)
    say(f"{code.severity}, family {code.family}")
    if code.breach_assessment:
        say("Assess as a possible data breach (GDPR 33: within 72 hours).")
    section("EN", code.explanation_en, code.remediation_en)
    section("NL", code.explanation_nl, code.remediation_nl)
    standing = description["texts"][0]["status"]
    for one in description["texts"][1:]:
        if one["status"] == standing:
            say()
            say(f"Where the reason is {one['reason']}:", bold=True)
            section("EN", one["explanation_en"], one["remediation_en"])
            section("NL", one["explanation_nl"], one["remediation_nl"])
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
