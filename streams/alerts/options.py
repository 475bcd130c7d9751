"""The table `[alerts]` of the settings file: who is alerted, when, and how often."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from streams.alerts.alarm_options import Heartbeat, Silence, Unconsented
from streams.alerts.option_table import OptionTable
from streams.alerts.routes import Route, Waiver
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem.producer import Language

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it as in Europe/Amsterdam") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Quiet(OptionTable):
    """A table `[[alerts.quiet]]`: hours in which only `quiet_passes` goes out."""

    days: tuple[Day, ...] = Field(
        DAYS, min_length=1, description="Days on which they begin: `mon` to `sun`."
    )
    begin: time = Field(description="Local time at which they begin: `22:00:00`.")
    end: time = Field(
        description="Local time at which they end; at or before `begin`: on the next day."
    )

    @model_validator(mode="after")
    def _local(self) -> Self:
        if self.begin.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("begin and end are local times of time_zone, without an offset")
        return self


class AlertOptions(OptionTable):
    """The table `[alerts]`, all of it optional; without routes there are no alerts."""

    language: Language = Field(Language.EN, description="Language of texts: `en` or `nl`.")
    time_zone: Zone = Field("Europe/Amsterdam", description="Of quiet hours and of texts.")
    window_s: float = Field(
        3_600.0,
        ge=1,
        le=604_800,
        description="Findings of one rule and recipient within such a window, counted from the "
        "full hour in UTC for an hour, are one alert.",
    )
    gather_s: float = Field(
        5.0,
        ge=0,
        le=300,
        description="Seconds that the first alert of a group waits for more findings, so that it "
        "says how many there are.",
    )
    retention_s: float = Field(
        3_024_000.0,
        ge=60,
        le=31_536_000,
        description="Seconds after its last change that a group is remembered, so that a close or "
        "a reopening finds it: longer than P15, after which findings are labelled FINAL.",
    )
    remembered_max: int = Field(
        50_000,
        ge=100,
        le=100_000_000,
        description="Findings remembered at most; above it the groups unchanged for longest go.",
    )
    flood_max: int = Field(
        20, ge=1, le=100_000, description="Alerts of an interval; the rest become one summary."
    )
    flood_interval_s: float = Field(
        300.0, ge=1, le=86_400, description="Length of that interval in seconds."
    )
    quiet_passes: tuple[Severity, ...] = Field(
        (Severity.CRITICAL,), description="Severities that go out in quiet hours too."
    )
    runbook_url: str | None = Field(None, max_length=500, description="Where alerts point to.")
    routes: tuple[Route, ...] = Field((), description="In the order in which they are tried.")
    waivers: tuple[Waiver, ...] = Field((), description="What is accepted for a time.")
    quiet: tuple[Quiet, ...] = Field((), description="Quiet hours.")
    heartbeat: Heartbeat | None = Field(None, description="A sign of life.")
    silence: Silence | None = Field(None, description="Producers that fall silent.")
    unconsented: Unconsented | None = Field(None, description="Shares without any consent event.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [route.name for route in self.routes]
        if len(set(names)) < len(names):
            raise ValueError("two routes have the same name")
        return self

    def route(self, severity: Severity, code: str, recipient_id: str | None) -> Route | None:
        """The first route that takes such findings."""
        for route in self.routes:
            if route.takes(severity, code, recipient_id):
                return route
        return None

    def waiver(self, code: str, recipient_id: str | None, now: Instant) -> Waiver | None:
        """The first waiver that covers such findings now."""
        for waiver in self.waivers:
            if waiver.matches(code, recipient_id) and now < waiver.expires_at:
                return waiver
        return None

    def sink_names(self) -> frozenset[str]:
        """All sinks that are named anywhere in the table."""
        named = [name for route in self.routes for name in route.sinks]
        for table in (self.heartbeat, self.silence, self.unconsented):
            named.extend(() if table is None else table.sinks)
        return frozenset(named)
