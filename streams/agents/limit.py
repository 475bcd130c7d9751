"""The limit on dead letters, by topic: a bad deployment must not drain what it sent."""

from __future__ import annotations

from collections.abc import Container

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.wire.progress import Paused, Progress, Window
from streams.wire.record import Record


class DeadLetterLimit:
    """Pauses a topic, or stops the worker, when too many of its latest records were dead letters.

    Windows and pauses stand in the progress row, so that a worker that is started again and
    again does not drain the topic a window at a time.
    """

    def __init__(self, share: float, records: int, pausable: Container[str]) -> None:
        """The `pausable` topics are paused; any other one stops the worker."""
        self._share = share
        self._records = records
        self._pausable = pausable

    def read(self, progress: Progress, topic: str, count: int = 1) -> None:
        """Records of a topic were read: the same as one after the other."""
        window = progress.windows.get(topic)
        if window is None:
            window = progress.windows[topic] = Window()
        read, full = window.read, 2 * self._records
        while count > 0:
            step = min(count, max(1, full - read))
            read += step
            count -= step
            if read >= full:
                read //= 2
                window.dead //= 2
        window.read = read

    def taken_again(self, progress: Progress, topic: str) -> None:
        """A record that was read could not be judged yet, and is read once more."""
        progress.windows[topic].read -= 1

    def dead(self, progress: Progress, record: Record, arrived: Instant) -> bool:
        """One more of them is a dead letter: whether it may be one, or the topic is paused now.

        Raises ConsentryError above the limit where the topic cannot be paused.
        """
        topic = record.topic
        window = progress.windows.setdefault(topic, Window())
        window.dead += 1
        if window.read < self._records:
            return True
        share = window.dead / window.read
        if share <= self._share:
            return True
        if topic in self._pausable:
            progress.paused[topic] = Paused(record.offset, window.read, window.dead, arrived)
            return False
        raise ConsentryError(
            f"{share:.0%} of the latest {window.read} records of {topic}, partition "
            f"{record.partition}, could not be judged, more than dead_letter_limit_share allows "
            f"({self._share:.0%})",
            "Look into the dead letters for the reason (`consentry dead-letters list`) and correct "
            "the producer, then start the worker again. To go through the bad records: raise "
            "dead_letter_limit_share, up to 1.",
        )
