"""Python files use the words of the field, and no two classes of `streams` share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from tests.repository.python_words import avoided_words

ROOT: Final = Path(__file__).parents[2]

ABOUT_WORDS: Final = (
    "tests/repository/old_words.py",
    "tests/repository/python_words.py",
    "tests/repository/test_python_words.py",
    "tests/repository/test_words.py",
    "tests/core/test_texts.py",
)
"""Files that name the words to find them."""


def python_files(*folders: str) -> list[str]:
    """The Python files of folders, without those that name the words to find them."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    names = (path.relative_to(ROOT).as_posix() for path in found)
    return sorted(name for name in names if name not in ABOUT_WORDS)


def test_python_files_use_the_words_of_the_field() -> None:
    names = python_files("streams", "tests", "bench")
    assert len(names) > 900
    faults = [
        f"{name}:{found.line}: {found.text}: write {found.instead}"
        for name in names
        for found in avoided_words((ROOT / name).read_text("utf-8"))
    ]
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "told = 1",
        "def test_it_is_told_once() -> None: ...",
        "class CourierTask: ...",
        '"""The receiver is told."""',
        "# whoever comes next",
        'raise ValueError("mend the file")',
        'say(f"begin anew: {name}")',
        "self._tally = 1",
        "stats.told(1)",
    ],
)
def test_a_word_to_avoid_is_found(source: str) -> None:
    [found] = avoided_words(source + "\n")
    assert found.line == 1


@pytest.mark.parametrize(
    "source",
    [
        "start = file.tell()",
        'content = field(name="gist")',
        "# `tell` is a setting",
        "recommended, intellect = 1, 2",
        'muted = {"closed_before_told": 2}',
    ],
)
def test_other_words_are_left_alone(source: str) -> None:
    assert list(avoided_words(source + "\n")) == []


def class_names(sources: dict[str, str]) -> dict[str, list[str]]:
    """The files that define a class, by its name; nested ones too."""
    found = defaultdict(list)
    for file, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(file)
    return found


def test_no_two_classes_share_a_name() -> None:
    sources = {name: (ROOT / name).read_text("utf-8") for name in python_files("streams")}
    found = class_names(sources)
    assert len(found) > 300
    assert {name: files for name, files in found.items() if len(files) > 1} == {}


def test_a_name_that_two_classes_share_is_found() -> None:
    found = class_names({"a.py": "class Same: ...\nclass Other: ...", "b.py": "class Same: ..."})
    assert found == {"Same": ["a.py", "b.py"], "Other": ["a.py"]}
