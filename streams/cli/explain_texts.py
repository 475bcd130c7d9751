"""Explanations and remediations as `consentry explain` shows them."""

from __future__ import annotations

from streams.safe_text import safe
from streams.terminal.out import say


def section(language: str, explanation: str, remediation: str) -> None:
    """Show an explanation and what to do, both in a language: EN or NL."""
    heads = {"EN": "What to do", "NL": "Wat te doen"}
    say()
    _lines(language, explanation)
    _lines("  ", f"{heads[language]}: {remediation}")


def _lines(head: str, text: str) -> None:
    import textwrap

    for line in textwrap.wrap(safe(text), 88, initial_indent=f"{head}  ", subsequent_indent="    "):
        say(line)
