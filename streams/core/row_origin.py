"""What many rows have alike, kept once: where they stood, by which policy, and who writes them."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64, mypyc_attr

from streams.core.value_writer import ValueWriter

_AT_MOST: Final = 64
"""Topics of which the latest origin is known: a worker reads a few, files have many names."""


@mypyc_attr(acyclic=True)
class RowOrigin:
    """Topic, partition number, digest of the policy, and who writes the value again.

    Never changed but for what `written_by` gave last.
    """

    __slots__ = ("_again", "partition", "policy_digest", "topic", "writer")

    def __init__(
        self, topic: str, partition: i64, policy_digest: str, writer: ValueWriter | None = None
    ) -> None:
        """`writer` is None where the value is kept."""
        self.topic = topic
        self.partition: i64 = partition
        self.policy_digest = policy_digest
        self.writer = writer
        self._again: RowOrigin | None = None

    def written_by(self, writer: ValueWriter) -> RowOrigin:
        """The same, of events whose values are written again."""
        again = self._again
        if again is None or again.writer is not writer:
            again = RowOrigin(self.topic, self.partition, self.policy_digest, writer)
            self._again = again
        return again


_latest: Final[dict[str, RowOrigin]] = {}
"""The origin that was asked for last, by topic: records come in runs."""


def origin_of(topic: str, partition: i64, policy_digest: str) -> RowOrigin:
    """The origin of events whose values are kept."""
    known = _latest.get(topic)
    if known is not None and known.partition == partition and known.policy_digest == policy_digest:
        return known
    if len(_latest) >= _AT_MOST:
        _latest.clear()
    made = RowOrigin(topic, partition, policy_digest)
    _latest[topic] = made
    return made
