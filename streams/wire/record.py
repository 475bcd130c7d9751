"""A record as every client library hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Record(Protocol):
    """A record as the consumer hands it over."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """The partition number it was read from."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """The record timestamp in milliseconds: the broker's or the producer's."""

    @property
    def key(self) -> bytes | None:
        """The bytes that partitioned it."""

    @property
    def value(self) -> bytes | None:
        """The bytes of the event; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Headers in order; a name can occur more than once."""
