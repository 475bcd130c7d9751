"""Queries for Splunk, Elastic and Sentinel from the Sigma rules: python -m tests.integrations.queries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sigma.backends.elasticsearch.elasticsearch_esql import ESQLBackend
from sigma.backends.elasticsearch.elasticsearch_lucene import LuceneBackend
from sigma.backends.kusto.kusto import KustoBackend
from sigma.backends.splunk.splunk import SplunkBackend
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

TABLE = "Consentry_CL"
SEVERITY = {
    "critical": "High",
    "high": "High",
    "medium": "Medium",
    "informational": "Informational",
}
"""Sigma's levels as Sentinel has them."""


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


def savedsearches() -> str:
    """Splunk's saved searches: one per rule, every five minutes, an alert for each result."""
    backend = SplunkBackend()
    parts = [f"# {MADE}\n"]
    for rules in collections().values():
        rule = alerting(rules)
        query = backend.convert(rules)[-1].replace("\n", " ")
        parts.append(
            f"[Consentry - {rule.title}]\n"
            f"description = {rule.description}\n"
            f"search = sourcetype=consentry:flat {query}\n"
            "cron_schedule = */5 * * * *\n"
            "dispatch.earliest_time = -6m@m\n"
            "dispatch.latest_time = -1m@m\n"
            "enableSched = 1\n"
            "counttype = number of events\n"
            "relation = greater than\n"
            "quantity = 0\n"
            "alert.track = 1\n"
            f"alert.severity = {5 if str(rule.level) == 'critical' else 4}\n"
            "alert.suppress = 1\n"
            "alert.suppress.fields = consentry.id\n"
            "alert.suppress.period = 24h\n"
        )
    return "\n".join(parts)


def elastic() -> str:
    """Queries for detection rules on ECS documents: Lucene, and ES|QL where rules count."""
    made: dict[str, Any] = {"made": MADE, "index": INDEX, "rules": []}
    for rules in collections().values():
        rule = alerting(rules)
        counts = isinstance(rule, SigmaCorrelationRule)
        backend = (ESQLBackend if counts else LuceneBackend)(processing_pipeline=renamed(IN_ECS))
        made["rules"].append(
            {
                "id": str(rule.id),
                "name": rule.title,
                "description": rule.description,
                "level": str(rule.level).lower(),
                "language": "esql" if counts else "lucene",
                "query": backend.convert(rules)[-1],
            }
        )
    return json.dumps(made, indent=1) + "\n"


def sentinel() -> str:
    """Scheduled analytic rules as an ARM template; rules that count stay with the others."""
    backend = KustoBackend(processing_pipeline=renamed(columns()))
    resources = []
    for rules in collections().values():
        rule = alerting(rules)
        if isinstance(rule, SigmaCorrelationRule):
            continue
        resources.append(
            {
                "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
                "apiVersion": "2024-03-01",
                "name": f"[concat(parameters('workspace'), '/Microsoft.SecurityInsights/{rule.id}')]",
                "kind": "Scheduled",
                "properties": {
                    "displayName": f"Consentry: {rule.title}",
                    "description": rule.description,
                    "severity": SEVERITY[str(rule.level).lower()],
                    "enabled": True,
                    "query": f"{TABLE}\n| where {_booleans(backend.convert(rules)[-1])}",
                    "queryFrequency": "PT5M",
                    "queryPeriod": "PT10M",
                    "triggerOperator": "GreaterThan",
                    "triggerThreshold": 0,
                    "suppressionEnabled": False,
                    "suppressionDuration": "PT1H",
                    "customDetails": {
                        "finding": "consentry_id",
                        "recipient": "consentry_recipient_id",
                        "rule": "consentry_code",
                    },
                },
            }
        )
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "metadata": {"made": MADE},
        "parameters": {"workspace": {"type": "string"}},
        "resources": resources,
    }
    return json.dumps(template, indent=1) + "\n"


def _booleans(query: str) -> str:
    """`=~` compares texts, and some columns are booleans."""
    return re.sub(r"=~ (true|false)\b", r"== \1", query)


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file and what belongs into it."""
    yield INTEGRATIONS / "splunk" / "default" / "savedsearches.conf", savedsearches()
    yield INTEGRATIONS / "elastic" / "detection-queries.json", elastic()
    yield INTEGRATIONS / "sentinel" / "analytic-rules.json", sentinel()


if __name__ == "__main__":
    for path, content in files():
        path.write_text(content, "utf-8")
