"""What a story is: a main thread, how common it is, and what may happen beside it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from typing import NamedTuple

from streams.dev.samples.scribe import Scribe


class Beside(Flag):
    """Innocent events that may run beside a story without touching its outcome."""

    NOTHING = 0
    ORDERS = auto()
    """Orders with service messages, a carrier and a payment firm. No consent, no signal."""
    SALE_MAIL = auto()
    """Mail about what was bought, under the customer exception. Needs ORDERS."""
    NEWSLETTER = auto()
    """Consent to own e-mail, and mail on it. A grant: it changes the reason where none was."""
    SUPPLIERS = auto()
    """Shares with suppliers under an agreement, for our own marketing and for statistics."""
    ANYTHING = ORDERS | SALE_MAIL | NEWSLETTER | SUPPLIERS


class Story(NamedTuple):
    """One kind of person. `each` is how many of BLOCK subjects live this story."""

    name: str
    write: Callable[[Scribe], None]
    each: int
    beside: Beside = Beside.ANYTHING


BLOCK = 500
"""Stories are dealt in blocks of this size: each block holds every story, shuffled."""
