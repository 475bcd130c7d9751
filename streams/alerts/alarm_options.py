"""Alarms of the alert policy's own: a heartbeat, silent producers, shares without consent."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from streams.alerts.option_table import OptionTable, SinkNames
from streams.core.vocabulary import EventType


class Heartbeat(OptionTable):
    """The table `[alerts.heartbeat]`: an alert every interval, so that silence is noticed."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that get it.")
    every_s: float = Field(86_400.0, ge=10, le=2_592_000, description="Seconds between two.")


class Silence(OptionTable):
    """The table `[alerts.silence]`: an alert when events of a kind stay away."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that get it.")
    after_s: dict[EventType, float] = Field(
        min_length=1, description="Seconds without an event after which a kind counts as silent."
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if any(not 1 <= seconds <= 31_536_000 for seconds in self.after_s.values()):
            raise ValueError("after_s holds seconds from 1 to 31536000")
        return self


class Unconsented(OptionTable):
    """The table `[alerts.unconsented]`: many are shared of whom no consent event was ever seen."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that get it.")
    workers: tuple[str, ...] = Field(
        (),
        description="Where the workers answer `/metrics`, which count these persons: "
        "`http://worker-1:8077/metrics`. Without all of them nothing is raised.",
    )
    share_above: float = Field(
        0.2, ge=0, lt=1, description="The share of shared subjects above which it is raised."
    )
    subjects_min: int = Field(
        100, ge=1, description="Fewer shared subjects than this say nothing yet."
    )
