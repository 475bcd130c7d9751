"""The metrics of a receiver, read when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from streams.metrics import receive_catalogue as names
from streams.metrics.families import family, histogram, single
from streams.receive.counts import NO_SOURCE
from streams.receive.refusal import RefusalReason

if TYPE_CHECKING:
    from streams.receive.receiver import Receiver

OUTCOMES: Final = ("accepted", "refused", "challenged")
"""How a request can end."""


class ReceiveCollector(Collector):
    """Reads the counts of each source at a scrape."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def describe(self) -> Iterator[Family]:
        """Nothing: it is not looked at before the receiver runs."""
        yield from ()

    def collect(self) -> Iterator[Family]:
        """Every metric of the catalogue."""
        counts = self._receiver.handling.counts
        sources = {name: one for name, one in counts.items() if name != NO_SOURCE}
        ends = {
            name: (one.accepted, one.refused.total(), one.challenged)
            for name, one in counts.items()
        }
        yield family(
            names.WEBHOOKS,
            [
                ((name, outcome), count)
                for name, found in ends.items()
                for outcome, count in zip(OUTCOMES, found, strict=True)
            ],
        )
        yield family(
            names.WEBHOOKS_REFUSED,
            [
                ((name, reason.value), one.refused[reason])
                for name, one in counts.items()
                for reason in RefusalReason
            ],
        )
        yield family(names.WEBHOOK_BYTES, [((n,), one.bytes) for n, one in sources.items()])
        yield family(names.WEBHOOK_LATEST, [((n,), one.latest_s) for n, one in sources.items()])
        yield histogram(
            names.WEBHOOK_SECONDS, [((name,), one.seconds) for name, one in sources.items()]
        )
        yield single(names.RECEIVER_READY, self._receiver.report().ready)
        yield single(names.RECEIVER_IN_WORK, self._receiver.handling.in_work_bytes)
        yield single(names.RECEIVER_TURNED_AWAY, self._receiver.http.turned_away)
