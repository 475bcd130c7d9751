"""The catalogue of codes as plain data, for the golden file.

    python -m tests.core.golden_codes

writes `golden/codes.json` again. Read the difference before it is committed: an article
that changes there changes what officers read, and needs the legal model. What codes say is
in `golden/texts.md` (tests.core.golden_texts).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streams.core.codes import CODES, CodeEntry
from streams.core.instants import EARLIEST, Instant, format_instant

GOLDEN = Path(__file__).parent / "golden" / "codes.json"
NOW = "always"


def catalogue() -> dict[str, dict[str, Any]]:
    """Every code by name, in the order of the catalogue."""
    return {code.value: _plain(entry) for code, entry in CODES.items()}


def _plain(code: CodeEntry) -> dict[str, Any]:
    return {
        "number": code.number,
        "family": code.family.value,
        "severity": code.severity.value,
        "breach_assessment_required": code.breach_assessment,
        "citations": _citations(code),
    }


def _citations(code: CodeEntry) -> dict[str, list[str]]:
    """In force always, or on both sides of each instant at which they change."""
    changes = sorted({c.since for c in code.citations if c.since != EARLIEST})
    if not changes:
        return {NOW: list(code.citations_at(None))}
    sides = [Instant(change + ms) for change in changes for ms in (-1, 0)]
    return {format_instant(side): list(code.citations_at(side)) for side in sides}


def write() -> None:
    """Write the golden file."""
    text = json.dumps(catalogue(), ensure_ascii=False, indent=2)
    GOLDEN.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write()
