"""Pages, schemas and texts of the report use the words of the field."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from streams.check.report.texts import LIMITS, TEXTS
from tests.repository.old_words import Found, old_words, old_words_of_page

ROOT = Path(__file__).parents[2]

SCOPE: Final = (
    "*.md",
    "docs/*.md",
    "bench/*.md",
    "connectors/*.md",
    "integrations/*.md",
    "tests/*.md",
)
"""What is held to the words so far, as patterns of git; comments and docstrings are to follow."""

CONTENT: Final = (
    "docs/*.toml",
    "integrations/*.conf",
    "integrations/*.json",
    "integrations/*.xml",
    "integrations/*.yml",
    "connectors/*.toml",
)
"""What is installed elsewhere, or copied: rules, dashboards, maps, with their titles."""

QUOTED: Final = ("tests/core/golden/texts.md",)
"""Held to them by tests of their own (tests/core/test_texts.py)."""


def pages() -> list[str]:
    """The pages of the repository, but for what packages brought."""
    return files(SCOPE)


def files(patterns: Sequence[str]) -> list[str]:
    """The files that patterns of git name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    return sorted(name for name in filter(None, listed) if name not in QUOTED)


def docs_of(schema: Any) -> Iterator[str]:
    """Every description in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("doc"), str):
            yield schema["doc"]
        for part in schema.values():
            yield from docs_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from docs_of(part)


@pytest.mark.parametrize("name", pages())
def test_a_page_uses_the_words_of_the_field(name: str) -> None:
    found = list(old_words_of_page((ROOT / name).read_text("utf-8")))
    assert found == [], "\n".join(f"{name}:{f.line}: {f.word}: write {f.instead}" for f in found)


@pytest.mark.parametrize("name", files(CONTENT))
def test_rules_and_dashboards_are_written_in_them(name: str) -> None:
    assert old_words((ROOT / name).read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.avsc")), ids=lambda p: p.stem)
def test_a_schema_describes_its_fields_in_them(path: Path) -> None:
    described = list(docs_of(json.loads(path.read_text("utf-8"))))
    assert described
    assert [(text, words) for text in described if (words := old_words(text))] == []


def test_the_report_is_written_in_them() -> None:
    texts = [pair.en for pair in (*TEXTS.values(), *LIMITS)]
    assert [(text, words) for text in texts if (words := old_words(text))] == []


_REPLAY: Final = re.compile(r"judges? (?:everything|all) again|again from the inputs")
"""Inputs are kept for weeks: judging them again forgets (docs/adr/0097)."""


def replays(source: str) -> list[str]:
    """The texts of a module that send a person to a replay of the inputs."""
    texts = [
        "".join(str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant | ast.JoinedStr)
    ]
    return [text for text in texts if _REPLAY.search(text)]


def test_nobody_is_sent_to_a_replay_of_the_inputs() -> None:
    found = {
        path.relative_to(ROOT): texts
        for path in (ROOT / "streams").rglob("*.py")
        if "again" in (source := path.read_text("utf-8")) and (texts := replays(source))
    }
    assert found == {}


def test_a_text_that_sends_there_is_found() -> None:
    parts = 'raise ConsentryError(f"{topic}", f"Raise {name} and judge " "everything again.")'
    assert "Raise  and judge everything again." in replays(parts)
    assert replays('"Install a release without the fault."') == []


def test_the_scope_holds_the_pages_that_people_read() -> None:
    assert {"README.md", "docs/runbook.md", "docs/adr/README.md", "docs/adding/a-code.md",
            "integrations/README.md", "bench/report/how.md"} <= set(pages())  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The reader is told of it.", "told"),
        ("A lock tells a second one.", "tells"),
        ("Only a new start can mend it.", "mend"),
        ("It begins anew.", "anew"),
        ("Whoever asks gets it.", "Whoever"),
        ("Letters, one a revision.", "one a revision"),
        ("It costs 15 µs an event.", "15 µs an event"),
        ("1,000 rows a tick at most.", "1,000 rows a tick"),
        ("A document a revision.", "A document a revision"),
        ("CPU an event, and changelog rows an event.", "CPU an event"),
    ],
)
def test_an_old_word_is_found(text: str, word: str) -> None:
    found = next(old_words_of_page(f"# A page\n\n{text}\n"))
    assert (found.line, found.word) == (3, word)
    assert found.instead
    assert old_words(text)[0] == word


@pytest.mark.parametrize(
    "text",
    [
        "At most once a minute, 200 events a second, twice a day.",
        "Without an `instance_id` a worker leaves; `tell` is a setting.",
        "[A page](0012-a-worker-ends-rather-than-mends.md) and https://example.org/told/anew",
        "```\nwhoever is told\n```",
        "One gives a record a name, and each of those is a share.",
        "Recommended amendments, an intellect, a foretold end.",
        "6 kB for a subject; one consent of a person; 0.3 s for a row.",
    ],
)
def test_plain_english_is_left_alone(text: str) -> None:
    assert list[Found](old_words_of_page(text)) == []
