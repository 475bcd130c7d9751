"""A real OpenSearch: templates, the examples of the pages, detection rules, deletion, rollover."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from streams.core.findings import Finding, OutputRecord
from streams.siem.flat import flat
from streams.sinks.contract import DELIVERED, DUPLICATE
from streams.sinks.finding_update import FindingUpdate
from tests.clients.opensearch.node import OpenSearch, opensearch
from tests.integrations.elastic_rules import rules
from tests.integrations.occurrences import occurrences
from tests.integrations.test_sigma import ALONE, wants
from tests.siem.goldens import PRODUCER
from tests.sinks.examples import of_type, opened
from tests.sinks.loads import in_loop, removal

FOLDER = Path(__file__).parents[2] / "integrations" / "elastic"
RECORDS = occurrences()
STREAM = "logs-consentry.violation-default"
INSTALLED = {
    "_ingest/pipeline/consentry": "ingest-pipeline.json",
    "_index_template/consentry": "index-template.json",
    "_index_template/consentry-latest": "index-template-latest.json",
    "_index_template/consentry-flat": "index-template-flat.json",
    "_index_template/consentry-ocsf": "index-template-ocsf.json",
}
"""As integrations/README.md has it."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    """One for all, with what we ship in place."""
    with opensearch(tmp_path_factory.mktemp("opensearch")) as one:
        readme = (FOLDER.parent / "README.md").read_text("utf-8")
        for path, file in INSTALLED.items():
            assert file in readme
            one.ask("PUT", path, json.loads((FOLDER / file).read_text("utf-8")))
        yield one


def updates(records: Sequence[OutputRecord]) -> list[FindingUpdate]:
    return [
        FindingUpdate(record=one, topic="violations", partition=0, offset=at)
        for at, one in enumerate(records)
    ]


async def sent(node: OpenSearch, table: dict[str, Any], given: list[Any]) -> list[Any]:
    sink = opened(table, url=node.url)
    try:
        checks = await sink.check()
        assert all(one.ok for one in checks), checks
        return list(await sink.send(given))
    finally:
        await sink.close()


def expected(rule_id: str) -> set[str]:
    """The findings that a rule means, by the Sigma rule that it was made from."""
    [rule] = [one for found in ALONE.values() for one in found.rules if str(one.id) == rule_id]
    detection = rule.detection.to_dict()  # type: ignore[union-attr]  # no correlation
    chosen = [one for one in RECORDS if wants(detection, flat(one, PRODUCER))]
    return {one.violation_id for one in chosen if isinstance(one, Finding)}


@in_loop
async def _all_through(node: OpenSearch) -> None:
    for table in of_type("elasticsearch").values():
        assert set(await sent(node, table, updates(RECORDS))) == {DELIVERED}


def test_examples_are_taken_and_every_detection_rule_finds_what_it_means(node: OpenSearch) -> None:
    _all_through(node)
    tried = [rule for rule in rules() if rule["language"] == "lucene"]
    assert len(tried) == len(ALONE)
    for rule in tried:
        [index] = rule["index"]
        found = node.found(index, {"query_string": {"query": rule["query"]}})
        ids = {one["consentry"]["id"] for one in found}
        assert ids == expected(rule["rule_id"]) != set(), rule["name"]
        # What rules go by is there, and what they are suppressed by.
        assert all(one[rule["timestamp_override"].split(".")[0]]["ingested"] for one in found)
    findings = [one for one in RECORDS if isinstance(one, Finding)]
    assert len(node.found("consentry-latest", {"match_all": {}})) == len(RECORDS)
    assert len(node.found(STREAM, {"match_all": {}})) == len(findings)


@pytest.mark.parametrize(
    ("form", "query"),
    [("flat", "consentry.code:NO_CONSENT"), ("ocsf", "finding_info.analytic.name:NO_CONSENT")],
)
def test_other_formats_have_their_templates(node: OpenSearch, form: str, query: str) -> None:
    table = {"type": "elasticsearch", "format": form, "index": f"consentry-{form}"}

    @in_loop
    async def run() -> None:
        given = updates(RECORDS)
        assert set(await sent(node, table, given)) == {DELIVERED}
        assert set(await sent(node, table, given)) == {DUPLICATE}
        wanted = [one for one in RECORDS if isinstance(one, Finding) and one.code == "NO_CONSENT"]
        found = node.found(table["index"], {"query_string": {"query": query}})
        assert len(found) == len(wanted)
        gone = [removal(one) for one in given]
        assert set(await sent(node, table, gone)) == {DELIVERED}

    run()
    assert node.found(table["index"], {"match_all": {}}) == []


def test_an_id_is_unique_in_a_backing_index_and_not_in_the_stream(node: OpenSearch) -> None:
    table = {"type": "elasticsearch", "namespace": "rolled"}
    stream = STREAM.replace("default", "rolled")
    given = updates([one for one in RECORDS if isinstance(one, Finding)][:3])

    @in_loop
    async def run() -> None:
        assert await sent(node, table, list(given)) == [DELIVERED] * 3
        assert await sent(node, table, list(given)) == [DUPLICATE] * 3
        node.ask("POST", f"{stream}/_rollover")
        assert await sent(node, table, list(given)) == [DELIVERED] * 3
        found = node.found(stream, {"match_all": {}})
        names = Counter((one["event"]["id"], one["event"]["sequence"]) for one in found)
        assert set(names.values()) == {2}
        # A removal reaches all backing indexes.
        assert await sent(node, table, [removal(one) for one in given]) == [DELIVERED] * 3

    run()
    assert node.found(stream, {"match_all": {}}) == []
