"""The limit on refusals: a receiver that refuses everything is broken, and its letters are not bad."""

from __future__ import annotations


class RefusalLimit:
    """Says whether what a receiver refuses may be set aside, by the share of its latest answers."""

    def __init__(self, share: float, answers: int) -> None:
        """Above `share` of at least `answers` answers, refusals are held; 1.0: they never are."""
        self._share = share
        self._answers = answers
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

    def _above(self, answered: float, refused: float) -> bool:
        return refused > self._share * answered
