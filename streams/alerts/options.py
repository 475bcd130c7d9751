"""The table `[alerts]` of the settings file: who is told, when, and how often."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from streams.core.codes import CODES
from streams.core.instants import Duration, Instant
from streams.core.vocabulary import EventType, Severity
from streams.siem.producer import Language

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SINK: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


def _sink(name: str) -> str:
    if not _SINK.fullmatch(name):
        raise ValueError("a sink is named by at most 40 lower-case letters, digits and -")
    return name


def _code(name: str) -> str:
    if name not in CODES:
        raise ValueError("there is no such code; `consentry explain --list` names all")
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it as in Europe/Amsterdam") from None
    return name


SinkNames = tuple[Annotated[str, AfterValidator(_sink)], ...]
Codes = tuple[Annotated[str, AfterValidator(_code)], ...]
Zone = Annotated[str, AfterValidator(_zone)]


def milliseconds(seconds: float) -> Duration:
    """Seconds of the settings file as a duration."""
    return Duration(int(seconds * 1000))


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Matcher(_Table):
    """Empty lists match all; what is given must match together."""

    codes: Codes = Field((), description="Codes that it holds for; empty: all.")
    recipients: tuple[str, ...] = Field(
        (), description="Recipient ids that it holds for; empty: all, and findings without one."
    )

    def matches(self, code: str, recipient_id: str | None) -> bool:
        """Whether it holds for findings of this code and recipient."""
        return (not self.codes or code in self.codes) and (
            not self.recipients or recipient_id in self.recipients
        )


class Route(_Matcher):
    """A table `[[alerts.routes]]`: which findings go to which sinks. The first match holds."""

    name: str = Field(
        min_length=1, max_length=40, description="What `consentry alerts check` calls it."
    )
    sinks: SinkNames = Field(
        description="Sinks that are told, as `[sinks.NAME]` names them; empty: nobody is."
    )
    severities: tuple[Severity, ...] = Field(
        (), description="Severities that it holds for; empty: all."
    )
    hold_down_s: float = Field(
        0.0,
        ge=0,
        le=604_800,
        description="Seconds that a PROVISIONAL finding waits: retracted meanwhile, it is muted.",
    )
    language: Language | None = Field(None, description="`en` or `nl`; unset: that of `[alerts]`.")
    pseudonyms: bool = Field(
        default=False, description="Whether alerts name persons by their pseudonyms."
    )
    waived: Literal["show", "mute"] = Field(
        "show", description="Tell what a waiver covers once, as ADVISORY and marked; or not at all."
    )
    runbook_url: str | None = Field(
        None, max_length=500, description="Where to read on; unset: that of `[alerts]`."
    )

    def takes(self, severity: Severity, code: str, recipient_id: str | None) -> bool:
        """Whether it holds for such findings."""
        return (not self.severities or severity in self.severities) and self.matches(
            code, recipient_id
        )


class Waiver(_Matcher):
    """A table `[[alerts.waivers]]`: what somebody answers for, until when, and why."""

    reason: str = Field(min_length=1, max_length=200, description="Why it is accepted.")
    owner: str = Field(
        min_length=1, max_length=100, description="Who answers for it: a role, not a person's name."
    )
    expires: AwareDatetime = Field(
        description="The instant from which it no longer holds, with an offset."
    )

    @model_validator(mode="after")
    def _narrow(self) -> Self:
        if not self.codes and not self.recipients:
            raise ValueError("a waiver names codes, recipients or both: it must not cover all")
        return self

    @property
    def expires_at(self) -> Instant:
        """The same as an instant."""
        return Instant(int(self.expires.timestamp() * 1000))


class Quiet(_Table):
    """A table `[[alerts.quiet]]`: hours in which only what must is told."""

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


class Heartbeat(_Table):
    """The table `[alerts.heartbeat]`: an alert every interval, so that silence is noticed."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that get it.")
    every_s: float = Field(86_400.0, ge=10, le=2_592_000, description="Seconds between two.")


class Silence(_Table):
    """The table `[alerts.silence]`: an alert when events of a kind stay away."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that are told.")
    after_s: dict[EventType, float] = Field(
        min_length=1, description="Seconds without an event after which a kind counts as silent."
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if any(not 1 <= seconds <= 31_536_000 for seconds in self.after_s.values()):
            raise ValueError("after_s holds seconds from 1 to 31536000")
        return self


class Unconsented(_Table):
    """The table `[alerts.unconsented]`: many are shared of whom no consent event was ever seen."""

    sinks: SinkNames = Field(min_length=1, description="Sinks that are told.")
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


class AlertOptions(_Table):
    """The table `[alerts]`, all of it optional; without routes nobody is told."""

    language: Language = Field(Language.EN, description="Language of texts: `en` or `nl`.")
    time_zone: Zone = Field("Europe/Amsterdam", description="Of quiet hours and of texts.")
    window_s: float = Field(
        3_600.0,
        ge=1,
        le=604_800,
        description="Findings of one rule and recipient within such a window, counted from the "
        "full hour in UTC for an hour, are one alert.",
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
        (Severity.CRITICAL,), description="Severities that are told in quiet hours too."
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
