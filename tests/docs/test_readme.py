"""README.md says what the code says."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from streams.core.codes import CODES
from streams.core.law import LAW_VERSION, RULE_VERSION
from streams.core.outcome import Outcome
from streams.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
GUARANTEES = README.partition("## What is guaranteed")[2].partition("## Measured")[0]


def example() -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(README.partition("```json\n")[2].partition("```")[0])
    return shown


def test_the_finding_shown_is_of_this_law_and_these_texts() -> None:
    shown = example()
    code = CODES[shown["code"]]
    assert shown["law_version"] == LAW_VERSION
    assert shown["rule_version"] == RULE_VERSION
    assert shown["severity"] == code.severity
    assert shown["explanation_en"].startswith(code.explanation_en)
    assert shown["explanation_nl"].startswith(code.explanation_nl)
    assert shown["remediation_en"] == code.remediation_en


def test_the_number_of_codes() -> None:
    assert f"there are {len(CODES)}." in README


def test_the_law_guaranteed_is_the_law_applied() -> None:
    day = date.fromisoformat(LAW_VERSION)
    assert f"is {day.day} {day:%B %Y} (`law_version`)" in GUARANTEES
    assert f"is {RULE_VERSION} (`rule_version`)" in GUARANTEES


def test_each_way_in_which_a_record_ends_is_named() -> None:
    words = {Outcome.DUPLICATE: "exact duplicate", Outcome.NOT_ASSESSED: "not assessed"}
    for outcome in Outcome:
        assert words.get(outcome, outcome.value) in GUARANTEES, outcome
    for beside in ("re-keyed", "dead letter"):
        assert beside in GUARANTEES


def test_the_environment_variables_shown_are_settings() -> None:
    named = set(re.findall(r"\bCONSENTRY_[A-Z_]+\b", README)) - {"CONSENTRY_TEST_BROKERS"}
    known = {f"CONSENTRY_{name.upper()}" for name in Settings.model_fields}
    assert named
    assert named <= known, named - known
