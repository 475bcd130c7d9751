"""The campaign's own report: it must be able to say that a test is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.survivors import Mutant, divide, function_of, known_equivalents, mutant_of

DIFF = """--- streams/core/judge.py
+++ streams/core/judge.py
@@ -1,3 +1,3 @@
 def _contest(subject):
-    record.others = (*record.others[:-1], stripped)
+    record.others = (*record.others[:-2], stripped)
     return touched
"""
NAME = "streams.core.judge.x__contest__mutmut_12"


def test_a_diff_is_read() -> None:
    assert mutant_of(NAME, DIFF) == Mutant(
        NAME,
        "streams.core.judge._contest",
        "record.others = (*record.others[:-1], stripped)",
        "record.others = (*record.others[:-2], stripped)",
    )


def test_a_method_is_named_by_its_class() -> None:
    assert (
        function_of("streams.core.subject.xǁSubjectǁadd__mutmut_3")
        == "streams.core.subject.Subject.add"
    )


def test_a_survivor_that_nobody_explained_is_missed() -> None:
    mutant = mutant_of(NAME, DIFF)
    found = divide([mutant], {}, [mutant])
    assert found.missed == [mutant]
    assert not found.clean


def test_a_survivor_that_is_listed_is_equivalent() -> None:
    mutant = mutant_of(NAME, DIFF)
    found = divide([mutant], {mutant.place: "why"}, [mutant])
    assert found.equivalent == [mutant]
    assert found.clean


def test_an_entry_about_a_line_that_changed_is_stale() -> None:
    mutant = mutant_of(NAME, DIFF)
    old = (mutant.function, "record.others = ()", "record.others = None")
    elsewhere = ("streams.core.judge.judge", "a", "b")
    found = divide([], {old: "why", elsewhere: "why"}, [mutant])
    assert found.stale == [old]
    assert not found.clean


def test_an_entry_without_a_reason_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "equivalent.toml"
    file.write_text('[[mutant]]\nfunction = "f"\nbefore = "a"\nafter = "b"\nwhy = " "\n')
    with pytest.raises(ValueError, match="says no reason"):
        known_equivalents(file)


def test_the_list_can_be_read() -> None:
    assert all(known_equivalents().values())
