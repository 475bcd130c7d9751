"""Every key of a table `[sinks.NAME]` or `[alerts]` is read by something."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from streams.alerts.options import AlertOptions
from streams.delivery.alert_options import TABLES
from streams.sinks.kinds import KINDS
from tests.settings.reads import reads, sources

OF_SINKS = {one.name for one in reads(sources("sinks", "delivery", "cli", "metrics"))}
OF_ALERTS = {one.name for one in reads(sources("alerts", "delivery", "cli"))}


def unread(model: type[BaseModel], read: set[str]) -> set[str]:
    """Keys whose names are read of nothing at all."""
    return set(model.model_fields) - read


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_sink_is_read(kind: str) -> None:
    assert not unread(KINDS[kind], OF_SINKS)


@pytest.mark.parametrize("model", [AlertOptions, *TABLES.values()])
def test_every_key_of_the_alert_policy_is_read(model: type[BaseModel]) -> None:
    assert not unread(model, OF_ALERTS)


def test_a_key_that_nobody_reads_is_noticed() -> None:
    class WithOneMore(AlertOptions):
        owl_calls: int = 1

    assert unread(WithOneMore, OF_ALERTS) == {"owl_calls"}
