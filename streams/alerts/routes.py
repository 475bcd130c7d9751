"""Which findings go to which sinks, and what is accepted for a time."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from streams.alerts.option_table import OptionTable, SinkNames
from streams.core.codes import CODES
from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem.producer import Language


def _code(name: str) -> str:
    if name not in CODES:
        raise ValueError("there is no such code; `consentry explain --list` names all")
    return name


Codes = tuple[Annotated[str, AfterValidator(_code)], ...]


class _Matcher(OptionTable):
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
        description="Sinks that get them, as `[sinks.NAME]` names them; empty: none."
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
        "show",
        description="Alert once about what a waiver covers, as ADVISORY and marked; or not at all.",
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
