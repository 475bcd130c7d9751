"""Every published text, English and Dutch side by side, for review.

    python -m tests.core.golden_texts

writes `golden/texts.md` again. Read the difference before it is committed: that is what people
outside the project read in a finding, a SIEM and a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from streams.core.codes import CODES
from streams.core.texts import Bilingual
from streams.core.texts.appended import LABEL, PROTECTION
from streams.core.texts.assumed import ASSUMED, NOTED
from streams.core.texts.closed import REBUILT
from streams.core.texts.listing import every_text

GOLDEN: Final = Path(__file__).parent / "golden" / "texts.md"


def every_published_text() -> Iterator[tuple[str, str, Bilingual]]:
    """What a text is for, its part, and the text."""
    for code in CODES.values():
        for one in every_text(code.name):
            key = f"{code.name}, {one.status}, {one.reason or 'any reason'}"
            yield key, "explanation", one.wording.explanation
            yield key, "what to do", one.wording.remediation
    yield "data were protected", "appended", PROTECTION
    yield "a label was set aside", "appended", LABEL
    yield "published again", "appended", REBUILT
    for field, text in ASSUMED.items():
        yield f"assumed: {field}", "sentence", text
    for field, text in NOTED.items():
        yield f"noted: {field}", "sentence", text


def page() -> str:
    """The table."""
    lines = [
        "# Published texts",
        "",
        "Made by `python -m tests.core.golden_texts`.",
        "",
        "| For | Part | English | Nederlands |",
        "|---|---|---|---|",
    ]
    before = ""
    for key, part, text in every_published_text():
        lines.append(f"| {'' if key == before else key} | {part} | {text.en} | {text.nl} |")
        before = key
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    GOLDEN.write_text(page(), "utf-8")
