"""Rewrite the generated parts of docs/siem.md: python -m tests.docs.siem_tables."""

from __future__ import annotations

import json
from pathlib import Path

from streams.core.vocabulary import Severity
from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS, Rendered
from streams.siem.severity import CLOSED, WEIGHTS
from tests.docs import generated
from tests.docs.siem_places import PRODUCER, places
from tests.siem.lives import finding_life, lives
from tests.siem.test_lifecycle import WORDS

PAGE = Path(__file__).parents[2] / "docs" / "siem.md"
# The same event as `cloudevents`, with its headers in the value.
_NOT_SHOWN = ("cloudevents-structured",)
_SHOWN = tuple(form for form in FORMATS if form not in _NOT_SHOWN)


def parts() -> dict[str, str]:
    """Each generated part by name."""
    return {
        "severities": _severities(),
        "life": _life(),
        **{f"{form} example": _example(form) for form in _SHOWN},
        **{f"{form} fields": _fields(form) for form in _SHOWN},
    }


def with_parts(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    return generated.with_parts(text, parts(), page="docs/siem.md", maker="tests.docs.siem_tables")


def _severities() -> str:
    rows = [
        "| Severity | OCSF | ECS | CEF, LEEF | syslog | CloudEvents |",
        "|---|---|---|---|---|---|",
    ]
    for severity in Severity:
        w = WEIGHTS[severity]
        rows.append(
            f"| {severity.value} | {w.ocsf} {w.ocsf_caption} | {w.ecs} | {w.cef} | {w.syslog} "
            f"| {w.otel} |"
        )
    rows.append(
        f"| any, closing line | as above | as above | {CLOSED.cef} | {CLOSED.syslog} | as above |"
    )
    return "\n".join(rows) + "\n"


def _life() -> str:
    """The four steps of one real finding, read out of what the formats write."""
    rows = [
        "| | " + " | ".join(one.status.value for one in finding_life()) + " (again) |",
        "|---|" + "---|" * 4,
    ]
    for form in _SHOWN:
        words = [WORDS[form](FORMATS[form](one, PRODUCER)) for one in finding_life()]
        cells = [", ".join(map(str, w)) if isinstance(w, tuple) else str(w) for w in words]
        rows.append(f"| {form} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _example(form: str) -> str:
    shown = _text(FORMATS[form](lives()["finding reopened"], PRODUCER))
    kind = "json" if shown.startswith("{") else "text"
    return f"```{kind}\n{shown}\n```\n"


def _text(rendered: Rendered) -> str:
    if isinstance(rendered, str):
        # A tab would look like a blank.
        return rendered.replace("\t", "<TAB>")
    if isinstance(rendered, KafkaRecord):
        headers = "".join(f"{name}: {value.decode()}\n" for name, value in rendered.headers)
        return f"{headers}key: {rendered.key.decode()}\nvalue: {rendered.value.decode()[:110]}…"
    return json.dumps(rendered, ensure_ascii=False, indent=1)


def _fields(form: str) -> str:
    rows = ["| Of the finding | In the format |", "|---|---|"]
    rows += [f"| {name} | {where} |" for name, where in places(form)]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text("utf-8")), "utf-8")
