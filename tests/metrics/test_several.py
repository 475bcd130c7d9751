"""The metrics of several processes stand beside each other, by the rules of Prometheus."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parsed_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.metrics.several import PROCESS, SeveralProcesses, exposition_of
from tests.metrics.test_worker import exposed, filled, promtool

TEXT = exposed(*filled())
TEXTS = {"w-1": TEXT, "w-2": TEXT}


def samples_of(text: str, process: str) -> set[tuple[str, tuple[tuple[str, str], ...], float]]:
    """Every sample of a process, without the label that says so."""
    return {
        (
            sample.name,
            tuple(sorted((n, v) for n, v in sample.labels.items() if n != PROCESS)),
            sample.value,
        )
        for family in parsed(text)
        for sample in family.samples
        if sample.labels.get(PROCESS, process) == process
    }


def test_every_sample_of_each_process_is_there_under_its_name() -> None:
    text = exposition_of(TEXTS).decode()
    for process in TEXTS:
        assert samples_of(text, process) == samples_of(TEXT, process)
    assert {sample.labels[PROCESS] for family in parsed(text) for sample in family.samples} == {
        "w-1",
        "w-2",
        "supervisor",
    }


def test_a_family_stands_once_with_its_help_and_kind() -> None:
    merged = [
        (one.name, one.type, one.documentation) for one in parsed(exposition_of(TEXTS).decode())
    ]
    assert len({name for name, _, _ in merged}) == len(merged)
    assert set(merged) == {(one.name, one.type, one.documentation) for one in parsed(TEXT)}


def test_promtool_finds_nothing_to_say() -> None:
    checked = promtool(exposition_of(TEXTS).decode())
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_families_are_valid_openmetrics_too() -> None:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SeveralProcesses(TEXTS))
    text = as_openmetrics(registry).decode()  # type: ignore[no-untyped-call]  # it has none
    found = list(parsed_openmetrics(text))  # type: ignore[no-untyped-call]  # it has none
    assert {one.name for one in found} == {one.name for one in parsed(TEXT)}


def test_one_that_did_not_answer_is_neither_live_nor_ready() -> None:
    text = exposition_of({"w-1": TEXT, "w-2": None}).decode()
    assert samples_of(text, "w-2") == {
        ("consentry_worker_live", (), 0.0),
        ("consentry_worker_ready", (), 0.0),
    }
    assert 'consentry_worker_live{process="w-1"} 1.0' in text


def test_what_is_no_text_of_prometheus_is_an_error() -> None:
    with pytest.raises(ValueError, match=r".+"):
        exposition_of({"w-1": "consentry_partitions{ 3\n"})
