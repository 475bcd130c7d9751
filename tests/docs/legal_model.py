"""Rewrite the generated parts of docs/legal-model.md: python -m tests.docs.legal_model."""

from __future__ import annotations

from collections.abc import Iterator

from streams.core.codes import CODES
from streams.core.sources import SOURCES
from streams.core.texts import Bilingual
from streams.core.texts.appended import LABEL, PROTECTION
from streams.core.texts.closed import REBUILT
from streams.core.texts.listing import Listed, every_text
from streams.core.vocabulary import Code, DutyStatus, Status
from tests.docs import generated
from tests.docs.labels import MODEL


def _rows() -> Iterator[str]:
    """What a code says while it stands: by reason only what the reason changes."""
    for code in CODES.values():
        plain, *others = [one for one in every_text(code.name) if _stands(one)]
        yield _row(f"{code.number} `{code.name}`", *plain.wording)
        for one in others:
            explanation, remediation = one.wording
            same = remediation == plain.wording.remediation
            yield _row(f"{code.number}, {one.reason}", explanation, _ABOVE if same else remediation)


def _stands(one: Listed) -> bool:
    return one.status in (Status.OPEN, DutyStatus.DUE)


_ABOVE = Bilingual("as above", "als boven")


def _row(name: str, explanation: Bilingual, remediation: Bilingual) -> str:
    return "| " + " | ".join((name, *explanation, *remediation)) + " |"


def _closings() -> Iterator[str]:
    """One code for all: the others differ in what was reported, and in what evidence shows."""
    for name in (Code.NO_CONSENT, Code.RECIPIENT_NOT_NOTIFIED, Code.RECIPIENT_NOTIFICATION_DUE):
        for one in every_text(name):
            if not _stands(one):
                label = f"{name}: {one.status}" + (f", {one.reason}" if one.reason else "")
                yield _row(label, *one.wording)


def texts_table() -> str:
    """What findings say, code by code, what is appended, and what closes them."""
    head = [
        "| Code | Explanation (EN) | Uitleg (NL) | Remediation (EN) | Maatregel (NL) |",
        "|---|---|---|---|---|",
    ]
    return "\n".join(
        [
            *head,
            *_rows(),
            "",
            "Appended where a basis code fires:",
            "",
            f"* data were protected: EN {PROTECTION.en} / NL {PROTECTION.nl}",
            f"* 4.2 1b set a label aside: EN {LABEL.en} / NL {LABEL.nl}",
            "",
            f"Appended to what is published again unchanged: EN {REBUILT.en} / NL {REBUILT.nl}",
            "",
            "Closed findings and duties: other codes say the same of what they report.",
            "",
            *head,
            *_closings(),
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
    """The page with its generated parts as the code makes them now."""
    parts = {"texts": texts_table(), "sources": sources_table()}
    return generated.with_parts(
        text, parts, page="docs/legal-model.md", maker="tests.docs.legal_model"
    )


if __name__ == "__main__":
    MODEL.write_text(with_parts(MODEL.read_text("utf-8")), "utf-8")
