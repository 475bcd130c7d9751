"""The metrics of several processes as one text, each sample with the label `process`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from streams.metrics import catalogue as names
from streams.metrics.families import single

PROCESS: Final = "process"
"""The label; its values are the names of the processes, as many as were asked for."""

SUPERVISOR: Final = "supervisor"


def exposition_of(texts: Mapping[str, str | None]) -> bytes:
    """The texts of processes by name as one; None of one that did not answer.

    Such a one is neither live nor ready. The supervisor's own memory and CPU stand beside
    them. Raises ValueError for a text that is none of Prometheus.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SeveralProcesses(texts))
    return generate_latest(registry)


class SeveralProcesses(Collector):
    """The families of all processes; one that several have stands once."""

    def __init__(self, texts: Mapping[str, str | None]) -> None:
        self._texts = texts

    def describe(self) -> Iterator[Family]:
        """Nothing: they are known when the texts are read."""
        yield from ()

    def collect(self) -> Iterator[Family]:
        """Every family that one of them has."""
        found: dict[str, Family] = {}
        for process, text in self._texts.items():
            _add(
                found, process, _silent() if text is None else text_string_to_metric_families(text)
            )
        _add(found, SUPERVISOR, ProcessCollector(registry=None).collect())
        yield from found.values()


def _silent() -> list[Family]:
    return [single(names.LIVE, 0), single(names.READY, 0)]


def _add(found: dict[str, Family], process: str, families: Iterable[Family]) -> None:
    for family in families:
        into = found.get(family.name)
        if into is None:
            into = found[family.name] = Family(family.name, family.documentation, family.type)
        into.samples += [
            sample._replace(labels={**sample.labels, PROCESS: process}) for sample in family.samples
        ]
