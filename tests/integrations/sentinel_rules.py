"""Sentinel's scheduled rules from the Sigma rules: by the time of ingestion, newest revision first."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from sigma.backends.kusto.kusto import KustoBackend
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule
from sigma.rule import SigmaRule

from tests.integrations.queries import MADE, alerting, collections, columns, renamed

TABLE: Final = "Consentry_CL"
SEVERITY: Final = {
    "critical": "High",
    "high": "High",
    "medium": "Medium",
    "informational": "Informational",
}
"""Sigma's levels as Sentinel has them."""

LABEL_ONLY: Final = 'not(consentry_step =~ "revised" and consentry_finality =~ "FINAL")'
NEWEST: Final = "summarize arg_max(consentry_revision, *) by consentry_id"
PERIOD: Final = "PT47H"
"""What a rule that runs every five minutes may look back over. TimeGenerated of a row that is older
than two days when it arrives becomes the time of arrival, so this reaches every row."""


def made() -> str:
    """An ARM template."""
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "metadata": {"made": MADE},
        "parameters": {"workspace": {"type": "string"}},
        "resources": [_resource(rules) for rules in collections().values()],
    }
    return json.dumps(template, indent=1) + "\n"


def _resource(rules: SigmaCollection) -> dict[str, Any]:
    rule = alerting(rules)
    counts = isinstance(rule, SigmaCorrelationRule)
    query = _counting(rules, rule) if isinstance(rule, SigmaCorrelationRule) else _of_one(rules)
    details = {"recipient": "consentry_recipient_id"}
    if not counts:
        details |= {"finding": "consentry_id", "rule": "consentry_code"}
    return {
        "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
        "apiVersion": "2024-03-01",
        "name": f"[concat(parameters('workspace'), '/Microsoft.SecurityInsights/{rule.id}')]",
        "kind": "Scheduled",
        "properties": {
            "displayName": f"Consentry: {rule.title}",
            "description": rule.description,
            "severity": SEVERITY[str(rule.level).lower()],
            "enabled": True,
            "query": query,
            "queryFrequency": "PT5M",
            "queryPeriod": PERIOD,
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 0,
            "suppressionEnabled": False,
            "suppressionDuration": "PT1H",
            "eventGroupingSettings": {"aggregationKind": "AlertPerResult"},
            "customDetails": details,
            "incidentConfiguration": _one_incident("recipient" if counts else "finding"),
        },
    }


def _one_incident(detail: str) -> dict[str, Any]:
    """Alerts about one finding are one incident, and do not open it again once it is closed."""
    return {
        "createIncident": True,
        "groupingConfiguration": {
            "enabled": True,
            "reopenClosedIncident": False,
            "lookbackDuration": "P7D",
            "matchingMethod": "Selected",
            "groupByEntities": [],
            "groupByAlertDetails": [],
            "groupByCustomDetails": [detail],
        },
    }


def _of_one(rules: SigmaCollection) -> str:
    return "\n| ".join(
        (
            TABLE,
            "where ingestion_time() > ago(5m)",
            f"where {LABEL_ONLY}",
            NEWEST,
            f"where {_condition(alerting(rules))}",
        )
    )


def _counting(rules: SigmaCollection, rule: SigmaCorrelationRule) -> str:
    """Kusto's backend has no correlations: the count is written here, each finding once."""
    [base] = [one for one in rules.rules if isinstance(one, SigmaRule)]
    assert isinstance(rule.condition, SigmaCorrelationCondition)
    [by] = [name.replace(".", "_") for name in rule.group_by or ()]
    return "\n| ".join(
        (
            TABLE,
            "where ingestion_time() > ago(1h)",
            f"where {_condition(base)}",
            f"summarize event_count = dcount(consentry_id) by {by}",
            f"where event_count >= {rule.condition.count}",
        )
    )


def _condition(rule: Any) -> str:
    backend = KustoBackend(processing_pipeline=renamed(columns()))
    # A rule that is counted gives no query of its own, so it is read once more, alone.
    query = backend.convert(SigmaCollection([SigmaRule.from_dict(rule.to_dict())]))[-1]
    # `=~` compares texts, and some columns are booleans.
    return re.sub(r"=~ (true|false)\b", r"== \1", query)
