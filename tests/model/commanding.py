"""What operators do in a world of the model: commands of each kind, and some that are none."""

from __future__ import annotations

import json
from typing import Final, NamedTuple
from uuid import UUID

from streams.core.events import Event
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant, format_instant
from streams.wire.arrival import partition_for
from streams.wire.commands import FORMAT, Command, ConcernedPerson, HeldOutput, encode_command
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_record
from tests.model.log import Record
from tests.model.sending import Sending
from tests.model.traffic import CONTROLLER, SUBJECTS, history

ERASE: Final = "erase"
REBUILD: Final = "rebuild"
RESTRICT: Final = "restrict"
UNRESTRICT: Final = "unrestrict"
RETRACT: Final = "retract"


class Ordered(NamedTuple):
    """A record of a command: whom it concerns, None for all; whether it is to be obeyed.

    None: as it comes, for of whom nothing is stored nothing can be restricted.
    """

    record: Record
    kind: str
    key: SubjectKey | None
    obeyed: bool | None

    @property
    def at(self) -> Instant:
        """The instant that counts for an erasure."""
        return Instant(self.record.timestamp)


class Commanding(Sending):
    """Commands, each on one partition, and events that occur after them."""

    ordered: dict[int, list[Ordered]]
    """By partition number, in the order of offsets."""
    commands: int
    faults: int
    """How many were sent, to any installation."""

    def do_erase(self, number: int, salt: int) -> None:
        """A person asks to be erased; one in a while the command cannot be carried out."""
        subject = SUBJECTS[number % len(SUBJECTS)]
        key = subject_key(CONTROLLER, subject)
        home = partition_for(key, self.partitions)
        fate = salt % 16
        if fate == 1:
            self.order((home + 1) % self.partitions, ERASE, subject, obeyed=False)
        elif fate == 2:
            self.order(home, "paint", subject, obeyed=False)
        elif fate == 3:
            self.order(home, ERASE, None, obeyed=False)
        else:
            self.order(home, ERASE, subject)

    def do_rebuild(self, number: int, salt: int) -> None:
        """An output topic is lost: all of a partition is published again, or one person."""
        if salt % 4 == 1:
            subject = SUBJECTS[number % len(SUBJECTS)]
            home = partition_for(subject_key(CONTROLLER, subject), self.partitions)
            self.order(home, REBUILD, subject)
        else:
            self.order(number % self.partitions, REBUILD, None)

    def do_restrict(self, number: int, salt: int) -> None:
        """A person asks that processing is restricted; or that is lifted."""
        subject = SUBJECTS[number % len(SUBJECTS)]
        home = partition_for(subject_key(CONTROLLER, subject), self.partitions)
        if salt % 2 == 0:
            self.order(home, RESTRICT, subject, obeyed=None)
        else:
            self.order(home, UNRESTRICT, subject)

    def do_fresh(self, number: int, salt: int) -> None:  # noqa: ARG002 - all take two
        """Something happens now, which no erasure of before makes undone."""
        known = history(self.seed)
        topic, key, _, event = known[number % len(known)]
        now = self.now()
        document = event_record(event) | {
            "event_id": f"{event.event_id}-{now}",
            "occurred_at": format_instant(Instant(now)),
            "recorded_at": format_instant(Instant(now)),
        }
        value = json.dumps(document).encode()
        self._send(topic, partition_for(key, self.partitions), key, value, _read(value))

    def order(
        self,
        number: int,
        kind: str,
        subject: str | None,
        *,
        obeyed: bool | None = True,
        standing: tuple[HeldOutput, ...] = (),
    ) -> None:
        """Send a command to a partition number."""
        person = (
            None
            if subject is None
            else ConcernedPerson(controller_id=CONTROLLER, subject_id=subject)
        )
        command = Command(
            format=FORMAT, kind=kind, person=person, who="an officer", why="a test",
            at="2026-01-01T00:00:00Z", standing=standing,
        )  # fmt: skip
        self.commands += 1
        name = str(UUID(int=self.commands)).encode()
        record = self.broker.append(
            self.names.commands, number, key=name, value=encode_command(command)
        )
        key = None if subject is None else subject_key(CONTROLLER, subject)
        self.ordered[number].append(Ordered(record, kind, key, obeyed))


def _read(value: bytes) -> Event:
    decoded = decode(value, None)
    assert isinstance(decoded, Decoded), decoded
    return decoded.event
