"""What a person on call gets: a group of findings that belong together."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.core.instants import Instant
from streams.core.vocabulary import Severity
from streams.siem.producer import Language


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one group, as it is sent to chat and paging services.

    `key` names the group over its whole life and is its deduplication key; `version` grows
    by one each time there is something new to say, so `key:version` names this alert
    alone. `state` is `resolved` when every finding of the group is closed. `severity` is
    the highest among them. `count` is how many findings the group has had, `open_count` how
    many of them are open now. `first_at` and `last_at` are the earliest and latest instant
    of the judged events. `pseudonyms` is empty unless the route switched them on.
    `waiver` is why and until when it is accepted, for what is shown as waived. Texts are
    in the language of the route, safe to show, and hold no personal data: `summary` is one line
    that names what, how much and with whom, `action` what to do first, `explanation` why.

    `growth` is how often it has become ten times as much since it began to fire: 0 to 3. A
    service that notifies once for a key is given another one for each. `fires_since` is when it
    began to fire; None in alerts of before that was kept. `time_zone` is that of the instants
    that people read.
    """

    key: str
    version: int
    state: Literal["firing", "resolved"]
    severity: Severity
    code: str
    title: str
    recipient_id: str | None
    controller_id: str | None
    count: int
    open_count: int
    provisional_count: int = 0
    first_at: Instant
    last_at: Instant
    summary: str
    action: str
    explanation: str = ""
    growth: int = 0
    fires_since: Instant | None = None
    time_zone: str = "UTC"
    language: Language = Language.EN
    citations: tuple[str, ...] = ()
    pseudonyms: tuple[str, ...] = ()
    waiver: str | None = None
    runbook_url: str | None = None
    test: bool = False

    @property
    def uid(self) -> str:
        """The name of this version alone, the same at every attempt."""
        return f"{self.key}:{self.version}"
