"""Elastic's detection rules from the Sigma rules, as its import takes them: a rule a line.

They look back four runs by `event.ingested`; a document of which an alert was made makes no
second one, so the look-backs overlap and leave no gap.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from sigma.backends.elasticsearch.elasticsearch_esql import ESQLBackend
from sigma.backends.elasticsearch.elasticsearch_lucene import LuceneBackend
from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from tests.integrations.queries import IN_ECS, INDEX, alerting, collections, renamed

RISK: Final = {"critical": 99, "high": 73, "medium": 47, "low": 21}


def made() -> str:
    """The file."""
    return "".join(f"{json.dumps(rule)}\n" for rule in rules())


def rules() -> list[dict[str, Any]]:
    """A rule each: Lucene, and ES|QL where rules count."""
    found = []
    for collection in collections().values():
        rule = alerting(collection)
        counts = isinstance(rule, SigmaCorrelationRule)
        backend = (ESQLBackend if counts else LuceneBackend)(processing_pipeline=renamed(IN_ECS))
        query = backend.convert(collection)[-1]
        found.append(_counting(rule, query) if counts else _of_one(rule, query))
    return found


def _of_one(rule: SigmaRule | SigmaCorrelationRule, query: str) -> dict[str, Any]:
    # A finding that is raised again is a matter of its own each time.
    again = "consentry.step" in query.partition("NOT")[0]
    return _rule(rule) | {
        "type": "query",
        "language": "lucene",
        "index": [INDEX],
        "query": query,
        "from": "now-20m",
        "alert_suppression": _once(
            ["consentry.id", "consentry.revision" if again else "event.code"], hours=720
        ),
    }


def _counting(rule: SigmaRule | SigmaCorrelationRule, query: str) -> dict[str, Any]:
    """The window of the count is that of the run, and each finding counts once."""
    query = re.sub(
        r"\| eval timebucket=date_trunc\(1hours, @timestamp\) "
        r"\| stats event_count=count\(\) by timebucket, ",
        "| stats event_count=count_distinct(consentry.id) by ",
        query,
    )
    # Rows that are counted are no documents.
    query = query.replace(" metadata _id, _index, _version", "")
    return _rule(rule) | {
        "type": "esql",
        "language": "esql",
        "query": query,
        "from": "now-60m",
        "alert_suppression": _once(["consentry.recipient.id"], hours=1),
    }


def _once(fields: list[str], *, hours: int) -> dict[str, Any]:
    return {
        "group_by": fields,
        "duration": {"value": hours, "unit": "h"},
        "missing_fields_strategy": "doNotSuppress",
    }


def _rule(rule: SigmaRule | SigmaCorrelationRule) -> dict[str, Any]:
    level = str(rule.level).lower()
    return {
        "rule_id": str(rule.id),
        "name": f"Consentry: {rule.title}",
        "description": rule.description,
        "severity": level,
        "risk_score": RISK[level],
        "enabled": False,
        "interval": "5m",
        "to": "now",
        "timestamp_override": "event.ingested",
        "tags": ["consentry"],
    }
