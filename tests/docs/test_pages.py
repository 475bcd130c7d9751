"""Pages name only what is there, and the maps leave nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import (
    ROOT,
    anchors,
    broken_links,
    missing_names,
    missing_paths,
    rooms,
    without_a_mention,
)

PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "integrations").rglob("*.md")),
    # Packages of npm, where they are installed, bring pages of their own.
    *sorted(p for p in (ROOT / "tests").rglob("*.md") if "node_modules" not in p.parts),
]
MAPS = [
    page
    for page in PAGES
    if page.parent.name == "adding"
    or page.name in {"architecture.md", "glossary.md", "testing.md", "CONTRIBUTING.md"}
]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", MAPS, ids=named)
def test_paths_and_names_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    assert missing_paths(text) == []
    assert missing_names(text) == []


def test_every_folder_of_streams_is_in_the_architecture() -> None:
    assert without_a_mention(rooms("streams"), ARCHITECTURE) == []


def test_every_folder_of_tests_is_in_the_map() -> None:
    text = (ROOT / "docs/testing.md").read_text("utf-8")
    assert without_a_mention(rooms("tests"), text) == []


def test_every_invariant_is_in_the_architecture() -> None:
    tests = [f"tests/invariants/{p.name}" for p in (ROOT / "tests/invariants").glob("test_*.py")]
    assert {int(name.partition("test_")[2][:2]) for name in tests} == set(range(1, 13))
    assert without_a_mention(tests, ARCHITECTURE) == []


def test_what_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "# A page: of `two` words\n[a](#a-page-of-two-words) [b](#other) [c](gone.md) [d](.)\n"
    page.write_text(text, "utf-8")
    assert broken_links(page, text) == ["#other", "gone.md"]
    assert anchors("# Same\n# Same\n") == {"same", "same-1"}


def test_what_is_not_there_is_noticed() -> None:
    assert missing_paths("`streams/core/none.py` `tests/core` `tests/wire/test_*.py`") == [
        "streams/core/none.py"
    ]
    text = "`streams/core/judge.py`, `judge`, `none` and `streams/app.py`, `ConsentryApp.none`"
    assert missing_names(text) == [
        "streams/core/judge.py: none",
        "streams/app.py: ConsentryApp.none",
    ]


def test_a_folder_that_is_left_out_is_noticed() -> None:
    assert "streams/core/rules" in rooms("streams")
    assert without_a_mention(["streams/core", "tests/x"], "`streams/core/` and x") == ["tests/x"]
