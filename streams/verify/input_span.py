"""What was read of one topic of a partition number, and how its records ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.verify.result import Seen


@dataclass(slots=True)
class InputSpan:
    """What was read of one topic: start <= offset < end, and how its records ended."""

    topic: str
    start: int
    end: int
    seen: Seen = field(default_factory=Seen)
