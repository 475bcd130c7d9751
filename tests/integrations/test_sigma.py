"""Sigma rules: sound, about fields that we write, made into queries, and firing in a receiver."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule
from sigma.validation import SigmaValidator
from sigma.validators.core import validators

from streams.core.codes import CODES
from streams.siem.ecs import ecs
from streams.siem.flat import flat
from tests.integrations.occurrences import occurrences
from tests.integrations.queries import IN_ECS, SIGMA, collections, columns, fields, files
from tests.siem.goldens import PRODUCER
from tests.siem.lives import lives
from tests.siem.receiver import needs_tenzir, run_pipeline
from tests.siem.test_ecs import flattened

RULES = collections()
ALONE = {
    name: rules
    for name, rules in RULES.items()
    if not any(isinstance(rule, SigmaCorrelationRule) for rule in rules.rules)
}
"""Those that look at one event."""

FLAT = {name for one in lives().values() for name in flat(one, PRODUCER)}
ECS = {name for one in lives().values() for name, _ in flattened(ecs(one, PRODUCER))}
ELSEWHERE = {
    "attacktag", "cartag", "cvetag", "d3_fendtag", "stptag", "tlptag", "tlpv1_tag", "tlpv2_tag",
    "namespace_tag", "custom_attributes", "fieldname_logsource",
}  # fmt: skip
"""Validators that fetch catalogues, or know neither our tags nor our fields."""


EVENTS: list[dict[str, Any]] = [flat(one, PRODUCER) for one in occurrences()]


def wants(rule: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether an event is what a rule selects and does not filter; written again, without modifiers."""

    def meets(part: str) -> bool:
        return all(
            event.get(name) in (wanted if isinstance(wanted, list) else [wanted])
            for name, wanted in rule[part].items()
        )

    return meets("selection") and not meets("filter_label")


def issues(rules: SigmaCollection) -> list[str]:
    """What pySigma's validators have against rules."""
    chosen = [one for name, one in validators.items() if name not in ELSEWHERE]
    every: Any = iter(rules.rules)
    return [type(one).__name__ for one in SigmaValidator(chosen).validate_rules(every)]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_sound_and_asks_for_what_we_write(name: str) -> None:
    rules = RULES[name]
    assert issues(rules) == []
    assert fields(rules) <= FLAT
    assert {IN_ECS.get(field, field) for field in fields(rules)} <= ECS
    text = (SIGMA / f"{name}.yml").read_text("utf-8")
    codes = set(re.findall(r"\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b", text))
    assert codes <= CODES.keys()


@pytest.mark.parametrize("name", ALONE)
def test_a_rule_is_about_what_is_open_and_no_label(name: str) -> None:
    rule = ALONE[name].rules[0]
    assert isinstance(rule, SigmaRule)
    detection = rule.detection.to_dict()
    chosen = [event for event in EVENTS if wants(detection, event)]
    assert all(event["consentry.open"] for event in chosen)
    labels = [
        event
        for event in EVENTS
        if (event["consentry.step"], event.get("consentry.finality")) == ("revised", "FINAL")
    ]
    assert labels
    assert not [event for event in chosen if event in labels]


def test_ids_differ() -> None:
    ids = [rule.id for rules in RULES.values() for rule in rules.rules]
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_the_checks_bite() -> None:
    text = (SIGMA / "share_without_consent.yml").read_text("utf-8")
    without_id = SigmaCollection.from_yaml(re.sub(r"(?m)^id: .*\n", "", text))
    assert issues(without_id) != []
    other = SigmaCollection.from_yaml(text.replace("consentry.code", "consentry.kode"))
    assert not fields(other) <= FLAT


@pytest.mark.parametrize("path", [path for path, _ in files()], ids=lambda path: path.name)
def test_queries_are_those_of_the_rules(path: Path) -> None:
    made = dict(files())[path]
    assert path.read_text("utf-8") == made, "run: python -m tests.integrations.queries"


def test_a_changed_rule_changes_its_queries() -> None:
    text = (SIGMA / "share_without_consent.yml").read_text("utf-8")
    assert all("NO_CONSENT" in content for _, content in files())
    assert "NO_CONSENT" in text
    assert columns()["consentry.code"] == "consentry_code"


@needs_tenzir
@pytest.mark.parametrize("name", ALONE)
def test_a_rule_fires_on_what_it_means_and_on_nothing_else(name: str, tmp_path: Path) -> None:
    [rule] = ALONE[name].rules
    assert isinstance(rule, SigmaRule)
    expected = [event for event in EVENTS if wants(rule.detection.to_dict(), event)]
    assert 0 < len(expected) < len(EVENTS)
    events = tmp_path / "events.jsonl"
    events.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS), "utf-8")
    found, _ = run_pipeline(
        f'from_file "{events}" {{ read_ndjson unflatten_separator="." }}\n'
        f'sigma path="{SIGMA / name}.yml"\nwrite_ndjson\nsave_stdout',
        tmp_path,
    )
    assert len(found) == len(expected)
    assert {one["finding_info"]["title"] for one in found} == {rule.title}
