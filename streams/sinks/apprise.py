"""Anything that apprise reaches (e-mail, Teams, Matrix and more); an optional extra.

https://github.com/caronc/apprise. It says only whether a message went out, and knows no
deduplication and no resolve: a resolve is a message of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr

from streams.alerts.alert import Alert
from streams.errors import ConsentryError
from streams.sinks.alert_fields import for_people, headline, what_to_do
from streams.sinks.batch import one_by_one
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.options import SinkOptions

if TYPE_CHECKING:
    from apprise import Apprise


class AppriseOptions(SinkOptions):
    """Services that apprise reaches; takes alerts by the alert policy; needs the extra `apprise`."""

    type: Literal["apprise"] = Field(description="The kind of receiver.")
    url: SecretStr = Field(description="The URL of the service in apprise's form.")
    batch_max_records: int = Field(10, ge=1, le=10_000, description="Alerts a batch at most.")

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Alerts."""
        return "alerts"

    def open(self) -> Sink[Any]:
        """The sink. Raises ConsentryError without the extra, or for a URL that is none."""
        try:
            from apprise import Apprise
        except ImportError:
            raise ConsentryError(
                "a sink of type apprise needs the package apprise, which is not installed",
                "Install the extra: pip install 'consentry[apprise]'.",
            ) from None
        # Its lines quote the URL, which is a secret, and whom it sends to.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        service = Apprise()
        if not service.add(self.url.get_secret_value()):
            raise ConsentryError(
                "apprise does not know the service of its url",
                "Its list of services has the form of each URL.",
            )
        return AppriseSink(self, service)


class AppriseSink:
    """One message an alert, in a thread: apprise waits for its services."""

    def __init__(self, options: AppriseOptions, service: Apprise) -> None:
        self._options = options
        self._service = service

    async def send(self, loads: Sequence[Alert]) -> Sequence[DeliveryResult]:
        """Send each, in order."""

        async def post(at: int) -> DeliveryResult:
            title, body = texts(loads[at])
            if not await asyncio.to_thread(self._notify, title, body):
                raise SinkDown("apprise could not send the message")
            return DELIVERED

        keys = [alert.key for alert in loads]
        return await one_by_one(keys, post, timeout_s=self._options.timeout_s)

    async def check(self) -> Sequence[SinkCheck]:
        """Apprise can reach a service only by sending."""
        answer = "its url is well-formed; `consentry sinks test` sends a message"
        return [SinkCheck(what="apprise knows the service", ok=True, answer=answer)]

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _notify(self, title: str, body: str) -> bool:
        # Plain text: a service that reads mark-up gets ours escaped.
        return bool(self._service.notify(body=body, title=title, body_format="text"))


def texts(alert: Alert) -> tuple[str, str]:
    """A title and a body in plain text: what to do first, then the facts."""
    lines = [f"{name}: {value}" for name, value in (what_to_do(alert), *for_people(alert)) if value]
    if alert.runbook_url is not None:
        lines.append(alert.runbook_url)
    return headline(alert, 250), "\n".join(lines)
