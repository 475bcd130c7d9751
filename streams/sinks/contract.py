"""What every sink does, and its answer to each update."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

import msgspec

from streams.alerts.alert import Alert
from streams.errors import ConsentryError
from streams.sinks.finding_update import FindingUpdate

Load_contra = TypeVar("Load_contra", FindingUpdate, Alert, contravariant=True)
"""SIEM sinks take updates, one per revision; sinks for people take alerts, one per message."""


class DeliveryStatus(StrEnum):
    """What became of one update.

    DELIVERED: the receiver has it. DUPLICATE: it had it already, which is as good.
    RETRY: not now (429, 503, a full queue); the same update may be taken later. REJECTED:
    never; it goes to the dead letters with the reason.
    """

    DELIVERED = "delivered"
    DUPLICATE = "duplicate"
    RETRY = "retry"
    REJECTED = "rejected"


class DeliveryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one update.

    `reason` is the receiver's own code or phrase, bounded and without payload: receivers
    quote what they were sent. `retry_after_s` is what the receiver asked for, in seconds.
    """

    verdict: DeliveryStatus
    reason: str = ""
    retry_after_s: float | None = None

    @property
    def settled(self) -> bool:
        """Nothing is left to do for this update."""
        match self.verdict:
            case DeliveryStatus.DELIVERED | DeliveryStatus.DUPLICATE | DeliveryStatus.REJECTED:
                return True
            case DeliveryStatus.RETRY:
                return False


DELIVERED = DeliveryResult(verdict=DeliveryStatus.DELIVERED)
DUPLICATE = DeliveryResult(verdict=DeliveryStatus.DUPLICATE)


class SinkDown(ConsentryError):
    """The state of the batch is unknown: not reached, timed out, refused as a whole.

    Any part of the batch may have arrived; all of it is sent again under the same ids.
    `retry_after_s` is what the receiver asked for. `lasting` says that waiting alone repairs
    nothing (a wrong token, an untrusted certificate): it is retried all the same, since
    somebody may put it right, but logged at a higher level.
    """

    def __init__(
        self,
        problem: str,
        remedy: str = "",
        *,
        retry_after_s: float | None = None,
        lasting: bool = False,
    ) -> None:
        super().__init__(problem, remedy)
        self.retry_after_s = retry_after_s
        self.lasting = lasting


class SinkCheck(msgspec.Struct, frozen=True, kw_only=True, rename={"answer": "said"}):
    """One thing that `consentry sinks check` looked at: `what`, whether it holds, what was found."""

    what: str
    ok: bool
    answer: str


class Sink(Protocol[Load_contra]):
    """A receiver. One task uses it at a time; it connects when it is first needed.

    It never waits longer than the `longest_s` of its options, sends no personal value, and does
    no retries: the deliverer decides when to try again. A `send` may be cancelled at any await;
    what was taken and not confirmed by then is sent again, or asked for again.
    """

    async def send(self, loads: Sequence[Load_contra]) -> Sequence[DeliveryResult]:
        """Hand over updates or alerts in their order; one outcome for each, in the same order.

        Of one identity, a later revision never overtakes an earlier one that has to be
        retried: a sink whose receiver keeps order by arrival answers RETRY for it too.
        Raises SinkDown when the batch as a whole was not taken. An empty batch gives no
        outcomes; a sink with a true attribute `resends` makes up for a lost connection then.

        A sink whose options say `removes` is handed removals among its updates, in their
        order: it has its receiver delete every revision of that identity. One that the
        receiver never had, or has deleted, is DELIVERED.
        """
        ...

    async def check(self) -> Sequence[SinkCheck]:
        """Reach the receiver; look at TLS, credentials and what it needs. Sends no finding.

        Everything wrong is a Check; it raises nothing for a receiver that is away.
        """
        ...

    async def close(self) -> None:
        """Hand over what is buffered and let go of connections. May be called twice."""
        ...
