"""Queries for Splunk, Elastic and Sentinel from the Sigma rules: python -m tests.integrations.queries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation, SetStateTransformation
from sigma.rule import SigmaDetectionItem, SigmaRule

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
SIGMA = INTEGRATIONS / "sigma"
MADE = "made from integrations/sigma by python -m tests.integrations.queries"

INDEX = "logs-consentry.violation-*"
IN_ECS = {
    "consentry.code": "event.code",
    "consentry.recipient_id": "consentry.recipient.id",
    "consentry.event_id": "consentry.event.id",
    "consentry.subject_id": "user.id",
    "consentry.controller_id": "organization.id",
}
"""Fields of the flat form, in which the rules are written, that ECS calls otherwise."""

EVERY = "*/5 * * * *"
"""When searches run: every five minutes, over what was ingested in as many."""


def collections() -> dict[str, SigmaCollection]:
    """The rules by file."""
    return {
        file.stem: SigmaCollection.from_yaml(file.read_text("utf-8"))
        for file in sorted(SIGMA.glob("*.yml"))
    }


def renamed(mapping: dict[str, str]) -> Any:
    """A pipeline that calls fields otherwise; ES|QL names the index itself."""
    return ProcessingPipeline(
        items=[
            ProcessingItem(FieldMappingTransformation(dict(mapping.items()))),
            ProcessingItem(SetStateTransformation("index", INDEX)),
        ]
    )


def columns() -> dict[str, str]:
    """Columns in Sentinel have no dots."""
    names = {name for rules in collections().values() for name in fields(rules)}
    return {name: name.replace(".", "_") for name in names}


def fields(rules: SigmaCollection) -> set[str]:
    """The fields that rules ask for."""
    found: set[str] = set()
    for rule in rules.rules:
        if isinstance(rule, SigmaCorrelationRule):
            found |= set(rule.group_by or ())
            continue
        for detection in rule.detection.detections.values():
            for item in detection.detection_items:
                assert isinstance(item, SigmaDetectionItem), "rules are flat"
                found |= {item.field} if item.field else set()
    return found


def alerting(rules: SigmaCollection) -> SigmaRule | SigmaCorrelationRule:
    """The rule of a file that alerts: the last."""
    return rules.rules[-1]


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file and what belongs into it."""
    from tests.integrations import elastic_rules, sentinel_rules, splunk_searches

    yield INTEGRATIONS / "splunk" / "default" / "savedsearches.conf", splunk_searches.made()
    yield INTEGRATIONS / "elastic" / "detection-rules.ndjson", elastic_rules.made()
    yield INTEGRATIONS / "sentinel" / "analytic-rules.json", sentinel_rules.made()


if __name__ == "__main__":
    for path, content in files():
        path.write_text(content, "utf-8")
