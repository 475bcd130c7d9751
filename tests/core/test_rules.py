"""Every code has its rule, and every rule its place in the norm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.core.codes import CODES
from streams.core.events import EVENT_CLASSES
from streams.core.rules.registry import RULES, readers_of
from streams.core.rules.rule import IDENTITY, Rule
from streams.core.sources import sources_of
from streams.core.vocabulary import Code, Family

NORM = (Path(__file__).parents[2] / "docs" / "legal-model.md").read_text("utf-8")


def test_every_code_is_given_by_a_rule() -> None:
    """Faults of records come before all rules (legal model 4.6)."""
    faults_of_records = {code for code, entry in CODES.items() if entry.family is Family.Q}
    given = {code for rule in RULES for code in rule.codes}
    assert given == set(Code) - faults_of_records


@pytest.mark.parametrize("rule", RULES, ids=[rule.norm for rule in RULES])
def test_a_rule_names_a_section_of_the_norm(rule: Rule) -> None:
    section = re.match(r"\d\.\d", rule.norm)
    assert section is not None
    assert f"\n### {section[0]} " in NORM


@pytest.mark.parametrize("rule", RULES, ids=[rule.norm for rule in RULES])
def test_the_statutes_of_a_rule_have_sources(rule: Rule) -> None:
    assert rule.statutes
    assert all(sources_of(text) for text in rule.statutes)


def test_rules_stand_in_the_order_of_the_norm() -> None:
    sections = [rule.norm for rule in RULES]
    assert sections == sorted(sections)


@pytest.mark.parametrize("rule", RULES, ids=[rule.norm for rule in RULES])
def test_a_rule_reads_fields_that_there_are(rule: Rule) -> None:
    for kind, fields in rule.reads.items():
        assert fields <= set(kind.__struct_fields__) - IDENTITY


def test_who_is_judged_by_what() -> None:
    """What `affected` goes by, read by a person."""
    names = {
        kind.__name__: {reader.__name__ for reader in readers_of(kind)}
        for kind in EVENT_CLASSES.values()
    }
    assert names == {
        "ConsentChange": {"ConsentChange", "DataShare", "MarketingMessage"},
        "Purchase": {"MarketingMessage"},
        "DataShare": {"ConsentChange"},
        "MarketingMessage": set(),
        "RecipientNotification": {"ConsentChange", "DataShare"},
    }
