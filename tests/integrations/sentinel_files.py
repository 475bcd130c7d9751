"""Sentinel's table and data collection rule, from what the sink sends: python -m tests.integrations.sentinel_files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streams.siem.flat import flat
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.sentinel import columns
from tests.siem.goldens import PRODUCER
from tests.siem.lives import lives

FOLDER = Path(__file__).parents[2] / "integrations" / "sentinel"
TABLE = "Consentry_CL"
STREAM = "Custom-Consentry_CL"
_TYPES: dict[type, str] = {bool: "boolean", int: "long", str: "string", float: "real"}


def rows() -> list[dict[str, Any]]:
    """A row of every life."""
    return [
        columns(FindingUpdate(record=one, topic="t", partition=0, offset=0), flat(one, PRODUCER))
        for one in lives().values()
    ]


def types() -> dict[str, str]:
    """The type of each column."""
    found: dict[str, str] = {}
    for row in rows():
        for name, value in row.items():
            kind = (
                "datetime"
                if name == "TimeGenerated" or name.endswith("_at")
                else _TYPES[str if isinstance(value, str) else type(value)]
            )
            assert found.setdefault(name, kind) == kind, name
    return dict(sorted(found.items()))


def table() -> dict[str, Any]:
    """The table, as the API takes it."""
    listed = [{"name": name, "type": kind} for name, kind in types().items()]
    return {"properties": {"schema": {"name": TABLE, "columns": listed}, "retentionInDays": 365}}


def rule() -> dict[str, Any]:
    """The data collection rule, an ARM template."""
    listed = [{"name": name, "type": kind} for name, kind in types().items()]
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "name": {"type": "string", "defaultValue": "consentry"},
            "location": {"type": "string"},
            "workspaceResourceId": {"type": "string"},
        },
        "resources": [
            {
                "type": "Microsoft.Insights/dataCollectionRules",
                "apiVersion": "2023-03-11",
                "kind": "Direct",
                "name": "[parameters('name')]",
                "location": "[parameters('location')]",
                "properties": {
                    "streamDeclarations": {STREAM: {"columns": listed}},
                    "destinations": {
                        "logAnalytics": [
                            {
                                "workspaceResourceId": "[parameters('workspaceResourceId')]",
                                "name": "workspace",
                            }
                        ]
                    },
                    "dataFlows": [
                        {
                            "streams": [STREAM],
                            "destinations": ["workspace"],
                            "transformKql": "source",
                            "outputStream": STREAM,
                        }
                    ],
                },
            }
        ],
        "outputs": {
            "ruleId": {
                "type": "string",
                "value": "[reference(resourceId('Microsoft.Insights/dataCollectionRules', "
                "parameters('name'))).immutableId]",
            }
        },
    }


def files() -> Iterator[tuple[Path, str]]:
    """Every file and what belongs into it."""
    yield FOLDER / "table.json", json.dumps(table(), indent=1) + "\n"
    yield FOLDER / "data-collection-rule.json", json.dumps(rule(), indent=1) + "\n"


if __name__ == "__main__":
    for path, content in files():
        path.write_text(content, "utf-8")
