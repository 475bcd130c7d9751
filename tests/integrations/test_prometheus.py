"""Alert rules and dashboard: every expression uses what is exported, and every rule is tried."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.core.codes import CODES
from streams.core.vocabulary import Severity, Status
from streams.metrics.catalogue import WORKER
from streams.metrics.delivery_catalogue import DELIVERER
from streams.metrics.ingest import RECORD_ENDS
from streams.metrics.ingest_catalogue import INGEST
from streams.metrics.receive import OUTCOMES as RECEIVED
from streams.metrics.receive_catalogue import RECEIVER
from streams.metrics.sinks import OUTCOMES
from streams.receive.refusal import RefusalReason
from streams.wire.progress import Counters
from tests.receivers import needs

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "integrations" / "prometheus"
RULES = PROMETHEUS / "consentry.rules.yml"
TRIED = PROMETHEUS / "consentry.rules.test.yml"
DASHBOARD = json.loads((ROOT / "integrations" / "grafana" / "consentry.json").read_text("utf-8"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")

OTHERS = {"process_resident_memory_bytes"}
"""Of the client library, on every `/metrics`."""

_NAME = re.compile(r"\b(?:consentry|process)_[a-z_]+\b")
_LABEL = re.compile(r'([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
_SELECTED = re.compile(r"((?:consentry|process)_[a-z_]+)\{([^}]*)\}")
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum")}

EXPORTED = {
    name: metric
    for metric in (*WORKER, *DELIVERER, *RECEIVER, *INGEST)
    for name in [f"{metric.name}{suffix}" for suffix in _SUFFIXES.get(metric.kind, ("",))]
}
SCRAPED = {"instance", "job", "le"}
"""Labels that Prometheus or a histogram brings."""

VALUES = {
    "outcome": {
        *Counters.__struct_fields__,
        *OUTCOMES,
        *RECEIVED,
        *RECORD_ENDS,
        "grouped",
        "muted",
    },
    "severity": {one.value for one in Severity},
    "status": {one.value for one in Status},
    "code": {code.value for code in CODES},
    "result": {"failed", "answered"},
    "reason": {one.value for one in RefusalReason},
}


def problems(expression: str) -> list[str]:
    """What an expression asks for that nobody exports: names, labels, values."""
    found = [
        f"no metric {name}"
        for name in _NAME.findall(expression)
        if name not in EXPORTED and name not in OTHERS
    ]
    for name, selector in _SELECTED.findall(expression):
        metric = EXPORTED.get(name)
        for label, value in _LABEL.findall(selector):
            if metric is not None and label not in (*metric.labels, *SCRAPED):
                found.append(f"{name} has no label {label}")
            found += [
                f"{label} is never {one}"
                for one in value.split("|")
                if label in VALUES and one not in VALUES[label]
            ]
    return found


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_what_is_exported_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert problems(rule["expr"]) == []
    assert rule["labels"]["severity"] in ("critical", "warning")
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert page == '{{ or $externalLabels.consentry_docs "docs" }}/runbook.md'
    assert anchor in anchors(RUNBOOK)
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def anchors(text: str) -> set[str]:
    """The anchors of a Markdown page's headings."""
    return {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }


@pytest.mark.parametrize("expression", expressions())
def test_the_dashboard_asks_for_what_is_exported(expression: str) -> None:
    assert problems(expression) == []


def test_the_checks_bite() -> None:
    assert problems("sum(consentry_record_total)") == ["no metric consentry_record_total"]
    assert problems('consentry_records_total{subject="x"}') == [
        "consentry_records_total has no label subject"
    ]
    assert problems('consentry_findings_total{code="SHARE"}') == ["code is never SHARE"]
    assert "x" not in anchors("# Y")


def test_the_dashboard_is_whole() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert names == {"datasource", "instance"}
    for panel in panels:
        assert panel["title"]
        for one in (panel, *panel["targets"]):
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        places = panel["gridPos"]
        assert places["x"] + places["w"] <= 24


def promtool(*arguments: str, cwd: Path = PROMETHEUS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [needs("promtool", "prometheus"), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_rule_is_tried_where_it_fires_and_where_not() -> None:
    tests = yaml.safe_load(TRIED.read_text("utf-8"))["tests"]
    quiet = {one["alertname"] for test in tests for one in test.get("alert_rule_test", ())}
    fires = {
        name
        for test in tests
        for one in test.get("promql_expr_test", ())
        for name in re.findall(r'alertname="(\w+)"', one["expr"])
    }
    names = {rule["alert"] for rule in rules()}
    assert quiet == fires == names


def test_promtool_takes_the_rules_and_their_tests() -> None:
    assert promtool("check", "rules", RULES.name).returncode == 0
    tried = promtool("test", "rules", TRIED.name)
    assert tried.returncode == 0, tried.stdout


def test_promtool_would_say_so(tmp_path: Path) -> None:
    (tmp_path / RULES.name).write_text(RULES.read_text("utf-8").replace("> 60\n", "> 6000000\n"))
    (tmp_path / TRIED.name).write_text(TRIED.read_text("utf-8"))
    assert promtool("test", "rules", TRIED.name, cwd=tmp_path).returncode != 0
