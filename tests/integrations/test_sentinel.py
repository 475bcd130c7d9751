"""Sentinel's files hold the columns that the sink sends, and rules ask for these."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.sentinel_files import FOLDER, STREAM, TABLE, files, rows, types

RULES = json.loads((FOLDER / "analytic-rules.json").read_text("utf-8"))


@pytest.mark.parametrize("path", [path for path, _ in files()], ids=lambda path: path.name)
def test_files_are_current(path: Path) -> None:
    wanted = dict(files())[path]
    assert path.read_text("utf-8") == wanted, "run: python -m tests.integrations.sentinel_files"


def asked(query: str) -> set[str]:
    """The columns of a query, constants left out."""
    return set(re.findall(r"\bconsentry_[a-z_]+\b", re.sub(r'"[^"]*"', "", query)))


def wrong(query: str) -> list[str]:
    """Columns that are not there, and comparisons that KQL does not do with their type."""
    found = [name for name in asked(query) if name not in types()]
    for name, operator, value in re.findall(
        r"(consentry_\w+) (=~|==|in~) (\(?\"|true|false)", query
    ):
        textual = value.endswith('"')
        if textual != (types().get(name) == "string") or (operator == "==") == textual:
            found.append(f"{name} {operator}")
    return found


def test_rules_ask_for_columns_as_their_types_allow() -> None:
    for resource in RULES["resources"]:
        properties = resource["properties"]
        assert properties["query"].startswith(f"{TABLE}\n| where ")
        assert wrong(properties["query"]) == []
        assert set(properties["customDetails"].values()) <= types().keys()


SINGLE = [
    resource["properties"]
    for resource in RULES["resources"]
    if "finding" in resource["properties"]["customDetails"]
]


@pytest.mark.parametrize("rule", SINGLE, ids=lambda rule: rule["displayName"])
def test_a_rule_goes_by_ingestion_and_takes_the_newest_revision(rule: dict[str, Any]) -> None:
    table, ingested, label, newest, wanted = rule["query"].split("\n| ")
    # As long as the rule's own pace: a row is in one run and in no other.
    assert rule["queryFrequency"] == "PT5M"
    assert (table, ingested) == (TABLE, "where ingestion_time() > ago(5m)")
    # A label hides no revision before it; then a close hides all of them.
    assert label == 'where not(consentry_step =~ "revised" and consentry_finality =~ "FINAL")'
    assert newest == "summarize arg_max(consentry_revision, *) by consentry_id"
    assert "consentry_open == true" in wanted or 'consentry_step =~ "reopened"' in wanted
    # By TimeGenerated, Azure looks back as far as it allows for this pace.
    assert rule["queryPeriod"] == "PT47H"


@pytest.mark.parametrize("resource", RULES["resources"], ids=lambda one: one["name"][-39:-3])
def test_alerts_about_one_finding_are_one_incident(resource: dict[str, Any]) -> None:
    properties = resource["properties"]
    assert properties["eventGroupingSettings"] == {"aggregationKind": "AlertPerResult"}
    grouping = properties["incidentConfiguration"]["groupingConfiguration"]
    assert not grouping["reopenClosedIncident"]
    [by] = grouping["groupByCustomDetails"]
    assert properties["customDetails"][by] in ("consentry_id", "consentry_recipient_id")


def test_a_count_is_over_its_hour_and_takes_each_finding_once() -> None:
    [rule] = [one["properties"] for one in RULES["resources"] if one["properties"] not in SINGLE]
    assert "ingestion_time() > ago(1h)" in rule["query"]
    assert "dcount(consentry_id) by consentry_recipient_id" in rule["query"]


def test_the_check_bites() -> None:
    assert wrong('x | where consentry_kode =~ "a"') != []
    assert wrong("x | where consentry_open =~ true") == ["consentry_open =~"]
    assert wrong('x | where consentry_code =~ "a" and consentry_open == true') == []


def test_names_are_what_the_service_allows() -> None:
    assert f"Custom-{TABLE}" == STREAM
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,44}", name) for name in types())
    assert all("TimeGenerated" in row for row in rows())
