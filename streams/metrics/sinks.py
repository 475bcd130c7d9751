"""The metrics of a deliverer, read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from streams.alerts.account import MUTED
from streams.delivery.circuit import CircuitState
from streams.metrics import delivery_catalogue as names
from streams.metrics.catalogue import Metric
from streams.metrics.families import family, histogram

if TYPE_CHECKING:
    from streams.delivery.sink_task import SinkTask

OUTCOMES = (
    "delivered",
    "duplicate",
    "dead_lettered",
    "passed_over",
    "removed",
    "not_removable",
    "returned",
)
"""How a record that was read for a sink can end, by the names of its counts."""


class SinkCollector(Collector):
    """Reads the counts of each sink at a scrape."""

    def __init__(self, sink_tasks: Mapping[str, SinkTask]) -> None:
        self._sink_tasks = sink_tasks

    def describe(self) -> Iterator[Family]:
        """Nothing: it is not looked at before the deliverer runs."""
        yield from ()

    def collect(self) -> Iterator[Family]:
        """Every metric of the catalogue."""
        counts = {name: task.stats.counts for name, task in self._sink_tasks.items()}
        yield family(
            names.SINK_RECORDS,
            [
                ((name, outcome), getattr(one, outcome))
                for name, one in counts.items()
                for outcome in OUTCOMES
            ],
        )
        yield self._each(names.SINK_READ, lambda task: task.stats.counts.read)
        yield self._each(names.SINK_PENDING, lambda task: task.stats.counts.pending)
        lags = ((name, task.lag) for name, task in self._sink_tasks.items())
        yield family(names.SINK_LAG, [((name,), lag) for name, lag in lags if lag is not None])
        yield family(
            names.SINK_ATTEMPTS,
            [
                sample
                for name, one in counts.items()
                for sample in (
                    ((name, "failed"), one.failures),
                    ((name, "answered"), one.attempts - one.failures),
                )
            ],
        )
        yield self._each(
            names.SINK_CIRCUIT, lambda task: task.sender.circuit.state is not CircuitState.CLOSED
        )
        yield self._each(names.SINK_HALTED, lambda task: task.is_halted)
        yield self._each(names.SINK_LATEST, lambda task: task.stats.latest_s)
        yield histogram(
            names.SINK_DELAY,
            [((name,), task.stats.delays) for name, task in self._sink_tasks.items()],
        )

        yield from self._alerts()

    def _alerts(self) -> Iterator[Family]:
        accounts = [(name, task.accounting) for name, task in self._sink_tasks.items()]
        known = [(name, account) for name, account in accounts if account is not None]
        yield family(names.ALERTS_RAISED, [((name,), one.raised) for name, one in known])
        yield family(
            names.ALERTS,
            [
                sample
                for name, one in known
                for sample in (
                    ((name, "delivered"), one.delivered),
                    ((name, "grouped"), one.grouped),
                    ((name, "muted"), sum(one.muted.values())),
                    ((name, "dead_lettered"), one.dead_lettered),
                )
            ],
        )
        yield family(
            names.ALERTS_MUTED,
            [
                ((name, reason), one.muted.get(reason, 0))
                for name, one in known
                for reason in sorted({*MUTED, *one.muted})
            ],
        )
        yield family(names.ALERTS_FORGOTTEN, [((name,), one.forgotten) for name, one in known])
        yield family(names.ALERTS_PENDING, [((name,), one.pending) for name, one in known])
        yield family(
            names.ALERTS_OLDEST,
            [((name,), self._sink_tasks[name].alert_waits_s or 0.0) for name, _ in known],
        )

    def _each(self, metric: Metric, value: Callable[[SinkTask], float]) -> Family:
        return family(metric, [((name,), value(task)) for name, task in self._sink_tasks.items()])
