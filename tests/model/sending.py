"""What producers do in a world of the model, and the broker's time."""

from __future__ import annotations

from random import Random

from streams.core.events import Event
from streams.core.instants import hours
from streams.wire.arrival import partition_for
from tests.model.installation import Installed
from tests.model.log import Content, Place
from tests.model.traffic import START, Sent, history, spoilt


class Sending(Installed):
    """The next records of a history, and ticks."""

    seed: int
    sent: dict[Place, list[Sent]]
    next_event: int
    hours: int
    """How many have passed by ticks."""

    def now(self) -> int:
        """The broker's clock in milliseconds."""
        return int(START + hours(self.hours) + self.clock.now * 1000)

    def do_send(self, count: int, salt: int) -> None:
        """The next records of the history, one in a while otherwise than it should be."""
        random = Random(salt)
        for _ in range(count % 6 + 1):
            published = history(self.seed)
            topic, key, value, event = published[self.next_event % len(published)]
            self.next_event += 1
            home = partition_for(key, self.partitions)
            fate = random.randrange(16) if salt else 15
            if fate == 0:
                self._send(topic, home, key, b"??", None)
            elif fate == 1:
                self._send(topic, (home + 1) % self.partitions, b"another key", value, event)
            elif fate == 2:
                self._send_aborted((topic, home), Content(key, value, (), self.now()))
            elif fate == 3:
                self._send(topic, home, key, value, event)
            elif fate == 4:
                self._send(topic, home, key, spoilt(value), event, bad=True)
            elif fate == 5:
                there = (home + salt) % self.partitions
                self._send(topic, there, b"another key", spoilt(value), event, bad=True)
            # The event itself, unless it never comes in a form that can be judged.
            if fate != 0 and not (fate in (4, 5) and random.randrange(3) == 0):
                self._send(topic, home, key, value, event)

    def _send(
        self,
        topic: str,
        number: int,
        key: bytes,
        value: bytes,
        event: Event | None,
        *,
        bad: bool = False,
    ) -> None:
        record = self.broker.append(topic, number, key=key, value=value)
        self.sent[topic, number].append(Sent(record, event, bad))

    def _send_aborted(self, place: Place, content: Content) -> None:
        """A producer of events that uses transactions and aborts one."""
        broker = self.broker
        refusals, broker.refusals = broker.refusals, 0
        session = broker.init_producer("a producer")
        broker.add_places(session, [place])
        broker.produce(session, place, [content])
        broker.end(session, commit=False)
        broker.tasks.pop()()
        broker.refusals = refusals

    def do_tick(self, number: int, more: int) -> None:
        """Hours pass, and a tick says so."""
        self.hours += more % 50
        number %= self.partitions
        self.broker.append(self.names.ticks, number, key=None, value=b"tick")
