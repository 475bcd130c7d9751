"""The limit on refusals: a receiver that refuses everything is broken, and its letters are not bad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from streams.sinks.batch import held_back
from streams.sinks.contract import DELIVERED, DeliveryResult, DeliveryStatus
from streams.sinks.finding_update import Removal
from streams.sinks.render import retry

WHEN_REFUSED: Final = (
    "Nothing is set aside meanwhile. Put the receiver right, or this sink's table: it goes on by "
    "itself. To set aside what is refused, start it with refused_limit_share = 1."
)


class RefusalLimit:
    """Says whether what a receiver refuses may be set aside, by the share of its latest answers."""

    def __init__(self, share: float, answers: int, *, removes: bool = False) -> None:
        """Above `share` of at least `answers` answers, refusals are held; 1.0: they never are.

        `removes`: there may be removals among what the receiver is sent.
        """
        self._share = share
        self._answers = answers
        self._removes = removes
        self._answered = 0.0
        self._refused = 0.0
        self.holds = False
        """Whether nothing may be set aside now: the receiver must take something first."""

    def take(self, answered: int, refused: int) -> bool:
        """Count the answers of one attempt; whether its refusals are to be held.

        While they are held, each attempt is judged by its own answers alone.
        """
        if not answered:
            return self.holds
        if self.holds:
            self.holds = self._above(answered, refused)
            return self.holds
        self._answered += answered
        self._refused += refused
        self.holds = self._answered >= self._answers and self._above(self._answered, self._refused)
        if self.holds:
            # Counting begins again once the receiver takes something.
            self._answered = self._refused = 0.0
        elif self._answered > 2 * self._answers:
            # The latest answers count, whatever a receiver took in all the time before.
            smaller = self._answers / self._answered
            self._answered, self._refused = self._answers, self._refused * smaller
        return self.holds

    def judge(
        self, loads: Sequence[Any], answers: Sequence[DeliveryResult]
    ) -> tuple[Sequence[DeliveryResult], str]:
        """The answers, with refusals as retries where too much is refused; and why, if so.

        A receiver that may not delete refuses every removal, and takes findings all the same:
        its answers to removals are not counted, nor held.
        """
        if not self._removes and answers.count(DELIVERED) == len(answers):
            self.take(len(answers), 0)  # nearly every attempt: without a look at each answer
            return answers, ""
        own = [place for place, load in enumerate(loads) if not isinstance(load, Removal)]
        settled = [answers[place] for place in own if answers[place].settled]
        refused = [one for one in settled if one.verdict is DeliveryStatus.REJECTED]
        if not self.take(len(settled), len(refused)) or not refused:
            return answers, ""
        why = f"it refuses {len(refused)} of {len(settled)}: {refused[-1].reason}"
        held = list(answers)
        for place in own:
            if answers[place].verdict is DeliveryStatus.REJECTED:
                held[place] = retry(why)
        # What was taken behind it goes again behind it: no revision is the last but the newest.
        return held_back([_name(load) for load in loads], held), why

    def _above(self, answered: float, refused: float) -> bool:
        return refused > self._share * answered


def _name(load: Any) -> Any:
    """What stays the same over the revisions of a finding, or the versions of an alert."""
    return getattr(load, "identity", None) or getattr(load, "key", load)
