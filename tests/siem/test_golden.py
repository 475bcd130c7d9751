"""The formats are as reviewed, for every step of every life."""

from __future__ import annotations

import pytest

from tests.siem.goldens import FOLDER, files

FILES = files()


@pytest.mark.parametrize("name", FILES)
def test_a_format_is_as_reviewed(name: str) -> None:
    assert FILES[name] == (FOLDER / name).read_text("utf-8"), "python -m tests.siem.goldens"


def test_there_is_no_other_file() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)
