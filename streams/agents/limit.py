"""The limit on dead letters: a bad deployment must not drain a topic."""

from __future__ import annotations

from streams.errors import ConsentryError
from streams.wire.progress import Progress


class DeadLetterLimit:
    """Stops the worker when too many of the latest records were dead letters.

    The window stands in the progress row, so that a worker that is started again and
    again does not drain the topic a window at a time.
    """

    def __init__(self, share: float, records: int) -> None:
        self._share = share
        self._records = records

    def read(self, progress: Progress) -> None:
        """One more record was read."""
        progress.recent_read += 1
        if progress.recent_read >= 2 * self._records:
            progress.recent_read //= 2
            progress.recent_dead //= 2

    def dead(self, progress: Progress, partition: int) -> None:
        """One more of them is a dead letter. Raises ConsentryError above the limit."""
        progress.recent_dead += 1
        if progress.recent_read < self._records:
            return
        share = progress.recent_dead / progress.recent_read
        if share > self._share:
            raise ConsentryError(
                f"{share:.0%} of the latest {progress.recent_read} records of partition "
                f"{partition} could not be judged, more than dead_letter_limit_share allows "
                f"({self._share:.0%})",
                "Look into the dead letters for the reason and correct the producer, then start "
                "the worker again. To go through the bad records: raise "
                "dead_letter_limit_share, up to 1.",
            )
