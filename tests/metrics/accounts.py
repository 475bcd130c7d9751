"""Accounts of alert policies, as a deliverer exports them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from streams.alerts.account import Accounting
from streams.delivery.circuit import Circuit
from streams.delivery.counts import SinkStats
from streams.metrics.expose import exposition
from streams.metrics.sinks import SinkCollector


def exposed(accounts: Mapping[str, Accounting]) -> str:
    """The text of `/metrics` of a deliverer that has these sinks for people."""
    sink_tasks: dict[str, Any] = {
        name: SimpleNamespace(
            stats=SinkStats(),
            sender=SimpleNamespace(circuit=Circuit(1, 30.0)),
            is_halted=False,
            alert_waits_s=None,
            lag=0,
            accounting=account,
        )
        for name, account in accounts.items()
    }
    return exposition(SinkCollector(sink_tasks))().decode()
