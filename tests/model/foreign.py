"""What somebody else writes on the topic of findings of a world, and the command that ends it."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.findings import Finding
from streams.core.identifiers import EventId
from streams.core.superseded import own_address
from streams.core.vocabulary import Status
from streams.wire.commands import HeldOutput
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.progress import BATCH_HEADER
from tests.model.commanding import RETRACT, Commanding

FOREIGN: Final = ("written-by", b"somebody else")
"""Header by which the model knows them again; no worker reads the topic."""


class Foreign(Commanding):
    """An earlier generation, or somebody's hand."""

    def do_retract(self, number: int, salt: int) -> None:
        """A finding is written that the state does not say, and the owner is to end it.

        It is of a higher revision than the state's, or about an event that nobody knows. The
        command may name what the state says too, or nothing else: nothing in it is believed.
        """
        number %= self.partitions
        said = self._said(number)
        if not said:
            return
        first = said[salt % len(said)]
        named = [first, said[salt // 3 % len(said)]] if salt % 3 else []
        if salt % 5:
            named.append(self._write(number, first, salt))
        self.order(
            number,
            RETRACT,
            None,
            standing=tuple(
                HeldOutput(id=one.violation_id, record=encode_finding(one)) for one in named
            ),
        )

    def _said(self, number: int) -> list[Finding]:
        """The findings that a reader of a partition number holds, of workers."""
        found: dict[bytes | None, Finding] = {}
        for record in self.broker.visible(self.names.violations, number):
            if record.value is None:
                found.pop(record.key, None)
            elif BATCH_HEADER in dict(record.headers):
                found[record.key] = decode_finding(record.value)
        return list(found.values())

    def _write(self, number: int, first: Finding, salt: int) -> Finding:
        status = Status.RETRACTED if salt % 7 == 0 else Status.OPEN
        other = msgspec.structs.replace(first, revision=first.revision + salt % 4, status=status)
        if salt % 2:
            other = msgspec.structs.replace(other, event_id=EventId(f"unknown-{self.commands}"))
            address = own_address(other)
            assert address is not None
            other = msgspec.structs.replace(other, violation_id=address)
        self.broker.append(
            self.names.violations,
            number,
            key=other.violation_id.encode(),
            value=encode_finding(other),
            headers=[FOREIGN],
        )
        self.faults += 1
        return other
