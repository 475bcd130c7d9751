"""Rewrite the generated parts of docs/legal-model.md: python -m tests.docs.legal_model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.core.codes import CODES
from streams.core.render import LABEL_EN, LABEL_NL, PROTECTION_EN, PROTECTION_NL
from streams.core.sources import SOURCES
from tests.docs.labels import MODEL


def _rows() -> Iterator[tuple[str, str, str, str, str]]:
    for code in CODES.values():
        first = (code.number, code.name)
        yield (
            f"{first[0]} `{first[1]}`",
            code.explanation_en,
            code.explanation_nl,
            code.remediation_en,
            code.remediation_nl,
        )
        for reason, (english, dutch) in sorted(code.variants.items()):
            yield f"{first[0]}, {reason}", english, dutch, "as above", "als boven"


def texts_table() -> str:
    """What findings say, code by code, and the sentences that are appended."""
    lines = ["| Code | Explanation (EN) | Uitleg (NL) | Remediation (EN) | Maatregel (NL) |"]
    lines.append("|---|---|---|---|---|")
    lines += ["| " + " | ".join(row) + " |" for row in _rows()]
    return "\n".join(
        [
            *lines,
            "",
            "Appended where a basis code fires:",
            "",
            f"* data were protected: EN {PROTECTION_EN.strip()} / NL {PROTECTION_NL.strip()}",
            f"* 4.2 1b set a label aside: EN {LABEL_EN.strip()} / NL {LABEL_NL.strip()}",
            "",
        ]
    )


def sources_table() -> str:
    """Every source with its address and check, and the link that its name stands for."""
    lines = ["| Source | Title | Checked |", "|---|---|---|"]
    lines += [f"| [{s.id}] | {s.title} | {s.status()} |" for s in SOURCES.values()]
    lines.append("")
    lines += [f"[{s.id}]: {s.address}" for s in SOURCES.values()]
    return "\n".join([*lines, ""])


def with_parts(text: str) -> str:
    """The text with each generated part written again; the parts stand between comments."""
    for name, table in (("texts", texts_table()), ("sources", sources_table())):
        between = re.compile(
            rf"(?<=<!-- {name}: made by python -m tests.docs.legal_model -->\n).*?"
            rf"(?=<!-- end of {name} -->)",
            re.DOTALL,
        )
        text, count = between.subn(table.replace("\\", r"\\"), text)
        if count != 1:
            raise ValueError(f"docs/legal-model.md has {count} places for {name}")
    return text


if __name__ == "__main__":
    MODEL.write_text(with_parts(MODEL.read_text("utf-8")), "utf-8")
